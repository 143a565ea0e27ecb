#include "sim/engine/cell_cost.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Counts up to 40 are searched one by one from 0, larger ones from a guess.
double CountNanoseconds(double mean) { return 65.0 + 4.5 * std::min(mean, 40.0); }

// The series over the number of sizes, summed two or three times, unless the draw is 0 or there are
// so many sizes that their sum has a law of its own (sim/random/laws.h).
double CompoundNanoseconds(double mean, const PlanSeries& series) {
  const double intensity = mean * (1.0 + series.shape) / (series.shape * series.dispersion);
  if (!(intensity < 100.0)) return 400.0;
  const double positive = -Expm1(-intensity);
  return 100.0 + positive * 150.0 * (2.0 + 13.0 * std::sqrt(intensity));
}

double LawNanoseconds(const PlanSeries& series, double mean) {
  switch (series.law) {
    case Law::kNegativeBinomial:
      return CountNanoseconds(mean);
    case Law::kGamma:
      return 330.0;
    case Law::kCompoundGamma:
      return CompoundNanoseconds(mean, series);
    case Law::kStudentT:
      return 290.0;
    case Law::kStock:
      return series.dispersion > 0.0 ? 310.0 : 20.0;
    case Law::kExactStock:
      return 10.0;
  }
  return 0.0;
}

}  // namespace

double CellNanoseconds(const Plan& plan, int i) {
  const PlanSeries& series = plan.series[i];
  const size_t first = static_cast<size_t>(i) * plan.period_count();
  for (size_t cell = first; cell < first + plan.period_count(); ++cell) {
    if (!std::isnan(plan.realised[cell])) continue;
    const double eta = plan.base[cell];
    return LawNanoseconds(series, series.link == Link::kLog ? Exp(eta) : eta * eta);
  }
  return 0.0;
}

}  // namespace jalon::sim
