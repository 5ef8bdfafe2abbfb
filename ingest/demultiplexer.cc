#include "ingest/demultiplexer.h"

namespace loglode::ingest {

void Demultiplexer::add(const PhysicalLine& line, Framing framing) {
  Held* open = open_record(framing.substream);
  if (open != nullptr && (framing.starts_record || line.number - open->latest_line > kHeldLinesMax)) {
    close(*open);
    open = nullptr;
  }
  if (open != nullptr && !fits(open->record, open->text.size(), line, rules_)) {
    counters_.hit(Limit::record_lines);
    close(*open);
    open = nullptr;
  }
  if (open == nullptr) {
    start(line, framing);
  } else {
    open->text += '\n';
    open->text += line.text;
    open->latest_line = line.number;
    waiting_bytes_ += 1 + line.text.size();
    continue_record(open->record, line);
  }
  release(line.number);
}

void Demultiplexer::finish() {
  open_.clear();
  complete_ = held_.size();
  waiting_bytes_ = 0;
}

void Demultiplexer::pop() {
  held_.pop_front();
  --complete_;
  ++popped_;
}

void Demultiplexer::start(const PhysicalLine& line, const Framing& framing) {
  open_[framing.substream] = popped_ + held_.size();
  Held& held = held_.emplace_back();
  held.text = line.text;
  held.substream = framing.substream;
  held.latest_line = line.number;
  start_record(held.record, line, rules_);
  note_time(held.record, framing);
  if (framing.order_changed) ++counters_.date_order_changed;
  if (!framing.starts_record) held.record.set(RecordFlag::detached);
  waiting_bytes_ += held.bytes();
}

Demultiplexer::Held* Demultiplexer::open_record(std::uint32_t substream) {
  const auto found = open_.find(substream);
  return found == open_.end() ? nullptr : &held_[found->second - popped_];
}

void Demultiplexer::close(Held& held) {
  open_.erase(held.substream);
  held.closed = true;
}

/// Lets the oldest records go that are complete, or must be.
void Demultiplexer::release(std::uint64_t line) {
  for (; complete_ < held_.size(); ++complete_) {
    Held& oldest = held_[complete_];
    if (!oldest.closed) {
      const bool no_more_room = waiting_bytes_ > kHeldBytesMax;
      if (line - oldest.latest_line < kHeldLinesMax && !no_more_room) return;
      if (no_more_room) counters_.hit(Limit::record_lines);
      close(oldest);
    }
    waiting_bytes_ -= oldest.bytes();
  }
}

}  // namespace loglode::ingest
