#include "parse/redact/redactor.h"

#include <numeric>

#include "parse/redact/detectors.h"

namespace loglode {

namespace {

using namespace redaction;

bool is_word(char c) noexcept { return is_alnum(c) || c == '_'; }
bool joins_word(char c) noexcept { return is_word(c) || c == '-'; }

/// One pass over a text. Detectors are asked only at the characters at which they can begin.
class Pass {
 public:
  explicit Pass(std::string_view text) : text_(text) {}

  /// The next secret at or after where the last one ended; empty at the end of the text.
  Span next() {
    while (at_ < text_.size()) {
      const Span span = look();
      if (!span.empty()) {
        at_ = floor_ = span.end;
        run_end_ = 0;
        return span;
      }
      ++at_;
    }
    return {};
  }

 private:
  Span look() {
    switch (text_[at_]) {
      case '=':
      case '>':
        return find_named_value(text_, at_);
      case ':':
        return look_colon();
      case ' ':
      case '\t':
        return find_value_after_blank(text_, at_);
      case '@':
        return look_at_sign();
      default:
        return look_word();
    }
  }

  Span look_colon() {
    if (text_.substr(at_, 3) == "://") return find_url_password(text_, at_);
    const Span span = find_named_value(text_, at_);
    return span.empty() ? find_user_password(text_, at_) : span;
  }

  Span look_at_sign() {
    const Span span = find_dsn_password(text_, at_, floor_);
    return span.empty() ? find_email(text_, at_, floor_) : span;
  }

  Span look_word() {
    const char c = text_[at_];
    if (c == '-') {
      const Span span = text_.substr(at_, 2) == "--" ? find_pem(text_, at_) : find_option_password(text_, at_);
      if (!span.empty()) return span;
    }
    if (is_word(c) && (at_ == floor_ || !joins_word(text_[at_ - 1]))) {
      const Span span = is_digit(c) ? find_card(text_, at_) : find_known_token(text_, at_);
      if (!span.empty()) return span;
    }
    if (at_ < run_end_) return {};
    const std::size_t end = run_end(text_, at_);
    if (end == at_) return {};
    run_end_ = end;
    return find_random_run(text_, at_, end);
  }

  std::string_view text_;
  std::size_t at_ = 0, floor_ = 0, run_end_ = 0;
};

std::string_view marker(SecretKind kind) noexcept {
  constexpr std::string_view kMarkers[] = {"[masked]",       "[masked:pem]",  "[masked:jwt]",   "[masked:key]",
                                           "[masked:email]", "[masked:card]", "[masked:random]"};
  return kMarkers[static_cast<std::size_t>(kind)];
}

class Redactor final : public Stage {
 public:
  explicit Redactor(RunCounters& counters) : counters_(counters) {}

  Result<void> run(Batch& batch) override {
    RedactionCounts counts;
    for (Record& record : batch.records)
      if (record.has(RecordFlag::may_hold_secret) || holds_nameless_secret(record.message)) mask(record, batch, counts);
    if (const std::uint64_t masked = counts.total(); masked != 0) counters_.secrets_masked += masked;
    return {};
  }

 private:
  void mask(Record& record, Batch& batch, RedactionCounts& counts) {
    bool masked = mask(record.message, batch, counts);
    if (!record.text.empty()) {
      RedactionCounts again;  // its first line is the message
      masked = mask(record.text, batch, again) || masked;
    }
    for (std::uint32_t i = 0; i < record.attributes_count; ++i) {
      Attribute& attribute = batch.attributes[record.attributes_begin + i];
      masked = mask_attribute(attribute, batch, counts) || masked;
    }
    if (masked) record.set(RecordFlag::masked);
  }

  bool mask(std::string_view& field, Batch& batch, RedactionCounts& counts) {
    if (!redact_into(field, text_, counts)) return false;
    field = batch.keep(text_);
    return true;
  }

  /// A value is judged together with its key: `password` says what `hunter2` alone does not. Quotes in it must not end it early.
  bool mask_attribute(Attribute& attribute, Batch& batch, RedactionCounts& counts) {
    pair_.assign(attribute.key).append("=\"");
    for (const char c : attribute.value) pair_ += c == '"' || c == '\\' ? '_' : c;
    pair_ += '"';
    Pass pass(pair_);
    const Span span = pass.next();
    const std::size_t begin = attribute.key.size() + 2;
    if (span.empty() || span.begin < begin || span.kind != SecretKind::credential) return mask(attribute.value, batch, counts);
    text_.assign(attribute.value.substr(0, span.begin - begin)).append(marker(span.kind));  // `Bearer ` stays
    ++counts.by_kind[static_cast<std::size_t>(span.kind)];
    if (span.end + 1 < pair_.size()) text_.append(redact(attribute.value.substr(span.end - begin), counts));
    attribute.value = batch.keep(text_);
    return true;
  }

  RunCounters& counters_;
  std::string text_, pair_;  // kept from record to record for their memory
};

}  // namespace

std::string_view name_of(SecretKind kind) noexcept {
  constexpr std::string_view kNames[] = {"credential", "pem", "jwt", "key", "email", "card", "random"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint64_t RedactionCounts::total() const noexcept { return std::accumulate(by_kind.begin(), by_kind.end(), std::uint64_t{0}); }

bool redact_into(std::string_view text, std::string& out, RedactionCounts& counts) {
  Pass pass(text);
  Span span = pass.next();
  if (span.empty()) return false;
  out.clear();
  std::size_t copied = 0;
  for (; !span.empty(); span = pass.next()) {
    out.append(text.substr(copied, span.begin - copied)).append(marker(span.kind));
    copied = span.end;
    ++counts.by_kind[static_cast<std::size_t>(span.kind)];
  }
  out.append(text.substr(copied));
  return true;
}

std::string redact(std::string_view text, RedactionCounts& counts) {
  std::string out;
  return redact_into(text, out, counts) ? out : std::string{text};
}

std::string redact(std::string_view text) {
  RedactionCounts counts;
  return redact(text, counts);
}

std::unique_ptr<Stage> make_redactor(RunCounters& counters) { return std::make_unique<Redactor>(counters); }

}  // namespace loglode
