#include "parse/redact/pass.h"

#include <algorithm>

namespace loglode::redaction {

namespace {

Span first_of(Span first, Span second) noexcept { return first.empty() ? second : first; }

}  // namespace

Span Pass::next() {
  while (at_ < text_.size()) {
    while (row_taken_ < row_.size() && row_[row_taken_].end <= floor_) ++row_taken_;
    const bool in_row = row_taken_ < row_.size() && row_[row_taken_].begin <= at_;
    Span span = in_row ? row_[row_taken_] : look();
    if (!span.empty() && span.end > floor_) {
      span.begin = std::max(span.begin, floor_);
      at_ = floor_ = span.end;
      run_end_ = 0;
      return span;
    }
    ++at_;
  }
  return {};
}

Span Pass::look() {
  switch (text_[at_]) {
    case '=':
    case '>':
      return look_equals();
    case ':':
      return look_colon();
    case ' ':
    case '\t':
      return find_value_after_blank(text_, at_);
    case '@':
      return find_dsn_password(text_, at_, floor_);
    case ',':
    case ';':
      return look_divider();
    case '(':
      return look_bracket();
    case '{':
    case '[':
      return look_opening();
    case '|':
      return find_cell_value(text_, at_);
    case '$':
    case '*':
    case '~':
    case '%':
    case '+':
    case '/':
      return look_sign();
    default:
      return look_word();
  }
}

Span Pass::look_opening() {
  if (at_ >= secrets_end_) {
    secrets_end_ = secrets_end(text_, at_);
    secrets_in_lines_ = false;
  }
  return text_[at_] == '{' ? find_password_hash(text_, at_) : find_login_pair(text_, at_);
}

Span Pass::look_equals() {
  if (text_[at_] == '>')
    if (const Span span = find_element(text_, at_); !span.empty()) return span;
  const Span span = find_named_value(text_, at_);
  if (span.empty() && at_ + 2 < text_.size()) {
    forget_row();
    RowReader::find_assigned(text_, at_, row_);
    std::sort(row_.begin() + static_cast<std::ptrdiff_t>(row_taken_), row_.end(),
              [](const Span& a, const Span& b) { return a.begin < b.begin; });
  }
  return span.empty() && at_ < secrets_end_ ? find_member(text_, at_, !secrets_in_lines_) : span;
}

Span Pass::look_colon() {
  if (text_.substr(at_, 3) == "://") return find_url_password(text_, at_);
  if (const Span span = find_named_value(text_, at_); !span.empty()) return span;
  if (at_ >= secrets_end_) {
    secrets_end_ = secret_lines_end(text_, at_);
    secrets_in_lines_ = true;
  }
  if (at_ < secrets_end_)
    if (const Span span = find_member(text_, at_, !secrets_in_lines_); !span.empty()) return span;
  if (const Span span = first_of(find_user_password(text_, at_), find_infix_token(text_, at_)); !span.empty()) return span;
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (next == ' ') return find_login_pair(text_, at_);
  return is_digit(next) || next == '*' ? find_pgpass_password(text_, at_) : Span{};
}

Span Pass::look_divider() {
  if (at_ == 0) return {};
  Span span;
  if (is_quote(text_[at_ - 1])) {
    span = find_paired_value(text_, at_);
    if (span.empty() && text_[at_] == ',') span = find_protocol_password(text_, at_);
  }
  return span.empty() ? find_cell_value(text_, at_) : span;
}

void Pass::forget_row() noexcept {
  if (row_taken_ != row_.size()) return;
  row_.clear();
  row_taken_ = 0;
}

Span Pass::look_bracket() {
  forget_row();
  rows_.find(text_, at_, row_);
  if (const Span span = first_of(find_call_password(text_, at_), find_argument(text_, at_)); !span.empty()) return span;
  return find_phone(text_, at_);
}

Span Pass::look_sign() {
  switch (text_[at_]) {
    case '~':
      return find_infix_token(text_, at_);
    case '%':
      return first_of(find_card(text_, at_), find_user_password(text_, at_));
    case '+':
      return first_of(find_phone(text_, at_), look_word());
    case '/':
      if (const Span span = first_of(find_hook_secret(text_, at_), find_slash_option(text_, at_)); !span.empty()) return span;
      return look_word();
    default:
      return find_password_hash(text_, at_);
  }
}

bool Pass::begins_word() const noexcept {
  if (at_ == floor_) return true;
  const char before = text_[at_ - 1];
  return !is_word(before) && before != '-';
}

Span Pass::look_word_start() {
  const char c = text_[at_];
  Span span;
  if (is_digit(c)) span = first_of(find_card(text_, at_), find_phone(text_, at_));
  if (is_alpha(c)) span = find_iban(text_, at_);
  return first_of(span, find_known_token(text_, at_));
}

Span Pass::look_word() {
  const char c = text_[at_];
  if (c == '-') {
    if (at_ > 0 && text_[at_ - 1] == ' ' && text_.substr(at_ + 1, 1) == " ") return find_dashed_value(text_, at_);
    if (text_.substr(at_, 2) == "--") {
      if (const std::size_t end = public_pem_end(text_, at_); end != at_) {
        floor_ = end;
        at_ = end - 1;
        return {};
      }
      if (const Span span = find_pem(text_, at_, floor_); !span.empty()) return span;
    }
    if (const Span span = first_of(find_option_password(text_, at_), find_infix_token(text_, at_)); !span.empty()) return span;
  }
  if (c == '.')
    if (const Span span = find_infix_token(text_, at_); !span.empty()) return span;
  if (is_word(c) && begins_word())
    if (const Span span = look_word_start(); !span.empty()) return span;
  if (at_ < run_end_) return {};
  const std::size_t end = run_end(text_, at_);
  if (end == at_) return {};
  run_end_ = end;
  return find_random_run(text_, at_, end);
}

}  // namespace loglode::redaction
