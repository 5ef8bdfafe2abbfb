#include "patterns/mining/quantity.h"

namespace loglode {

namespace {

constexpr std::size_t kDigitsMax = 18;  // longer ones are identifiers, and would not fit

struct Unit {
  std::string_view name;
  double factor;
  QuantityUnit unit;
};

constexpr double kKibi = 1024, kMebi = kKibi * kKibi, kGibi = kMebi * kKibi, kTebi = kGibi * kKibi;
constexpr Unit kUnits[] = {
    {"ms", 1e-3, QuantityUnit::seconds},        {"s", 1, QuantityUnit::seconds},
    {"ns", 1e-9, QuantityUnit::seconds},        {"us", 1e-6, QuantityUnit::seconds},
    {"\xc2\xb5s", 1e-6, QuantityUnit::seconds}, {"sec", 1, QuantityUnit::seconds},
    {"secs", 1, QuantityUnit::seconds},         {"m", 60, QuantityUnit::seconds},
    {"min", 60, QuantityUnit::seconds},         {"mins", 60, QuantityUnit::seconds},
    {"h", 3600, QuantityUnit::seconds},         {"hr", 3600, QuantityUnit::seconds},
    {"d", 86400, QuantityUnit::seconds},        {"B", 1, QuantityUnit::bytes},
    {"bytes", 1, QuantityUnit::bytes},          {"K", kKibi, QuantityUnit::bytes},
    {"k", kKibi, QuantityUnit::bytes},          {"KB", kKibi, QuantityUnit::bytes},
    {"kB", kKibi, QuantityUnit::bytes},         {"kb", kKibi, QuantityUnit::bytes},
    {"KiB", kKibi, QuantityUnit::bytes},        {"Kbytes", kKibi, QuantityUnit::bytes},
    {"M", kMebi, QuantityUnit::bytes},          {"MB", kMebi, QuantityUnit::bytes},
    {"MiB", kMebi, QuantityUnit::bytes},        {"G", kGibi, QuantityUnit::bytes},
    {"GB", kGibi, QuantityUnit::bytes},         {"GiB", kGibi, QuantityUnit::bytes},
    {"T", kTebi, QuantityUnit::bytes},          {"TB", kTebi, QuantityUnit::bytes},
    {"TiB", kTebi, QuantityUnit::bytes},
};

}  // namespace

std::string_view name_of(QuantityUnit unit) noexcept {
  constexpr std::string_view kNames[] = {"1", "s", "By"};
  return kNames[static_cast<unsigned>(unit)];
}

bool read_quantity(std::string_view text, Quantity& out) noexcept {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::uint64_t digits = 0;
  std::size_t at = 0, decimals = 0, count = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point && count != 0 && at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9') {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (++count > kDigitsMax) return false;
    digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    decimals += point;
  }
  if (count == 0) return false;
  constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  out = {static_cast<double>(digits) / kPowers[decimals], QuantityUnit::none};
  if (negative) out.value = -out.value;
  const std::string_view unit = text.substr(at);
  if (unit.empty()) return true;
  for (const Unit& known : kUnits) {
    if (unit != known.name) continue;
    out.value *= known.factor;
    out.unit = known.unit;
    return true;
  }
  return false;
}

}  // namespace loglode
