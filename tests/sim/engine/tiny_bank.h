// Small banks with a model written by hand, for tests of the engine.
#ifndef JALON_TESTS_SIM_ENGINE_TINY_BANK_H_
#define JALON_TESTS_SIM_ENGINE_TINY_BANK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/plan.h"
#include "sim/engine/target.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {

// Shape of a bank: a root `bank`, regions `r1`..., branches `r1-b1`..., indicators `k1`...
struct TinyShape {
  int region_count = 1;
  int branches_per_region = 1;
  // Kind of each indicator.
  std::vector<IndicatorKind> kinds = {IndicatorKind::kCount};
  Frequency frequency = Frequency::kMonth;
  // Mean of a month of every flow.
  double mean = 20.0;
  // Stocks, ratios and derived indicators, whose ids sort after k1...
  std::vector<Indicator> others = {};
  // Realised level of every stock in every period.
  double stock = 1000.0;
};

// A revision whose last realised month is 2025-12 (two years of history, every cell = the mean
// rounded) and a model without any uncertainty but the laws of the cells: Poisson counts, gamma
// amounts (dispersion 2), Student-t net flows (5 degrees, sd 3), stocks with a rate of 0 and no
// noise (unit_scale = their level). Tests change what they are about.
struct TinyBank {
  Revision revision;
  Model model;
  Scenario scenario;
  std::vector<Target> targets;
  Period as_of = Period::Month(2025, 12);
  uint64_t seed = 1;

  PlanInput input() const {
    return {.revision = revision,
            .model = model,
            .scenario = scenario,
            .targets = targets,
            .as_of = as_of,
            .seed = seed};
  }
  // Builds the plan; the test fails if it cannot be.
  Plan plan() const;

  // A target on everything below `unit` over 2026.
  Target YearOf(const std::string& unit, int indicator = 0) const;
  Target On(const std::string& unit, const Window& window, int indicator = 0) const;
  // The same by the indicator's own aggregation and direction.
  Target For(const std::string& unit, const std::string& indicator,
             const Window& window = {Period::Month(2026, 1), Period::Month(2026, 12)}) const;
  // The model's series of an indicator and a unit.
  ModelSeries& Series(const std::string& unit, const std::string& indicator);
  // Index of that series.
  int SeriesIndex(const std::string& unit, const std::string& indicator) const;
  // Changes one realised value.
  void SetRealised(const std::string& unit, const std::string& indicator, Period period,
                   double value);
};

TinyBank MakeTinyBank(const TinyShape& shape);

// A bank with every source of uncertainty switched on, random from `seed`: latents, trends,
// seasons, levels, elasticities to two drivers, events. For properties that hold whatever the
// model.
TinyBank MakeRandomBank(uint64_t seed);

// One driver of the revision and the driver model, moving by itself with innovation sd `sd` from
// `value`, with an elasticity `beta` +- `beta_sd` of `indicator` (level transform, reference
// `value`).
struct TinyDriver {
  std::string id = "rate";
  double value = 2.0;
  double sd = 0.1;
  double beta = -0.1;
  double beta_sd = 0.0;
  int indicator = 0;
  int lag = 0;
};
void AddDriver(TinyBank& bank, const TinyDriver& driver);

// An event of a fixed effect on everything from 2026-01 on.
Event FixedEvent(const std::string& id, double effect);

inline Window Year(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

// A stock measured in `measure`, LAST, fed by the flows named.
Indicator StockOf(const std::string& id, Measure measure, std::vector<std::string> inflows = {},
                  std::vector<std::string> outflows = {});
Indicator RatioOf(const std::string& id, const std::string& numerator,
                  const std::string& denominator);
// Summed over periods.
Indicator DerivedOf(const std::string& id, const std::string& expression);

// A driver of the revision and the driver model without elasticities, innovation sd `sd`.
void AddRate(TinyBank& bank, const std::string& id, double value, double sd);

// A target on the variation: thresholds at the R/O levels of `ratios` against `objective`.
Target OnVariation(const Revision& revision, Target target, double objective,
                   const std::vector<double>& ratios);

// All values of every target on the first `path_count` paths: [target x path].
std::vector<std::vector<double>> TargetPaths(const Plan& plan, int path_count);

double Mean(const std::vector<double>& values);
double StandardError(const std::vector<double>& values);

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_TINY_BANK_H_
