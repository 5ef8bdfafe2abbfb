#include "ingest/text_stream.h"

#include <algorithm>

#include "core/limits.h"
#include "ingest/nul_run.h"
#include "ingest/stream_identity.h"
#include "ingest/text_decoder.h"

namespace loglode::ingest {

namespace {

/// The part of what is held that decisions are made on: the same however the bytes came in.
std::string_view first_lines(std::string_view held) {
  std::size_t end = 0;
  for (std::size_t lines = 0; lines < kPrefixLines; ++lines) {
    const std::size_t newline = held.find('\n', end);
    if (newline == std::string_view::npos) return held;
    end = newline + 1;
  }
  return held.substr(0, std::max(end, kIdentityBytes));
}

/// All of a file is less than the four bytes an archive begins with, and its name says that it is one.
bool is_stub_of_archive(std::string_view all, std::string_view name) {
  using namespace std::string_view_literals;
  if (all.empty() || all.size() >= kCompressionMagicBytes) return false;
  return (name.ends_with(".gz") && "\x1f\x8b\x08"sv.starts_with(all)) ||
         (name.ends_with(".zst") && "\x28\xb5\x2f\xfd"sv.starts_with(all)) || (name.ends_with(".bz2") && "BZh"sv.starts_with(all)) ||
         (name.ends_with(".xz") && "\xfd\x37\x7a"sv.starts_with(all));
}

}  // namespace

TextStream::TextStream(std::unique_ptr<ByteReader> raw, std::string name, const DecompressionLimits& limits, ReadNotes& notes,
                       RunCounters& counters)
    : reader_{std::make_unique<PeekReader>(std::move(raw))}, name_{std::move(name)}, limits_{limits}, notes_{notes}, counters_{counters} {}

Opening TextStream::open(Deadline until) {
  Opening opening = Opening::ready;
  if (step_ == Step::compression) opening = find_compression(until);
  if (step_ == Step::content) opening = look_at_content(until);
  if (step_ == Step::decoded) opening = hold_decoded(until);
  return opening;
}

bool TextStream::settle() {
  const std::string_view held = reader_->held();
  if (step_ == Step::decoded && held.find('\n') != std::string_view::npos) {
    step_ = Step::done;
    return true;
  }
  if (step_ != Step::content || held.find('\n') == std::string_view::npos || leading_filler(held) != 0) return false;
  first_bytes_ = held.substr(0, std::min(held.find('\n') + 1, kIdentityBytes));
  Content content = examine(held);
  if (!content.refused.empty()) {
    refuse(std::move(content.refused));
    return false;
  }
  decode_with(content.encoding);
  step_ = content.encoding == Encoding::bytes || content.encoding == Encoding::utf8_with_bom ? Step::done : Step::decoded;
  return step_ == Step::done;
}

void TextStream::stop() noexcept {
  stopped_ = true;
  reader_->stop();
}

Opening TextStream::find_compression(Deadline until) {
  const ReadStatus held = reader_->hold(kCompressionMagicBytes, SIZE_MAX, until);
  if (held == ReadStatus::wait) return Opening::wait;
  if (held == ReadStatus::end && !stopped_ && is_stub_of_archive(reader_->held(), name_)) {
    notes_.push_back(
        {"ends after " + std::to_string(reader_->held().size()) + " bytes, in the middle of its first header: nothing could be read",
         true});
    reader_->drop(reader_->held().size());
  }
  if (const Compression compression = compression_of(reader_->held()); compression != Compression::none) {
    reader_ = std::make_unique<PeekReader>(make_decompressor(compression, std::move(reader_), limits_, notes_, counters_));
    if (stopped_) reader_->stop();  // the new one has to know that the end is none of the archive's faults
  }
  step_ = Step::content;
  return Opening::ready;
}

Opening TextStream::look_at_content(Deadline until) {
  while (true) {
    ReadStatus held = reader_->hold(kIdentityBytes, SIZE_MAX, until);
    if (held == ReadStatus::bytes) held = reader_->hold(kPrefixBytes, kPrefixLines, until);
    if (held == ReadStatus::wait) return Opening::wait;
    all_held_ = held == ReadStatus::end;
    if (first_bytes_.empty()) first_bytes_ = reader_->held().substr(0, kIdentityBytes);
    const std::size_t run = filler_ > 0 ? nul_run(reader_->held()) : leading_filler(reader_->held());
    if (run == 0) break;
    filler_ += run;
    reader_->drop(run);
  }
  text_offset_ = filler_;
  Content content = examine(first_lines(reader_->held()));
  if (!content.refused.empty()) return refuse(std::move(content.refused));
  decode_with(content.encoding);
  step_ = Step::decoded;
  return Opening::ready;
}

void TextStream::decode_with(Encoding encoding) {
  switch (encoding) {
    case Encoding::bytes:
      return;
    case Encoding::utf8_with_bom:
      reader_->drop(3);
      text_offset_ += 3;
      return;
    case Encoding::utf16_little_with_bom:
    case Encoding::utf16_big_with_bom:
      reader_->drop(2);
      break;
    case Encoding::utf16_little:
    case Encoding::utf16_big:
      break;
  }
  const bool little = encoding == Encoding::utf16_little || encoding == Encoding::utf16_little_with_bom;
  reader_ = std::make_unique<PeekReader>(std::make_unique<Utf16Reader>(std::move(reader_), little ? ByteOrder::little : ByteOrder::big));
  text_offset_ = 0;
}

Opening TextStream::hold_decoded(Deadline until) {
  const ReadStatus held = reader_->hold(kPrefixBytes, kPrefixLines, until);
  if (held == ReadStatus::wait) return Opening::wait;
  all_held_ = held == ReadStatus::end;
  step_ = Step::done;
  return Opening::ready;
}

Opening TextStream::refuse(std::string why) {
  refusal_ = std::move(why);
  step_ = Step::done;
  return Opening::refused;
}

}  // namespace loglode::ingest
