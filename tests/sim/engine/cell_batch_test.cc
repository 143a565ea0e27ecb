// Own noise drawn in vectors against the scalar oracle, cell by cell.
#include "sim/engine/cell_batch.h"

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/stop_token.h"
#include "sim/engine/sampled.h"
#include "sim/kernel/isa.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

struct Differences {
  int counts = 0;
  int different_counts = 0;
};

// What a cell may differ by: counts by one, amounts and net flows by a thousandth, stocks by what
// their flows may.
double Allowed(const PlanSeries& series, double cell) {
  if (series.law == Law::kNegativeBinomial) return 1.0 + 1e-3 * std::abs(cell);
  return 0.02 + 2e-3 * (std::abs(cell) + series.dispersion);
}

// Holds every cell of some paths against the oracle's.
Differences CompareCells(const Plan& plan, int path_count) {
  const CellLaws laws = MakeCellLaws(plan);
  const int period_count = plan.period_count();
  Differences differences;
  for (int path = 0; path < path_count; ++path) {
    const PathReplay expected = ReplayPath(plan, path).value();
    const PathReplay found = ReplayPath(plan, path, nullptr, &laws).value();
    for (int i = 0; i < plan.series_count(); ++i) {
      const PlanSeries& series = plan.series[i];
      for (int t = 0; t < period_count; ++t) {
        const double cell = expected.cells[i * period_count + t];
        const double other = found.cells[i * period_count + t];
        if (series.stock < 0) {
          EXPECT_NEAR(other, cell, Allowed(series, cell))
              << "series " << i << " law " << static_cast<int>(series.law) << " period " << t;
        } else {
          EXPECT_NEAR(other, cell, 2.0 + 2e-3 * std::abs(cell)) << "stock " << i << " period " << t;
        }
        if (series.law == Law::kNegativeBinomial) {
          ++differences.counts;
          differences.different_counts += other != cell ? 1 : 0;
        }
      }
    }
  }
  return differences;
}

TEST(CellBatchTest, CellsOfRandomBanksAreTheOraclesOnes) {
  Differences all;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    TinyBank bank = MakeRandomBank(seed);
    if (bank.targets.empty()) bank.targets.push_back(bank.For("bank", "k1"));
    const Differences some = CompareCells(bank.plan(), 4);
    all.counts += some.counts;
    all.different_counts += some.different_counts;
  }
  EXPECT_LE(all.different_counts, 0.01 * all.counts);
}

TinyBank EveryKind(double mean) {
  TinyBank bank =
      MakeTinyBank({.region_count = 2,
                    .branches_per_region = 2,
                    .kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kAmount,
                              IndicatorKind::kAmount, IndicatorKind::kNetFlow},
                    .mean = mean,
                    .others = {StockOf("customers", Measure::kCount, {"k1"}, {"k2"}),
                               RatioOf("ratio", "k1", "customers")}});
  for (ModelSeries& series : bank.model.series) {
    series.series_effect_sd = 0.05;
    if (series.law == Law::kStock) series.dispersion = 2.0;
  }
  // Half the amounts of the last indicator have months without any.
  for (const char* unit : {"r1-b1", "r2-b2"}) {
    ModelSeries& series = bank.Series(unit, "k4");
    series.law = Law::kCompoundGamma;
    series.shape = 0.8;
  }
  return bank;
}

void AskAll(TinyBank& bank, const Window& window) {
  for (const char* indicator : {"k1", "k2", "k3", "k4", "k5", "customers", "ratio"}) {
    bank.targets.push_back(bank.For("bank", indicator, window));
    bank.targets.back().thresholds = {1.0, 100.0};
  }
}

TEST(CellBatchTest, CellsOfEveryKindAreTheOraclesOnesForEveryWindow) {
  for (int periods : {1, 3, 7, 16, 17, 33}) {
    TinyBank bank = EveryKind(30.0);
    AskAll(bank, {Period::Month(2026, 1), Period::Month(2026, 1) + (periods - 1)});
    CompareCells(bank.plan(), 3);
  }
}

TEST(CellBatchTest, CellsAreTheOraclesOnesForSmallAndLargeMeans) {
  for (double mean : {0.1, 4.0, 5e3}) {
    TinyBank bank = EveryKind(mean);
    AskAll(bank, Year(2026));
    CompareCells(bank.plan(), 3);
  }
}

TEST(CellBatchTest, ABlockHasTheValuesOfItsPathsAlone) {
  TinyBank bank = EveryKind(20.0);
  AskAll(bank, Year(2026));
  const Plan plan = bank.plan();
  const CellLaws laws = MakeCellLaws(plan);
  const BlockOutcome block = SimulateBlock(plan, 2, StopToken(), &laws).value();
  for (int lane = 0; lane < kPathsPerBlock; ++lane) {
    const PathReplay replay = ReplayPath(plan, 2 * kPathsPerBlock + lane, nullptr, &laws).value();
    for (int i = 0; i < plan.target_count(); ++i) {
      EXPECT_EQ(block.values[i * kPathsPerBlock + lane], replay.target_values[i]);
    }
  }
}

TEST(CellBatchTest, BlocksHaveTheSameBitsOnEveryInstructionSet) {
  TinyBank bank = EveryKind(20.0);
  AskAll(bank, Year(2026));
  const Plan plan = bank.plan();
  const CellLaws laws = MakeCellLaws(plan);
  std::vector<std::vector<double>> values;
  for (const std::string& isa : KernelIsas()) {
    ASSERT_TRUE(ForceKernelIsa(isa));
    values.push_back(SimulateBlock(plan, 0, StopToken(), &laws).value().values);
  }
  ForceKernelIsa("");
  for (const std::vector<double>& other : values) EXPECT_TRUE(SameBits(other, values.front()));
}

TEST(CellBatchTest, EveryShapeOfCompoundsWithinReachHasASurface) {
  TinyBank bank = EveryKind(10.0);
  AskAll(bank, Year(2026));
  double shape = 0.5;
  for (ModelSeries& series : bank.model.series) {
    if (series.law == Law::kCompoundGamma) series.shape = shape *= 1.3;
  }
  bank.Series("r1-b1", "k4").shape = 1e-5;
  const Plan plan = bank.plan();
  EXPECT_EQ(CompoundShapes(plan).size(), 2u);
  EXPECT_GE(static_cast<double>(MakeCellLaws(plan).allocated_bytes()), 0.8 * CellLawsBytes(1));
  EXPECT_LE(static_cast<double>(MakeCellLaws(plan).allocated_bytes()), CellLawsBytes(1));
  CompareCells(plan, 2);
}

// Where the laws stop: nothing is drawn, or what is left to the scalar quantile.
TEST(CellBatchTest, CellsAreTheOraclesOnesAtTheEdgeOfSense) {
  for (const double size : {1e-9, 1e-3, 1e4}) {
    for (const double shape : {1e-3, 0.04, 7.0, 1e4}) {
      TinyBank bank = EveryKind(3.0);
      AskAll(bank, Year(2026));
      for (ModelSeries& series : bank.model.series) {
        if (series.law == Law::kCompoundGamma) series.shape = shape;
        if (series.law == Law::kStudentT || series.law == Law::kStock) continue;
        series.dispersion = series.law == Law::kNegativeBinomial ? 1.0 + size : size;
      }
      CompareCells(bank.plan(), 2);
    }
  }
}

}  // namespace
}  // namespace jalon::sim
