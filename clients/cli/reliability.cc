#include "clients/cli/reliability.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace jalon::client {
namespace {

constexpr int kBands = 10;

int BandOf(double probability) {
  return std::clamp(static_cast<int>(std::floor(probability * kBands)), 0, kBands - 1);
}

// Grows a band one promise at a time; sums become means at the end.
class BandBuilder {
 public:
  void Add(const KeptPromise& promise) {
    const double attained = promise.attained ? 1.0 : 0.0;
    const double miss = promise.probability - attained;
    ++band_.count;
    band_.promised += promise.probability;
    band_.realised += attained;
    band_.brier += miss * miss;
    groups_.insert(promise.group);
  }

  ReliabilityBand Finish(double low, double high) const {
    const double n = static_cast<double>(band_.count);
    return {.low = low,
            .high = high,
            .count = band_.count,
            .group_count = static_cast<int64_t>(groups_.size()),
            .promised = band_.promised / n,
            .realised = band_.realised / n,
            .brier = band_.brier / n};
  }

  bool empty() const { return band_.count == 0; }

 private:
  ReliabilityBand band_;
  std::set<std::string> groups_;
};

}  // namespace

std::vector<ReliabilityBand> Reliability(const std::vector<KeptPromise>& promises) {
  std::vector<BandBuilder> builders(kBands);
  BandBuilder all;
  for (const KeptPromise& promise : promises) {
    builders[static_cast<size_t>(BandOf(promise.probability))].Add(promise);
    all.Add(promise);
  }
  std::vector<ReliabilityBand> bands;
  for (int b = 0; b < kBands; ++b) {
    const BandBuilder& builder = builders[static_cast<size_t>(b)];
    if (builder.empty()) continue;
    bands.push_back(builder.Finish(b / double{kBands}, (b + 1) / double{kBands}));
  }
  if (!all.empty()) bands.push_back(all.Finish(0, 1));
  return bands;
}

std::optional<double> WindowValue(const v1::Indicator& indicator,
                                  const std::vector<std::optional<double>>& periods) {
  if (periods.empty()) return std::nullopt;
  // Ratios of periods do not make the ratio of a window: its numerator and denominator do.
  if (indicator.time_aggregation() == v1::Indicator::TIME_AGGREGATION_RATIO) return std::nullopt;
  if (indicator.time_aggregation() == v1::Indicator::TIME_AGGREGATION_LAST) return periods.back();
  double sum = 0;
  for (const std::optional<double>& value : periods) {
    if (!value.has_value()) return std::nullopt;
    sum += *value;
  }
  const bool mean = indicator.time_aggregation() == v1::Indicator::TIME_AGGREGATION_MEAN;
  return mean ? sum / static_cast<double>(periods.size()) : sum;
}

bool Attains(const v1::Indicator& indicator, double realised, double objective) {
  return indicator.direction() == v1::Indicator::DIRECTION_LOWER_IS_BETTER ? realised <= objective
                                                                           : realised >= objective;
}

}  // namespace jalon::client
