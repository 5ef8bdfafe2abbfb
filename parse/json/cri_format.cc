#include "parse/json/cri_format.h"

#include <simdjson.h>

#include <string>

#include "parse/json/json_record.h"
#include "parse/json/json_text.h"

namespace loglode {
namespace {

/// Takes the text up to the next blank off `rest`.
bool take_word(std::string_view& rest, std::string_view& word) noexcept {
  const std::size_t end = rest.find(' ');
  if (end == std::string_view::npos) return false;
  word = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

bool looks_like_rfc3339(std::string_view word) noexcept {
  return word.size() >= 20 && word[4] == '-' && word[7] == '-' && word[10] == 'T' && word[13] == ':' && word[16] == ':';
}

std::string_view take_line(std::string_view& rest) noexcept {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// All texts of a record of several lines, parts put together. False when a line has another form.
bool join_lines(const CriLine& first, std::string_view rest, std::string& all) {
  all = first.text;
  bool partial = first.partial;
  while (!rest.empty()) {
    CriLine line;
    if (!split_cri_line(take_line(rest), line)) return false;
    if (!partial) all += '\n';
    all += line.text;
    partial = line.partial;
  }
  return true;
}

}  // namespace

bool split_cri_line(std::string_view line, CriLine& out) noexcept {
  std::string_view tag;
  if (!take_word(line, out.time) || !looks_like_rfc3339(out.time) || !take_word(line, out.stream)) return false;
  if (out.stream != "stdout" && out.stream != "stderr") return false;
  if (!take_word(line, tag)) tag = line, line = {};  // an empty text may have lost its blank
  const std::string_view first_tag = tag.substr(0, tag.find(':'));
  if (first_tag != "F" && first_tag != "P") return false;
  out.partial = first_tag == "P";
  out.text = line;
  return true;
}

bool CriFormat::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  CriLine first;
  Timestamp time = kNoTime;
  std::string_view rest = text;
  if (!split_cri_line(take_line(rest), first) || !read_timestamp_field(first.time, context.time, time)) return false;
  std::string_view inside = first.text, all;
  if (!rest.empty()) {
    std::string joined;
    if (!join_lines(first, rest, joined)) return false;
    all = batch.keep(joined);
    inside = all.substr(0, all.find('\n'));
  }
  if (!simdjson::validate_utf8(inside.data(), inside.size())) {
    inside = replace_invalid_utf8(inside, batch);
    record.set(RecordFlag::not_utf8);
  }
  record.time = time;
  if (context.keep_attributes) {
    const std::size_t first_attribute = batch.attributes.size();
    batch.attributes.push_back({"log.iostream", first.stream});
    if (all.size() > inside.size()) batch.attributes.push_back({"error.stack_trace", all});
    own_attributes(record, batch, first_attribute);
  }
  read_enveloped(inside, record, batch, context, inner_);
  return true;
}

bool CriFormat::begins_record(std::string_view line) const {
  CriLine ignored;
  return split_cri_line(line, ignored);
}

}  // namespace loglode
