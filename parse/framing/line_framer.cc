#include "parse/framing/line_framer.h"

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

/// --format message: every line is a record.
class BareFramer final : public Framer {
 public:
  Framing next(std::string_view) override { return {}; }
};

class PlainFramer final : public Framer {
 public:
  explicit PlainFramer(std::shared_ptr<const ReadingPlan> plan)
      : plan_(std::move(plan)), bounds_(plan_->usual.rules), columns_(plan_->usual.columns) {
    for (const LineFormat* format : plan_->usual.formats.formats)
      if (format->has_column_headers()) naming_.push_back(format);
  }
  Framing next(std::string_view line) override {
    for (const LineFormat* format : naming_)
      if (auto columns = format->column_header(line)) columns_ = std::move(columns);
    Framing framing;
    framing.starts_record = !bounds_.continues(line);
    framing.record_bytes = bounds_.record_bytes();
    return framing;
  }
  [[nodiscard]] std::shared_ptr<const ColumnHeader> columns() const override { return columns_; }
  [[nodiscard]] bool in_trace() const noexcept override { return bounds_.in_trace(); }

 private:
  std::vector<const LineFormat*> naming_;  // formats whose lines name columns; none for nearly every stream
  std::shared_ptr<const ReadingPlan> plan_;
  RecordBounds bounds_;
  std::shared_ptr<const ColumnHeader> columns_;
};

/// Lines that something else wrote down. Writers whose lines alternate have their own state each where their lines can be put together
/// again (containers); where they cannot (syslog), a line continues the one right before it or nothing.
class WrappedFramer final : public Framer {
 public:
  explicit WrappedFramer(std::shared_ptr<const ReadingPlan> plan)
      : plan_(std::move(plan)), outer_(plan_->outer_rules), interleaved_(are_interleaved(*plan_)) {}

  Framing next(std::string_view line) override {
    WrappedLine wrapped;
    if (!unwrapper_.unwrap(line, plan_->layers, wrapped)) return stray(line);
    const std::uint32_t substream = interleaved_ ? wrapped.writer : 0;
    stray_ = false;
    if (!plan_->outer_rules.formats.empty()) outer_.begin(line);
    Writer& writer = interleaved_ ? writer_of(wrapped.writer, wrapped.program) : only_writer(wrapped);
    latest_ = wrapped.writer;
    const bool joined = writer.partial;
    writer.partial = wrapped.partial;
    if (joined) return {false, substream};  // the rest of a line: says nothing about where records begin
    if (wrapped.continues && writer.seen) return {false, substream};
    writer.seen = true;
    return {!writer.bounds.continues(innermost(writer, wrapped.inner)), substream};
  }

  [[nodiscard]] bool interleaved() const noexcept override { return interleaved_; }
  [[nodiscard]] bool in_trace() const noexcept override {
    if (stray_) return outer_.in_trace();
    const auto writer = interleaved_ ? writers_.find(latest_) : writers_.begin();
    return writer != writers_.end() && writer->second.bounds.in_trace();
  }

 private:
  struct Writer {
    explicit Writer(const ProgramPlan& of) : plan(&of), bounds(of.rules) {}
    void restart(const ProgramPlan& of) {
      plan = &of, partial = seen = false;
      bounds.restart(of.rules);
    }
    const ProgramPlan* plan;
    RecordBounds bounds;
    bool partial = false, seen = false;
  };
  static constexpr std::size_t kWritersMax = 4096;  // forgotten all at once when there are more: a trace may then be cut

  static bool are_interleaved(const ReadingPlan& plan) {
    return std::any_of(plan.layers.begin(), plan.layers.end(), [](const Layer& layer) {
      if (layer.kind == Wrapping::columns) return layer.columns->tells_writers();
      return !is_syslog(layer.kind) && layer.kind != Wrapping::stamped && layer.kind != Wrapping::json;
    });
  }

  Writer& writer_of(std::uint32_t writer, std::uint32_t program) {
    if (writers_.size() >= kWritersMax && !writers_.contains(writer)) writers_.clear();
    return writers_.try_emplace(writer, plan_->plan_of(program)).first->second;
  }

  /// Of lines that cannot be put together again: where another writer goes on, the one before has ended.
  Writer& only_writer(const WrappedLine& line) {
    if (writers_.empty()) return writer_of(0, line.program);
    Writer& writer = writers_.begin()->second;
    if (line.writer != latest_) writer.restart(plan_->plan_of(line.program));
    return writer;
  }

  /// The first line of what stands inside all wrappings.
  std::string_view innermost(const Writer& writer, std::string_view text) {
    WrappedLine further;
    if (!writer.plan->layers.empty() && inner_unwrapper_.unwrap(text, writer.plan->layers, further)) text = further.inner;
    return text.substr(0, text.find('\n'));
  }

  /// A line that is not wrapped like the others: in a table, text that held a line end; elsewhere somebody else's.
  Framing stray(std::string_view line) {
    const std::uint32_t substream = interleaved_ ? latest_ : 0;
    if (plan_->columns() != nullptr && !writers_.empty()) return {false, substream};
    const bool continues = outer_.continues(line);
    if (!interleaved_) return {!continues, 0};
    // Of interleaved writers nobody knows whose the line is: it goes with other strays.
    const bool after_stray = std::exchange(stray_, true);
    return {!(continues && after_stray), 0};
  }

  std::shared_ptr<const ReadingPlan> plan_;
  RecordBounds outer_;
  bool interleaved_;
  std::unordered_map<std::uint32_t, Writer> writers_;
  std::uint32_t latest_ = 0;
  bool stray_ = false;  // the line before had no wrapping
  Unwrapper unwrapper_, inner_unwrapper_;
};

}  // namespace

std::unique_ptr<Framer> make_line_framer(std::shared_ptr<const ReadingPlan> plan) {
  if (plan->bare && plan->layers.empty()) return std::make_unique<BareFramer>();
  if (plan->layers.empty()) return std::make_unique<PlainFramer>(std::move(plan));
  return std::make_unique<WrappedFramer>(std::move(plan));
}

}  // namespace loglode
