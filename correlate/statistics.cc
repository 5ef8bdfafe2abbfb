#include "correlate/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace loglode {

namespace {

/// Regularised incomplete beta function by Lentz's continued fraction (Abramowitz and Stegun 26.5.8).
double beta_fraction(double a, double b, double x) noexcept {
  constexpr double kTiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  if (std::fabs(d) < kTiny) d = kTiny;
  d = 1 / d;
  double fraction = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (const double term : {even, odd}) {
      d = 1 + term * d;
      c = 1 + term / c;
      if (std::fabs(d) < kTiny) d = kTiny;
      if (std::fabs(c) < kTiny) c = kTiny;
      d = 1 / d;
      fraction *= d * c;
    }
    if (std::fabs(d * c - 1) < 1e-12) break;
  }
  return fraction;
}

double incomplete_beta(double a, double b, double x) noexcept {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double unit(double p) noexcept { return std::isfinite(p) ? std::clamp(p, 0.0, 1.0) : 1.0; }

// A Poisson is a negative binomial with hardly any overdispersion; below this the continued fraction loses its digits.
constexpr double kOverdispersionMin = 1e-4;

}  // namespace

double upper_tail(double k, double mean, double overdispersion) noexcept {
  if (k <= 0) return 1;
  if (mean <= 0) return 0;
  const double size = 1 / std::max(overdispersion, kOverdispersionMin);
  return unit(incomplete_beta(k, size, mean / (mean + size)));
}

double lower_tail(double k, double mean, double overdispersion) noexcept {
  if (mean <= 0) return 1;
  if (k < 0) return 0;
  const double size = 1 / std::max(overdispersion, kOverdispersionMin);
  return unit(incomplete_beta(size, k + 1, size / (mean + size)));
}

double overdispersion_of(std::span<const std::uint64_t> counts, double buckets) noexcept {
  double sum = 0, squares = 0;
  for (const std::uint64_t count : counts) {
    sum += static_cast<double>(count);
    squares += static_cast<double>(count) * static_cast<double>(count);
  }
  const double n = std::max(buckets, static_cast<double>(counts.size()));
  if (n < 2 || sum <= 0) return 0;
  const double mean = sum / n;
  const double variance = (squares - n * mean * mean) / (n - 1);
  return std::max(0.0, (variance - mean) / (mean * mean));
}

double signed_g(double a, double a_all, double b, double b_all) noexcept {
  if (a_all <= 0 || b_all <= 0 || a + b <= 0) return 0;
  const double both = a + b, all = a_all + b_all;
  const auto term = [](double observed, double expected) {
    return observed > 0 && expected > 0 ? observed * std::log(observed / expected) : 0.0;
  };
  const double g = 2 * (term(a, both * a_all / all) + term(b, both * b_all / all) + term(a_all - a, (all - both) * a_all / all) +
                        term(b_all - b, (all - both) * b_all / all));
  if (!std::isfinite(g) || g <= 0) return 0;
  return b * a_all >= a * b_all ? g : -g;
}

std::vector<double> adjusted(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] != p[b] ? p[a] < p[b] : a < b; });
  std::vector<double> q(p.size());
  double least = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    least = std::min(least, p[order[rank - 1]] * static_cast<double>(p.size()) / static_cast<double>(rank));
    q[order[rank - 1]] = least;
  }
  return q;
}

double quantile(std::span<const double> sorted, double q) noexcept {
  if (sorted.empty()) return 0;
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - static_cast<double>(below));
}

}  // namespace loglode
