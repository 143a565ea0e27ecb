#include "sim/engine/cell_batch.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/plan.h"
#include "sim/engine/quantile_sketch.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scores.h"

namespace jalon::sim {
namespace {

double Size(size_t n) { return static_cast<double>(n); }

// Bytes of one block in hand: the shared states of its paths, its slots and its outcome.
double BlockBytes(const Plan& plan) {
  const double profiles = 2.0 * Size(plan.groups.size()) * plan.period_count();
  const double events = 2.0 * Size(plan.events.size()) * plan.period_count();
  const double rates = Size(plan.rates.size()) * plan.period_count();
  const double numbers = Size(plan.slots.size() + plan.targets.size()) + plan.part_count;
  return kPathsPerBlock * sizeof(double) * (profiles + events + rates + numbers);
}

// Bytes of the accumulator of targets and of one checkpoint's estimates.
double SummaryBytes(const Plan& plan, int quantile_level_count) {
  const double sketch =
      quantile_level_count == 0
          ? 0.0
          : sizeof(QuantileSketch) + (QuantileSketch::kBins + 2.0) * sizeof(uint32_t);
  // Moments, which target, and what may be missing on a path.
  const double moments = 3.0 * sizeof(double) + 2.0 * sizeof(int);
  double bytes = 0.0;
  for (const Target& target : plan.targets) {
    const double numbers = 4.0 * Size(target.thresholds.size()) + quantile_level_count;
    bytes += sketch + moments + sizeof(TargetEstimate) + numbers * sizeof(double);
  }
  // Exceptions of ratios and openings.
  return bytes + 48.0 * plan.part_count;
}

// Nanoseconds of one path of the series stage.
double SeriesStageNanoseconds(const Plan& plan) {
  double nanoseconds = 0.0;
  for (int i = 0; i < plan.series_count(); ++i) {
    nanoseconds += SeriesNanoseconds(plan, i, CellDraws::kVectors);
  }
  return nanoseconds;
}

// Nanoseconds of the rates of derived indicators on one path.
double RateNanoseconds(const Plan& plan) {
  constexpr double kFactor = 5.0;
  double factors = 0.0;
  for (const PlanRate& rate : plan.rates) factors += Size(rate.factors.size());
  return factors * plan.period_count() * kFactor;
}

double Parts(const Plan& plan) { return Size(plan.targets.size()) + plan.part_count; }

// Nanoseconds of folding the targets of one path.
double FoldNanoseconds(const Plan& plan) {
  constexpr double kFold = 40.0;
  return Parts(plan) * kFold;
}

// Nanoseconds of one path of the shared stage, of finishing its targets and folding its scores.
double OtherNanoseconds(const Plan& plan) {
  constexpr double kLatent = 70.0;
  constexpr double kFinish = 5.0;
  const double latents = Size(plan.indicators.size() + plan.region_rows.size());
  return latents * (plan.step_count() + 2) * kLatent + Parts(plan) * kFinish +
         RateNanoseconds(plan) + ScoreNanoseconds(plan.scores);
}

// Bytes of the drivers of one regime: two matrices, what held drivers do, courses.
double SimulatorBytes(const Plan& plan) {
  const double drivers = plan.shared.drivers.driver_count();
  return sizeof(double) * drivers * (3.0 * drivers + plan.driver_window.size());
}

}  // namespace

double PlanBytes(const Plan& plan) {
  const double cells = Size(plan.series.size()) * plan.period_count();
  double bytes = Size(plan.series.size()) * sizeof(PlanSeries) + 2.0 * cells * sizeof(double) +
                 Size(plan.level_loadings.size()) * sizeof(double) +
                 Size(plan.driver_history.size()) * sizeof(double) +
                 Size(plan.groups.size()) * sizeof(PlanGroup) +
                 Size(plan.region_rows.size()) * sizeof(PlanRegionRow) +
                 Size(plan.series_slot_first.size() + plan.series_slots.size() +
                      plan.step_first.size() + plan.step_series.size() + plan.step_place.size() +
                      plan.series_event_first.size() + plan.series_events.size()) *
                     sizeof(int) +
                 Size(plan.slots.size()) * sizeof(PlanSlot) +
                 Size(plan.terms.size()) * sizeof(PlanTerm) +
                 Size(plan.stocks.size()) * sizeof(PlanStock) +
                 Size(plan.stock_flows.size()) * sizeof(PlanStockFlow);
  for (const Target& target : plan.targets) {
    const size_t weights = target.opening ? target.opening->weights.size() : 0;
    bytes += sizeof(Target) + sizeof(PlanTarget) +
             Size(target.thresholds.size() + weights) * sizeof(double);
  }
  bytes += Size(plan.regimes.size()) * SimulatorBytes(plan);
  for (const PlanEvent& event : plan.events) {
    bytes += sizeof(PlanEvent) + Size(event.weights.size()) * sizeof(double) +
             Size(event.groups.size() + event.series.size()) * sizeof(int);
  }
  return bytes;
}

double ThresholdCount(const Plan& plan) {
  double count = 0.0;
  for (const Target& target : plan.targets) count += Size(target.thresholds.size());
  return count;
}

PlanCost PredictScoreCost(const Plan& plan, int thread_count, int quantile_level_count) {
  const int blocks = BlocksInHand(thread_count);
  const int shapes = static_cast<int>(CompoundShapes(plan).size());
  PlanCost cost;
  cost.preparation_cpu_ms = CellLawsMilliseconds(shapes);
  cost.peak_bytes = PlanBytes(plan) + CellLawsBytes(shapes) + blocks * BlockBytes(plan) +
                    ScoreBytes(plan.scores, quantile_level_count);
  cost.cpu_ms_per_256_paths =
      256.0 * (SeriesStageNanoseconds(plan) + OtherNanoseconds(plan)) * 1e-6;
  return cost;
}

PlanCost PredictCost(const Plan& plan, int thread_count, int quantile_level_count) {
  PlanCost cost = PredictScoreCost(plan, thread_count, quantile_level_count);
  cost.peak_bytes += SummaryBytes(plan, quantile_level_count);
  cost.cpu_ms_per_256_paths += 256.0 * FoldNanoseconds(plan) * 1e-6;
  return cost;
}

}  // namespace jalon::sim
