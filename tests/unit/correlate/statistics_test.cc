#include "correlate/statistics.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace loglode {

namespace {

/// The slow, obvious way: sums of the probabilities themselves.
double summed_upper_tail(int k, double mean, double overdispersion) {
  const double size = 1 / overdispersion;
  double below = 0;
  for (int x = 0; x < k; ++x)
    below += std::exp(std::lgamma(x + size) - std::lgamma(size) - std::lgamma(x + 1.0) + size * std::log(size / (size + mean)) +
                      x * std::log(mean / (size + mean)));
  return 1 - below;
}

}  // namespace

TEST_CASE("tails: agree with the sum of the probabilities", "[correlate]") {
  for (const double mean : {0.1, 1.0, 7.5, 60.0})
    for (const double overdispersion : {0.01, 0.3, 2.0})
      for (const int k : {1, 2, 5, 20, 80}) {
        INFO(mean << " " << overdispersion << " " << k);
        CHECK(upper_tail(k, mean, overdispersion) == Approx(summed_upper_tail(k, mean, overdispersion)).margin(1e-9));
        CHECK(lower_tail(k - 1, mean, overdispersion) == Approx(1 - summed_upper_tail(k, mean, overdispersion)).margin(1e-9));
      }
}

TEST_CASE("tails: far out they are small numbers, not zero, and never leave 0 to 1", "[correlate]") {
  CHECK(upper_tail(200, 10, 0.05) < 1e-12);
  CHECK(upper_tail(200, 10, 0.05) > 0);
  CHECK(upper_tail(0, 10, 0) == 1);
  CHECK(upper_tail(3, 0, 0) == 0);
  CHECK(lower_tail(0, 0, 0) == 1);
  CHECK(lower_tail(-1, 5, 0) == 0);
  for (const double k : {0.0, 1.0, 1e6, 1e15})
    for (const double mean : {1e-12, 1.0, 1e6, 1e15})
      for (const double overdispersion : {0.0, 1e-3, 1.0, 1e9})
        for (const double p : {upper_tail(k, mean, overdispersion), lower_tail(k, mean, overdispersion)}) {
          INFO(k << " " << mean << " " << overdispersion);
          CHECK(p >= 0);
          CHECK(p <= 1);
        }
}

TEST_CASE("overdispersion: none for even counts, much for bursts, empty buckets count", "[correlate]") {
  const std::vector<std::uint64_t> even(50, 10), burst{500};
  CHECK(overdispersion_of(even, 50) == 0);
  CHECK(overdispersion_of(burst, 50) > 10);
  CHECK(overdispersion_of({}, 50) == 0);
  CHECK(overdispersion_of(burst, 1) == 0);
}

TEST_CASE("signed G: grows with the change, has its sign, and is 0 where nothing can be said", "[correlate]") {
  CHECK(signed_g(10, 100, 10, 100) == Approx(0).margin(1e-9));
  CHECK(signed_g(10, 100, 50, 100) > 30);
  CHECK(signed_g(50, 100, 10, 100) < -30);
  CHECK(signed_g(0, 100, 30, 100) > 0);
  CHECK(signed_g(30, 100, 0, 100) < 0);
  CHECK(signed_g(5, 0, 5, 100) == 0);
  CHECK(signed_g(0, 100, 0, 100) == 0);
}

TEST_CASE("Benjamini-Hochberg: the worked example, in any order", "[correlate]") {
  const std::vector<double> p{0.04, 0.01, 0.03, 0.02};
  const std::vector<double> q = adjusted(p);
  for (const double each : q) CHECK(each == Approx(0.04));
  CHECK(adjusted(std::vector<double>{0.001, 0.9})[0] == Approx(0.002));
  CHECK(adjusted({}).empty());
}

TEST_CASE("quantile: interpolates, and takes nothing and one", "[correlate]") {
  CHECK(quantile({}, 0.5) == 0);
  CHECK(quantile(std::vector<double>{3}, 0.9) == 3);
  CHECK(quantile(std::vector<double>{1, 2, 3, 4, 5}, 0.5) == 3);
  CHECK(quantile(std::vector<double>{0, 10}, 0.25) == Approx(2.5));
}

}  // namespace loglode
