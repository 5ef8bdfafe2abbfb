#include "patterns/mining/parameter_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patterns/mining/mixing.h"
#include "patterns/mining/quantity.h"

namespace loglode {

namespace {

struct Observed {
  std::uint64_t hash = 0, record = 0;
  std::size_t begin = 0, size = 0;  // in the summary's text
};

class Summary {
 public:
  void add(const ParameterSource& source) {
    const ShapeValues& values = source.form->shape->values();
    const std::optional<std::size_t> slot = slot_of(*source.form, source.at);
    if ((slot && *slot >= values.slots()) || values.stopped()) {
      known_ = false;  // a slot behind those that are followed, a shape too many
      return;
    }
    values.with_sample([&](const std::vector<SampledRecord>& sample) {
      const bool whole = values.ranges() == nullptr;
      if (!whole) bound_ = std::min(bound_, static_cast<std::uint64_t>(sample.back().record));
      exact_ = exact_ && whole;
      if (!slot) return add_word(*source.form, source.at, sample);
      for (const SampledRecord& record : sample) {
        const SampledValue value = record.at(*slot);
        observe(value, keep(value.text), record);
      }
      if (!whole) join_range(values.ranges()[*slot]);
    });
  }

  [[nodiscard]] std::shared_ptr<const ParameterValues> values() {
    std::erase_if(observed_, [&](const Observed& one) { return one.record > bound_; });
    if (!known_ || observed_.empty()) return nullptr;
    auto out = std::make_shared<ParameterValues>();
    out->records_sampled = observed_.size();
    out->exact = exact_;
    count_values(*out);
    measure(*out);
    return out;
  }

 private:
  /// A word that is constant in its shape and varies among those of the template: each record of the shape has it.
  void add_word(const Form& form, std::size_t at, const std::vector<SampledRecord>& sample) {
    const std::string_view text = form.text(at);
    const SampledValue word{text.substr(0, kValueBytesMax), hash_text(text), text.size() > kValueBytesMax};
    const std::size_t begin = keep(word.text);
    for (const SampledRecord& record : sample) observe(word, begin, record);
  }

  /// A copy: the sample goes on changing.
  std::size_t keep(std::string_view text) {
    const std::size_t begin = text_.size();
    text_ += text;
    return begin;
  }
  [[nodiscard]] std::string_view text_of(const Observed& one) const { return std::string_view{text_}.substr(one.begin, one.size); }

  void observe(const SampledValue& value, std::size_t begin, const SampledRecord& record) {
    observed_.push_back({value.hash, static_cast<std::uint64_t>(record.record), begin, value.text.size()});
    distinct_.add(value.hash);
    Quantity quantity;
    if (read_quantity(value.text, quantity)) widen(quantity.value, quantity.value, 1U << static_cast<unsigned>(quantity.unit));
  }

  void join_range(const ShapeValues::SlotRange& range) {
    distinct_.join(range.distinct);
    widen(range.least.load(std::memory_order_relaxed), range.most.load(std::memory_order_relaxed),
          range.units.load(std::memory_order_relaxed));
  }

  void widen(double least, double most, unsigned units) noexcept {
    least_ = std::min(least_, least);
    most_ = std::max(most_, most);
    units_ |= units;
  }

  void count_values(ParameterValues& out) const {
    std::map<std::uint64_t, std::pair<std::uint64_t, std::string_view>> counts;  // by hash: ties are broken the same way everywhere
    for (const Observed& one : observed_) {
      auto& [count, text] = counts.try_emplace(one.hash, 0, text_of(one)).first->second;
      ++count;
    }
    out.distinct =
        exact_ ? counts.size() : std::max<std::uint64_t>(counts.size(), static_cast<std::uint64_t>(std::llround(distinct_.estimate())));
    std::vector<std::pair<std::uint64_t, std::string_view>> most;
    for (const auto& [hash, value] : counts)
      if (value.first > 1 || counts.size() <= kTopValuesMax) most.push_back(value);
    std::sort(most.begin(), most.end(),
              [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    if (most.size() > kTopValuesMax) most.resize(kTopValuesMax);
    for (const auto& [count, text] : most)
      out.top.push_back({std::string{text}, static_cast<double>(count) / static_cast<double>(observed_.size())});
  }

  void measure(ParameterValues& out) const {
    if (units_ == 0 || (units_ & (units_ - 1)) != 0) return;  // none, or of several kinds
    std::vector<double> numbers;
    QuantityUnit unit = QuantityUnit::none;
    for (const Observed& one : observed_) {
      Quantity quantity;
      if (!read_quantity(text_of(one), quantity)) continue;
      numbers.push_back(quantity.value);
      unit = quantity.unit;
    }
    if (2 * numbers.size() <= observed_.size()) return;  // mostly something else
    std::sort(numbers.begin(), numbers.end());
    const auto quantile = [&](double share) {
      return numbers[static_cast<std::size_t>(std::ceil(share * static_cast<double>(numbers.size()))) - 1];
    };
    out.unit = name_of(unit);
    out.least = least_;
    out.p50 = quantile(.5);
    out.p95 = quantile(.95);
    out.most = most_;
  }

  std::vector<Observed> observed_;
  std::string text_;  // of the values
  DistinctCounter distinct_;
  double least_ = std::numeric_limits<double>::infinity(), most_ = -std::numeric_limits<double>::infinity();
  unsigned units_ = 0;
  std::uint64_t bound_ = ~std::uint64_t{0};  // records with a larger hash may be missing from a sample
  bool exact_ = true, known_ = true;
};

}  // namespace

std::shared_ptr<const ParameterValues> summarise(std::span<const ParameterSource> sources) {
  if (sources.empty()) return nullptr;
  Summary summary;
  for (const ParameterSource& source : sources) summary.add(source);
  return summary.values();
}

}  // namespace loglode
