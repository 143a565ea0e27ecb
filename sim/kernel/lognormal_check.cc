#include "sim/kernel/lognormal_check.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/tile.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr float kLargestLogarithm = 1e6f;
constexpr float kLargestConstant = 0x1p100f;

class Checker {
 public:
  // Adds `message` where `ok` is false.
  void Require(bool ok, absl::string_view message) {
    if (!ok) problems_.emplace_back(message);
  }

  template <typename T>
  bool HasSize(const std::vector<T>& values, size_t size, absl::string_view name) {
    Require(values.size() == size,
            absl::StrCat(name, " has ", values.size(), " values, not ", size));
    return values.size() == size;
  }

  // Names the first value that `is_good` refuses.
  template <typename T, typename Predicate>
  void EachOf(const std::vector<T>& values, absl::string_view name, Predicate is_good) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (is_good(values[i])) continue;
      problems_.push_back(absl::StrCat(name, "[", i, "] = ", values[i], " is out of range"));
      return;
    }
  }

  absl::Status Finish() const {
    if (problems_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(problems_, "; "));
  }

 private:
  std::vector<std::string> problems_;
};

bool IsLogarithm(float x) { return std::abs(x) <= kLargestLogarithm; }

void CheckTiles(const LognormalNetwork& network, Checker& checker) {
  const std::vector<int>& begin = network.tile_begin;
  if (!checker.HasSize(begin, network.tile_total.size() + 1, "tile_begin")) return;
  bool increasing = begin.front() == 0 && begin.back() == network.series();
  for (size_t i = 1; i < begin.size(); ++i) increasing = increasing && begin[i - 1] < begin[i];
  checker.Require(increasing, "tile_begin does not increase from 0 to the number of series");
  checker.EachOf(network.tile_total, "tile_total",
                 [&](int total) { return total >= 0 && total < network.totals; });
}

void CheckSeries(const LognormalNetwork& network, Checker& checker) {
  const size_t series = network.id.size();
  const auto periods = static_cast<size_t>(network.window.size());
  const auto factors = static_cast<size_t>(network.factors);
  checker.HasSize(network.base, series * periods, "base");
  checker.HasSize(network.loading, series * factors, "loading");
  checker.HasSize(network.sigma, series, "sigma");
  checker.HasSize(network.constant, series, "constant");
  checker.HasSize(network.threshold, series, "threshold");
  checker.EachOf(network.base, "base", [](float x) {
    return IsLogarithm(x) || x == -std::numeric_limits<float>::infinity();
  });
  checker.EachOf(network.loading, "loading", IsLogarithm);
  checker.EachOf(network.sigma, "sigma", [](float x) { return x >= 0.0f && IsLogarithm(x); });
  checker.EachOf(network.constant, "constant",
                 [](float x) { return std::abs(x) <= kLargestConstant; });
  checker.EachOf(network.threshold, "threshold", [](double x) { return !std::isnan(x); });
}

bool AllAreLogarithms(const FactorPaths& factors) {
  const int64_t values = RoundUp(factors.paths(), kLanes) * factors.factors() *
                         RoundUp(factors.periods(), kPeriodGrain);
  for (int64_t i = 0; i < values; ++i) {
    if (!IsLogarithm(factors.data()[i])) return false;
  }
  return true;
}

}  // namespace

absl::Status CheckLognormal(const LognormalNetwork& network, const FactorPaths& factors,
                            const LognormalOptions& options) {
  Checker checker;
  const Window& window = network.window;
  checker.Require(window.size() >= 1 && window.size() <= kMaxKernelPeriods &&
                      window.first.index >= 0 && window.last.index <= kMaxPeriodIndex,
                  "window has not 1 to 60 periods of 1900 to 2241");
  checker.Require(network.factors >= 0, "factors is negative");
  checker.Require(factors.paths() >= 1 && factors.paths() <= int64_t{1} << 31,
                  "paths are not 1 to 2^31");
  checker.Require(factors.periods() == window.size() && factors.factors() == network.factors,
                  "factor paths have other periods or factors than the network");
  if (absl::Status status = checker.Finish(); !status.ok()) return status;
  CheckSeries(network, checker);
  CheckTiles(network, checker);
  checker.Require(AllAreLogarithms(factors), "a factor is not finite or beyond 1e6 in size");
  checker.EachOf(options.quantile_levels, "quantile_levels",
                 [](double level) { return level >= 0.0 && level <= 1.0; });
  return checker.Finish();
}

}  // namespace jalon::sim
