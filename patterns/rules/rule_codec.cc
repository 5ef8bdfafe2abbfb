#include "patterns/rules/rule_codec.h"

#include <protozero/exception.hpp>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>
#include <utility>

namespace loglode {

namespace {

enum class ListTag : protozero::pbf_tag_type { message_rule = 1 };
enum class RuleTag : protozero::pbf_tag_type {
  string_id = 1,
  string_name = 2,
  uint32_category = 3,
  uint32_severity = 4,
  string_meaning = 5,
  string_check = 6,
  string_safe_action = 7,
  message_pattern = 8,
  bool_case_sensitive = 9,
  string_service = 10,
  uint32_at_least = 11,
  uint32_below = 12,
  message_match = 13,
  message_no_match = 14,
  string_reference = 15,
  string_file = 16,
  int32_line = 17,
  bool_opens = 18,
  bool_tells_calm = 19,
};
enum class TextTag : protozero::pbf_tag_type { string_text = 1, int32_line = 2 };

using RuleBuilder = protozero::pbf_builder<RuleTag>;

void add_texts(RuleBuilder& out, RuleTag tag, const std::vector<TextAt>& texts) {
  for (const TextAt& text : texts) {
    protozero::pbf_builder<TextTag> builder{out, tag};
    builder.add_string(TextTag::string_text, text.text);
    builder.add_int32(TextTag::int32_line, text.line);
  }
}

TextAt read_text(protozero::data_view bytes) {
  TextAt text;
  for (protozero::pbf_message<TextTag> reader{bytes}; reader.next();) {
    if (reader.tag() == TextTag::string_text)
      text.text = reader.get_string();
    else
      text.line = reader.get_int32();
  }
  return text;
}

Rule read_rule(protozero::data_view bytes) {
  Rule rule;
  for (protozero::pbf_message<RuleTag> reader{bytes}; reader.next();) {
    switch (reader.tag()) {
      case RuleTag::string_id:
        rule.info.id = reader.get_string();
        break;
      case RuleTag::string_name:
        rule.info.name = reader.get_string();
        break;
      case RuleTag::uint32_category:
        rule.info.category = static_cast<RuleCategory>(reader.get_uint32());
        break;
      case RuleTag::uint32_severity:
        rule.info.severity = static_cast<Severity>(reader.get_uint32());
        break;
      case RuleTag::string_meaning:
        rule.info.meaning = reader.get_string();
        break;
      case RuleTag::string_check:
        rule.info.check = reader.get_string();
        break;
      case RuleTag::string_safe_action:
        rule.info.safe_action = reader.get_string();
        break;
      case RuleTag::message_pattern:
        rule.patterns.push_back(read_text(reader.get_view()));
        break;
      case RuleTag::bool_case_sensitive:
        rule.case_sensitive = reader.get_bool();
        break;
      case RuleTag::string_service:
        rule.applies_to.services.push_back(reader.get_string());
        break;
      case RuleTag::uint32_at_least:
        rule.applies_to.at_least = static_cast<Severity>(reader.get_uint32());
        break;
      case RuleTag::uint32_below:
        rule.applies_to.below = static_cast<Severity>(reader.get_uint32());
        break;
      case RuleTag::bool_opens:
        rule.applies_to.opens = reader.get_bool();
        break;
      case RuleTag::bool_tells_calm:
        rule.applies_to.tells_calm = reader.get_bool();
        break;
      case RuleTag::message_match:
        rule.match.push_back(read_text(reader.get_view()));
        break;
      case RuleTag::message_no_match:
        rule.no_match.push_back(read_text(reader.get_view()));
        break;
      case RuleTag::string_reference:
        rule.references.push_back(reader.get_string());
        break;
      case RuleTag::string_file:
        rule.file = reader.get_string();
        break;
      case RuleTag::int32_line:
        rule.line = reader.get_int32();
        break;
      default:
        reader.skip();
    }
  }
  return rule;
}

}  // namespace

std::string encode_rules(const std::vector<Rule>& rules) {
  std::string bytes;
  protozero::pbf_builder<ListTag> list{bytes};
  for (const Rule& rule : rules) {
    RuleBuilder out{list, ListTag::message_rule};
    out.add_string(RuleTag::string_id, rule.info.id);
    out.add_string(RuleTag::string_name, rule.info.name);
    out.add_uint32(RuleTag::uint32_category, static_cast<std::uint32_t>(rule.info.category));
    out.add_uint32(RuleTag::uint32_severity, static_cast<std::uint32_t>(rule.info.severity));
    out.add_string(RuleTag::string_meaning, rule.info.meaning);
    out.add_string(RuleTag::string_check, rule.info.check);
    out.add_string(RuleTag::string_safe_action, rule.info.safe_action);
    add_texts(out, RuleTag::message_pattern, rule.patterns);
    out.add_bool(RuleTag::bool_case_sensitive, rule.case_sensitive);
    for (const std::string& service : rule.applies_to.services) out.add_string(RuleTag::string_service, service);
    out.add_uint32(RuleTag::uint32_at_least, static_cast<std::uint32_t>(rule.applies_to.at_least));
    out.add_uint32(RuleTag::uint32_below, static_cast<std::uint32_t>(rule.applies_to.below));
    out.add_bool(RuleTag::bool_opens, rule.applies_to.opens);
    out.add_bool(RuleTag::bool_tells_calm, rule.applies_to.tells_calm);
    add_texts(out, RuleTag::message_match, rule.match);
    add_texts(out, RuleTag::message_no_match, rule.no_match);
    for (const std::string& reference : rule.references) out.add_string(RuleTag::string_reference, reference);
    out.add_string(RuleTag::string_file, rule.file);
    out.add_int32(RuleTag::int32_line, rule.line);
  }
  return bytes;
}

Result<std::vector<Rule>> decode_rules(std::string_view bytes) {
  std::vector<Rule> rules;
  try {
    for (protozero::pbf_message<ListTag> list{bytes.data(), bytes.size()}; list.next();) {
      if (list.tag() == ListTag::message_rule)
        rules.push_back(read_rule(list.get_view()));
      else
        list.skip();
    }
  } catch (const protozero::exception&) { return fail(std::make_error_code(std::errc::invalid_argument), "rules that do not decode"); }
  return rules;
}

}  // namespace loglode
