#include "server/run/realised_to_date.h"

#include <algorithm>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/credit/credited_sum.h"

namespace jalon::server {
namespace {

// What is known of a window whose periods are `values`, NaN where missing.
double KnownSoFar(const std::vector<double>& values, sim::Aggregation aggregation) {
  double total = 0;
  int count = 0;
  double last = sim::kMissing;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    total += value;
    last = value;
    ++count;
  }
  if (count == 0) return sim::kMissing;
  if (aggregation == sim::Aggregation::kSum) return total;
  return aggregation == sim::Aggregation::kMean ? total / count : last;
}

double RealisedSide(const sim::Revision& revision, const sim::CreditedSums& sums,
                    const sim::SeriesKey& node, const sim::Window& past) {
  return KnownSoFar(sums.Values(node, past),
                    revision.network.indicator(node.indicator).aggregation);
}

double RealisedRatio(const sim::Revision& revision, const sim::CreditedSums& sums,
                     const sim::SeriesKey& node, const sim::Window& past) {
  const int above = revision.network.numerator_index(node.indicator);
  const int below = revision.network.denominator_index(node.indicator);
  const double denominator = RealisedSide(revision, sums, {below, node.unit, node.segment}, past);
  if (denominator == 0) return sim::kMissing;
  return RealisedSide(revision, sums, {above, node.unit, node.segment}, past) / denominator;
}

// The part of a target's window realised by `as_of`: of a ratio, numerator over denominator so far.
// Sums hold the eliminations of their units, as those of the engine do.
double RealisedPart(const sim::Revision& revision, const sim::CreditedSums& sums,
                    const sim::Target& target, sim::Period as_of) {
  const sim::Window past{std::max(target.window.first, revision.realisations.first()),
                         std::min(target.window.last, as_of)};
  if (past.size() == 0) return sim::kMissing;
  const sim::SeriesKey node{target.range.indicator, target.range.unit_first,
                            target.range.segment_first};
  if (target.aggregation == sim::Aggregation::kRatio) {
    return RealisedRatio(revision, sums, node, past);
  }
  return KnownSoFar(sums.Values(node, past), target.aggregation);
}

}  // namespace

std::vector<double> RealisedToDate(const sim::Revision& revision, const RunRows& rows,
                                   sim::Period as_of) {
  std::vector<double> values;
  values.reserve(rows.targets.size());
  const sim::CreditedSums sums(revision);
  for (const sim::Target& target : rows.targets) {
    values.push_back(RealisedPart(revision, sums, target, as_of));
  }
  return values;
}

}  // namespace jalon::server
