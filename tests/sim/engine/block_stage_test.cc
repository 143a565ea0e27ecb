// Sixteen paths at once against each of them alone, bit for bit.
#include "sim/engine/block_stage.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/sampled.h"
#include "sim/engine/shared_stage.h"
#include "sim/kernel/isa.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// [series x period] of each path of a block.
std::vector<std::vector<double>> CellsOfBlock(const Plan& plan, int64_t block,
                                              const CellLaws& laws) {
  const int64_t first_path = block * kPathsPerBlock;
  const SharedStage shared(plan);
  BlockStates states(plan);
  for (int lane = 0; lane < kPathsPerBlock; ++lane)
    states.Set(lane, shared.Draw(first_path + lane));
  BlockStage stage(plan, first_path, laws);
  const size_t cell_count = plan.series.size() * plan.period_count();
  std::vector<std::vector<double>> cells(kPathsPerBlock, std::vector<double>(cell_count));
  for (int step = 0; step < plan.series_step_count(); ++step) {
    stage.DrawStep(step, states);
    for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
      const int i = plan.step_series[j];
      for (int t = 0; t < plan.period_count(); ++t) {
        for (int lane = 0; lane < kPathsPerBlock; ++lane) {
          cells[lane][i * plan.period_count() + t] = stage.CellsOf(i)[t].x[lane];
        }
      }
    }
  }
  return cells;
}

std::vector<double> LaneOf(const std::vector<double>& rows, int lane) {
  std::vector<double> found;
  for (size_t k = lane; k < rows.size(); k += kPathsPerBlock) found.push_back(rows[k]);
  return found;
}

// Cells, targets and parts of two blocks.
void ExpectThePathsAlone(const Plan& plan) {
  const CellLaws laws = MakeCellLaws(plan);
  for (const int64_t block : {0, 3}) {
    const std::vector<std::vector<double>> cells = CellsOfBlock(plan, block, laws);
    const BlockOutcome outcome = SimulateBlock(plan, block, StopToken(), &laws).value();
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const PathReplay alone =
          ReplayPath(plan, block * kPathsPerBlock + lane, nullptr, &laws).value();
      EXPECT_TRUE(SameBits(cells[lane], alone.cells)) << "path " << lane;
      EXPECT_TRUE(SameBits(LaneOf(outcome.values, lane), alone.target_values)) << "path " << lane;
      EXPECT_TRUE(SameBits(LaneOf(outcome.parts, lane), alone.parts)) << "path " << lane;
    }
  }
}

// Counts, amounts with and without zeros, net flows, a count on the square root, stocks that count
// and that do not, one that its flows explain, a ratio; every uncertainty of a series.
TinyBank EveryKindOfSeries() {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = 3,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kAmount,
                 IndicatorKind::kAmount, IndicatorKind::kNetFlow, IndicatorKind::kCount},
       .mean = 30.0,
       .others = {StockOf("s-customers", Measure::kCount, {"k1"}, {"k2"}),
                  StockOf("s-exact", Measure::kMoney, {"k3"}),
                  StockOf("s-loans", Measure::kMoney, {}, {"k4"}),
                  RatioOf("t-ratio", "k1", "s-customers")}});
  for (double& loading : bank.model.branch_loading) loading = 0.07;
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    ModelSeries& series = bank.model.series[i];
    series.series_effect_sd = i % 5 == 0 ? 0.0 : 0.05;
    if (series.law == Law::kStock) series.dispersion = i % 3 == 0 ? 0.0 : 2.0;
    if (series.law == Law::kGamma && series.indicator == 3) {
      series.law = Law::kCompoundGamma;
      series.shape = 0.8;
    }
    if (series.indicator == 5) {
      series.link = Link::kSqrt;
      bank.model.level.mean[i] = std::sqrt(3.0);
    }
  }
  for (const char* unit : {"r1-b1", "r1-b2", "r1-b3", "r2-b1", "r2-b2", "r2-b3"}) {
    bank.Series(unit, "s-exact").law = Law::kExactStock;
  }
  for (const char* unit : {"bank", "r1", "r2-b1"}) {
    for (const char* id :
         {"k1", "k2", "k3", "k4", "k5", "k6", "s-customers", "s-exact", "s-loans", "t-ratio"}) {
      bank.targets.push_back(bank.For(unit, id));
      bank.targets.back().thresholds = {0.5, 240.0, 1'000.0};
    }
  }
  return bank;
}

TEST(BlockStageTest, SixteenPathsAtOnceAreEachOfThemAloneForEveryKindOfSeries) {
  ExpectThePathsAlone(EveryKindOfSeries().plan());
}

TEST(BlockStageTest, SixteenPathsAtOnceAreEachOfThemAloneWithEventsOnRegionsAndBranches) {
  TinyBank bank = EveryKindOfSeries();
  Event region = FixedEvent("region", -0.2);
  region.units = {"r2"};
  Event branch = FixedEvent("branch", 0.3);
  branch.units = {"r1-b1", "r2-b2"};
  branch.effect = {.kind = EffectLaw::Kind::kTriangular, .low = -0.6, .mode = -0.3, .high = -0.1};
  Event again = FixedEvent("again", 0.1);
  again.units = {"r1-b1"};
  again.start = Period::Month(2026, 5);
  bank.scenario.events = {region, branch, again};
  const Plan plan = bank.plan();
  ASSERT_FALSE(plan.series_events.empty());
  ExpectThePathsAlone(plan);
}

// A horizon that starts within a year realised, units that close, months without a day, and none
// that is drawn.
TEST(BlockStageTest, SixteenPathsAtOnceAreEachOfThemAloneAroundConstantCells) {
  TinyBank bank = EveryKindOfSeries();
  for (const char* id : {"k1", "k4", "s-customers", "s-loans"}) {
    bank.targets.push_back(bank.For("bank", id, {Period::Month(2025, 6), Period::Month(2027, 3)}));
  }
  Plan plan = bank.plan();
  const int periods = plan.period_count();
  for (int i = 0; i < plan.series_count(); ++i) {
    double* cells = plan.realised.data() + static_cast<size_t>(i) * periods;
    if (i % 4 == 1) std::fill(cells + periods / 2, cells + periods, 0.0);
    if (i % 4 == 2) cells[periods - 5] = 17.0;
    if (i % 4 == 3 && i % 3 == 0) std::fill(cells, cells + periods, 2.5);
  }
  ExpectThePathsAlone(plan);
}

TEST(BlockStageTest, SixteenPathsAtOnceAreEachOfThemAloneAtExtremeMeans) {
  for (const double mean : {1e-9, 1e4, 1e9}) {
    TinyBank bank = EveryKindOfSeries();
    for (size_t i = 0; i < bank.model.series.size(); ++i) {
      if (bank.model.series[i].link == Link::kLog) bank.model.level.mean[i] = Log(mean);
      if (bank.model.series[i].link == Link::kSqrt) bank.model.level.mean[i] = -0.01;
    }
    ExpectThePathsAlone(bank.plan());
  }
}

TEST(BlockStageTest, SixteenPathsAtOnceAreEachOfThemAloneOnRandomBanks) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    TinyBank bank = MakeRandomBank(900 + seed);
    if (bank.targets.empty()) bank.targets.push_back(bank.YearOf("bank"));
    ExpectThePathsAlone(bank.plan());
    ExpectThePathsAlone(MakeKindsBank(900 + seed).plan());
  }
}

TEST(BlockStageTest, HasTheSameBitsOnEveryInstructionSet) {
  const Plan plan = EveryKindOfSeries().plan();
  const CellLaws laws = MakeCellLaws(plan);
  const std::vector<std::vector<double>> expected = CellsOfBlock(plan, 1, laws);
  for (const std::string& isa : KernelIsas()) {
    ASSERT_TRUE(ForceKernelIsa(isa));
    const std::vector<std::vector<double>> found = CellsOfBlock(plan, 1, laws);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      EXPECT_TRUE(SameBits(found[lane], expected[lane])) << isa;
    }
  }
  ForceKernelIsa("");
}

TEST(BlockStageTest, ABlockOfTheOracleIsItsPathsAloneToo) {
  const Plan plan = EveryKindOfSeries().plan();
  const BlockOutcome outcome = SimulateBlock(plan, 2, StopToken()).value();
  for (int lane = 0; lane < kPathsPerBlock; ++lane) {
    const PathReplay alone = ReplayPath(plan, 2 * kPathsPerBlock + lane).value();
    EXPECT_TRUE(SameBits(LaneOf(outcome.values, lane), alone.target_values));
    EXPECT_TRUE(SameBits(LaneOf(outcome.parts, lane), alone.parts));
  }
}

// Slices cut a block anywhere.
TEST(BlockStageTest, ABlockIsTheSameHoweverItIsSliced) {
  const Plan plan = EveryKindOfSeries().plan();
  const CellLaws laws = MakeCellLaws(plan);
  const BlockOutcome whole = SimulateBlock(plan, 1, StopToken(), &laws).value();
  SampledBlock work(plan, 1, nullptr, &laws);
  int steps = 1;
  while (!work.Step(1)) ++steps;
  EXPECT_GT(steps, kPathsPerBlock + plan.series_step_count());
  const BlockOutcome sliced = work.TakeOutcome();
  EXPECT_TRUE(SameBits(sliced.values, whole.values));
  EXPECT_TRUE(SameBits(sliced.parts, whole.parts));
}

}  // namespace
}  // namespace jalon::sim
