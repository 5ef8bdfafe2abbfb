#include "parse/framing/line_framer.h"

namespace loglode {

namespace {

/// --format message: every line is a record.
class BareFramer final : public Framer {
 public:
  Framing next(std::string_view) override { return {}; }
};

class PlainFramer final : public Framer {
 public:
  explicit PlainFramer(std::shared_ptr<const ReadingPlan> plan) : plan_(std::move(plan)), bounds_(plan_->rules) {}
  Framing next(std::string_view line) override { return {!bounds_.continues(line), 0}; }

 private:
  std::shared_ptr<const ReadingPlan> plan_;
  RecordBounds bounds_;
};

/// Lines that something else wrote down, of one or several writers.
class WrappedFramer final : public Framer {
 public:
  explicit WrappedFramer(std::shared_ptr<const ReadingPlan> plan) : plan_(std::move(plan)) {}

  Framing next(std::string_view line) override {
    WrappedLine wrapped;
    if (!unwrap(line, plan_->wrapping, plan_->columns.get(), buffer_, wrapped)) return stray(line);
    latest_ = wrapped.substream;
    Writer& writer = writer_of(wrapped.substream);
    const bool joined = writer.partial;
    writer.partial = wrapped.partial;
    if (joined) return {false, wrapped.substream};  // the rest of a line: says nothing about where records begin
    return {!writer.bounds.continues(wrapped.inner), wrapped.substream};
  }

  [[nodiscard]] bool interleaved() const noexcept override {
    return plan_->wrapping != Wrapping::columns || plan_->columns->tells_writers();
  }

 private:
  struct Writer {
    explicit Writer(const LineRules& rules) : bounds(rules) {}
    RecordBounds bounds;
    bool partial = false;
  };
  static constexpr std::size_t kWritersMax = 4096;  // forgotten all at once when there are more: a trace may then be cut

  Writer& writer_of(std::uint32_t substream) {
    if (writers_.size() >= kWritersMax && !writers_.contains(substream)) writers_.clear();
    return writers_.try_emplace(substream, plan_->rules).first->second;
  }

  /// A line that is not wrapped like the others: in a table, text that held a line end; elsewhere somebody else's.
  Framing stray(std::string_view line) {
    if (plan_->wrapping == Wrapping::columns && latest_seen()) return {false, latest_};
    return {!writer_of(0).bounds.continues(line), 0};
  }
  [[nodiscard]] bool latest_seen() const { return !writers_.empty(); }

  std::shared_ptr<const ReadingPlan> plan_;
  std::unordered_map<std::uint32_t, Writer> writers_;
  std::uint32_t latest_ = 0;
  std::string buffer_;
};

}  // namespace

std::unique_ptr<Framer> make_line_framer(std::shared_ptr<const ReadingPlan> plan) {
  if (plan->bare && plan->wrapping == Wrapping::none) return std::make_unique<BareFramer>();
  if (plan->wrapping == Wrapping::none) return std::make_unique<PlainFramer>(std::move(plan));
  return std::make_unique<WrappedFramer>(std::move(plan));
}

}  // namespace loglode
