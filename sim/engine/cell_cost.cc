#include "sim/engine/cell_cost.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/kernel/cell_laws.h"

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

// Whether cells at a mean are drawn in vectors (sim/kernel/cell_laws.h).
bool IsDrawnInVectors(const PlanSeries& series, double mean) {
  switch (series.law) {
    case Law::kNegativeBinomial:
      return DrawsCountsInVectors(series.dispersion, mean);
    case Law::kGamma:
      return DrawsAmountsInVectors(series.dispersion, mean);
    case Law::kCompoundGamma:
      return DrawsCompoundsInVectors(series.dispersion, series.shape, mean);
    case Law::kStudentT:
    case Law::kStock:
      return DrawsStudentTsInVectors(series.dispersion, series.shape);
    case Law::kExactStock:
      break;
  }
  return false;
}

// Of a cell among those of 16 paths.
double VectorNanoseconds(const PlanSeries& series, double mean) {
  switch (series.law) {
    case Law::kNegativeBinomial:
      return mean > 60.0 ? 26.0 : 8.0 + 0.45 * mean;
    case Law::kGamma:
      return 12.0;
    case Law::kCompoundGamma:
      return 32.0;
    case Law::kStudentT:
      return 10.0;
    case Law::kStock:
      return 14.0;
    case Law::kExactStock:
      break;
  }
  return 0.0;
}

struct DrawnCells {
  int count = 0;
  // Of the first.
  double mean = 0.0;
};

DrawnCells DrawnCellsOf(const Plan& plan, int i) {
  const PlanSeries& series = plan.series[i];
  const size_t first = static_cast<size_t>(i) * plan.period_count();
  DrawnCells drawn;
  for (size_t cell = first; cell < first + plan.period_count(); ++cell) {
    if (!std::isnan(plan.realised[cell])) continue;
    const double eta = plan.base[cell];
    if (drawn.count == 0) drawn.mean = series.link == Link::kLog ? Exp(eta) : eta * eta;
    ++drawn.count;
  }
  return drawn;
}

}  // namespace

double SeriesNanoseconds(const Plan& plan, int i, CellDraws draws) {
  const PlanSeries& series = plan.series[i];
  const DrawnCells drawn = DrawnCellsOf(plan, i);
  if (drawn.count == 0) return 0.0;
  // The flows, and the sums.
  constexpr double kExactStock = 4.0;
  const bool in_vectors = draws == CellDraws::kVectors;
  if (in_vectors && series.law == Law::kExactStock) return drawn.count * kExactStock;
  if (!in_vectors || !IsDrawnInVectors(series, drawn.mean)) {
    return drawn.count * LawNanoseconds(series, drawn.mean);
  }
  // u, v and the shared level; then the mean, the word and the sums of each cell.
  constexpr double kEffects = 40.0;
  constexpr double kCell = 6.0;
  return kEffects + drawn.count * (kCell + VectorNanoseconds(series, drawn.mean));
}

}  // namespace jalon::sim
