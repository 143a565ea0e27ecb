// The coefficients of a quantity against the recursions that the sampled estimator runs.
#include "sim/engine/functional.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "sim/engine/shared_stage.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// Two branches with flows, a stock of random rate fed by both, its mean level at a random rate, and
// a ratio.
TinyBank StockBank(uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  TinyBank bank =
      MakeTinyBank({.branches_per_region = 2,
                    .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                    .others = {DerivedOf("interest", "mean(stock) * (yield - 1) / 1200 + 0.1 * k1"),
                               StockOf("stock", Measure::kMoney, {"k1"}, {"k2"}),
                               RatioOf("turnover", "k1", "stock")}});
  AddRate(bank, "yield", 3.0, 0.2);
  const int stock = bank.revision.network.FindIndicator("stock").value();
  bank.model.national.laws[stock] = {.autoregression = 0.5, .innovation_sd = 0.01};
  bank.model.regional.laws[stock].persistent_sd = 0.01;
  for (const char* branch : {"r1-b1", "r1-b2"}) {
    bank.model.level.mean[bank.SeriesIndex(branch, "stock")] = 0.04 * unit(engine) - 0.03;
  }
  for (const char* indicator : {"interest", "stock", "turnover"}) {
    bank.targets.push_back(bank.For("bank", indicator));
    bank.targets.push_back(bank.For("r1-b2", indicator, Year(2027)));
  }
  return bank;
}

// The functional at the flows of a path, without noise of stocks.
double At(const Plan& plan, const LinearFunctional& functional, const PathReplay& path) {
  double sum = functional.constant;
  for (const auto& [cell, weight] : functional.flows) {
    sum += weight * path.cells[static_cast<size_t>(cell.first) * plan.period_count() + cell.second];
  }
  return sum;
}

TEST(FunctionalTest, IsTheSampledQuantityAtTheFlowsOfThePath) {
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    const Plan plan = StockBank(seed).plan();
    const SharedStage stage(plan);
    for (int64_t p : {0, 1, 17}) {
      const SharedState state = stage.Draw(p);
      const PathReplay path = ReplayPath(plan, p).value();
      for (int t = 0; t < plan.target_count(); ++t) {
        const PlanTarget& target = plan.target_parts[t];
        double value = At(plan, FunctionalOf(plan, target.value, state), path);
        if (target.denominator.exists()) {
          value /= At(plan, FunctionalOf(plan, target.denominator, state), path);
        }
        EXPECT_NEAR(path.target_values[t], value, 1e-9 * std::fabs(value)) << seed << " " << t;
      }
    }
  }
}

TEST(FunctionalTest, GivesTheVarianceOfWhatStocksDoNotShare) {
  TinyBank bank = MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kMoney)}});
  ModelSeries& series = bank.Series("r1-b1", "stock");
  series.dispersion = 4.0;
  series.shape = 1e12;
  series.series_effect_sd = 0.002;
  series.unit_scale = 1000.0;
  bank.model.level.mean[0] = 0.015;
  bank.targets = {bank.For("bank", "stock")};
  const Plan plan = bank.plan();
  const LinearFunctional functional =
      FunctionalOf(plan, plan.target_parts[0].value, SharedStage(plan).Draw(0));
  double variance = std::pow(functional.own.at(0) * 1000.0 * 0.002, 2.0);
  for (const auto& [cell, weight] : functional.noises) variance += 16.0 * weight * weight;
  EXPECT_NEAR(functional.constant, 1000.0 * std::pow(1.015, 12), 1e-9);

  constexpr int kPaths = 16'384;
  const std::vector<double> levels = TargetPaths(plan, kPaths)[0];
  for (double z : {-1.0, 0.0, 1.0}) {
    const double o = functional.constant + z * std::sqrt(variance);
    double share = 0.0;
    for (double level : levels) share += level >= o;
    const double exact = 1.0 - ExactNormalCdf(z);
    // 4 standard errors: false alarm 6e-5 per check.
    EXPECT_NEAR(share / kPaths, exact, 4.0 * std::sqrt(exact * (1.0 - exact) / kPaths));
  }
}

TEST(FunctionalTest, TakesKnownCellsAsConstants) {
  TinyBank bank = StockBank(7);
  bank.targets = {bank.For("bank", "k1", Year(2025)), bank.For("bank", "stock", Year(2025))};
  const Plan plan = bank.plan();
  const SharedState state = SharedStage(plan).Draw(0);
  const LinearFunctional flows = FunctionalOf(plan, plan.target_parts[0].value, state);
  const LinearFunctional level = FunctionalOf(plan, plan.target_parts[1].value, state);
  EXPECT_EQ(flows.constant, 2 * 12 * 20.0);
  EXPECT_TRUE(flows.flows.empty());
  EXPECT_EQ(level.constant, 2000.0);
  EXPECT_TRUE(level.flows.empty() && level.noises.empty() && level.own.empty());
}

}  // namespace
}  // namespace jalon::sim
