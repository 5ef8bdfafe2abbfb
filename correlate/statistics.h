// The few statistics that detection needs. Pure functions; defined for every input, NaN never comes out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loglode {

/// P(X >= k) and P(X <= k) for a negative binomial of this mean with variance mean + overdispersion * mean^2 (0: Poisson).
[[nodiscard]] double upper_tail(double k, double mean, double overdispersion) noexcept;
[[nodiscard]] double lower_tail(double k, double mean, double overdispersion) noexcept;

/// Overdispersion by moments of counts in `buckets` buckets, those not in `counts` being empty. Never negative.
[[nodiscard]] double overdispersion_of(std::span<const std::uint64_t> counts, double buckets) noexcept;

/// 2 * sum of observed * ln(observed / expected) for one cell against the rest, with the sign of the change: a count of `a` among
/// `a_all` before and `b` among `b_all` now.
[[nodiscard]] double signed_g(double a, double a_all, double b, double b_all) noexcept;

/// Benjamini-Hochberg adjusted p values, in the order of `p`.
[[nodiscard]] std::vector<double> adjusted(std::span<const double> p);

/// The q-quantile (0..1) of sorted values, by linear interpolation; 0 for none.
[[nodiscard]] double quantile(std::span<const double> sorted, double q) noexcept;

}  // namespace loglode
