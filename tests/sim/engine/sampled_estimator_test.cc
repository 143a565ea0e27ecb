// Runs draw own noise in vectors: what they answer against the scalar oracle, and what never
// changes a bit of it.
#include "sim/engine/sampled_estimator.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/run.h"
#include "sim/engine/sub_plan.h"
#include "sim/kernel/isa.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/kernel/counting_memo.h"

namespace jalon::sim {
namespace {

const RunOptions kOptions = {.max_paths = 256, .summary = {{0.1, 0.5, 0.9}}};
const int kBlocks = 256 / kPathsPerBlock;

// All numbers of estimates, in order.
std::vector<double> Numbers(const std::vector<TargetEstimate>& estimates) {
  std::vector<double> numbers;
  for (const TargetEstimate& e : estimates) {
    for (const auto* list : {&e.probability, &e.quantiles}) {
      numbers.insert(numbers.end(), list->begin(), list->end());
    }
    numbers.insert(numbers.end(), {e.mean, e.mean_standard_error, e.standard_deviation});
  }
  return numbers;
}

std::vector<TargetEstimate> RunOn(const Plan& plan, int threads) {
  ThreadExecutor executor(threads);
  return RunToPrecision(plan, kOptions, executor, {}, [](const Checkpoint&) {})->estimates;
}

// The paths of a run one by one, each alone.
std::vector<TargetEstimate> ReplayAll(const Plan& plan, const CellLaws* laws) {
  TargetAccumulator accumulator(plan, kOptions.summary);
  for (int block = 0; block < kBlocks; ++block) {
    BlockOutcome outcome{.block = block};
    outcome.values.resize(plan.targets.size() * kPathsPerBlock);
    outcome.parts.resize(static_cast<size_t>(plan.part_count) * kPathsPerBlock);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const PathReplay path =
          ReplayPath(plan, block * kPathsPerBlock + lane, nullptr, laws).value();
      for (size_t i = 0; i < plan.targets.size(); ++i) {
        outcome.values[i * kPathsPerBlock + lane] = path.target_values[i];
      }
      for (int part = 0; part < plan.part_count; ++part) {
        outcome.parts[part * kPathsPerBlock + lane] = path.parts[part];
      }
    }
    EXPECT_TRUE(accumulator.Fold(outcome).ok());
  }
  return accumulator.Estimates();
}

// Five kinds of flows, two amounts with zeros among them, stocks and a ratio. Levels without the
// C library, so that every machine has the same.
TinyBank EveryKind(int branches = 2) {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = branches,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kAmount,
                 IndicatorKind::kAmount, IndicatorKind::kNetFlow},
       .mean = 20.0,
       .others = {StockOf("s-customers", Measure::kCount, {"k1"}, {"k2"}),
                  StockOf("s-loans", Measure::kMoney), RatioOf("t-ratio", "k1", "s-customers")}});
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    ModelSeries& series = bank.model.series[i];
    if (series.link == Link::kLog) bank.model.level.mean[i] = Log(series.indicator == 1 ? 90 : 20);
    if (series.law == Law::kStock) {
      series.dispersion = 2.0;
      continue;
    }
    series.series_effect_sd = 0.05;
    if (series.indicator != 3) continue;
    series.law = Law::kCompoundGamma;
    series.shape = 0.8;
  }
  for (const char* unit : {"bank", "r1", "r2-b1"}) {
    for (const char* id : {"k1", "k2", "k3", "k4", "k5", "s-customers", "s-loans", "t-ratio"}) {
      bank.targets.push_back(bank.For(unit, id));
      bank.targets.back().thresholds = {0.5, 240.0, 1'000.0};
    }
  }
  return bank;
}

TEST(SampledEstimatorTest, IsTheReplayOfItsPathsOnAnyNumberOfThreads) {
  const Plan plan = EveryKind().plan();
  const CellLaws laws = MakeCellLaws(plan);
  const std::vector<double> replayed = Numbers(ReplayAll(plan, &laws));
  for (const int threads : {1, 2, 5}) {
    EXPECT_TRUE(SameBits(Numbers(RunOn(plan, threads)), replayed)) << threads;
  }
  EXPECT_FALSE(SameBits(Numbers(ReplayAll(plan, nullptr)), replayed)) << "that is the oracle";
}

// More shapes of compounds than any plan of some of them has.
TinyBank ManyShapes() {
  TinyBank bank = EveryKind(20);
  double shape = 0.3;
  for (ModelSeries& series : bank.model.series) {
    if (series.law == Law::kCompoundGamma) series.shape = shape += 0.1;
  }
  bank.targets.resize(8);
  for (const char* unit : {"r1-b1", "r2-b19", "r2"}) bank.targets.push_back(bank.For(unit, "k4"));
  return bank;
}

TEST(SampledEstimatorTest, GivesATargetTheSamePathsWhateverTheOthers) {
  TinyBank bank = ManyShapes();
  const Plan plan = bank.plan();
  ASSERT_EQ(CompoundShapes(plan).size(), 40u);
  const CellLaws laws = MakeCellLaws(plan);
  const PathReplay together = ReplayPath(plan, 7, nullptr, &laws).value();
  for (int i = 0; i < plan.target_count(); ++i) {
    TinyBank alone = bank;
    alone.targets = {bank.targets[i]};
    const Plan own = alone.plan();
    const CellLaws own_laws = MakeCellLaws(own);
    EXPECT_EQ(ReplayPath(own, 7, nullptr, &own_laws)->target_values[0], together.target_values[i]);
    const std::vector<int> kept = {i};
    const Plan part = SubPlan(plan, kept);
    const CellLaws part_laws = MakeCellLaws(part);
    EXPECT_LE(CompoundShapes(part).size(), CompoundShapes(plan).size());
    EXPECT_EQ(ReplayPath(part, 7, nullptr, &part_laws)->target_values[0],
              together.target_values[i]);
  }
}

TEST(SampledEstimatorTest, MakesSurfacesOnlyForWhatItDraws) {
  TinyBank bank = ManyShapes();
  const Plan plan = bank.plan();
  const std::vector<int> count = {0};
  const std::vector<int> branch = {8};
  EXPECT_EQ(CompoundShapes(SubPlan(plan, count)).size(), 0u);
  EXPECT_EQ(CompoundShapes(SubPlan(plan, branch)).size(), 1u);
}

// Windows move a period to another lane of its vector.
TEST(SampledEstimatorTest, GivesAMonthTheSamePathsWhateverTheWindowsAroundIt) {
  TinyBank bank = EveryKind();
  const Window june = {Period::Month(2026, 6), Period::Month(2026, 6)};
  for (const char* id : {"k1", "k2", "k3", "k4", "k5", "t-ratio"}) {
    TinyBank alone = bank;
    alone.targets = {bank.For("bank", id, june)};
    TinyBank later = alone;
    later.targets.push_back(bank.For("bank", id, {Period::Month(2025, 3), Period::Month(2028, 2)}));
    const Plan short_plan = alone.plan();
    const Plan long_plan = later.plan();
    const CellLaws laws = MakeCellLaws(long_plan);
    for (int path = 0; path < 20; ++path) {
      EXPECT_EQ(ReplayPath(short_plan, path, nullptr, &laws)->target_values[0],
                ReplayPath(long_plan, path, nullptr, &laws)->target_values[0])
          << id;
    }
  }
}

TEST(SampledEstimatorTest, HasTheSameBitsOnEveryInstructionSet) {
  const Plan plan = EveryKind().plan();
  std::vector<std::vector<double>> found;
  for (const std::string& isa : KernelIsas()) {
    ASSERT_TRUE(ForceKernelIsa(isa));
    found.push_back(Numbers(RunOn(plan, 1)));
  }
  ForceKernelIsa("");
  ASSERT_GE(found.size(), 2u) << "scalar code and something else";
  for (const std::vector<double>& numbers : found) EXPECT_TRUE(SameBits(numbers, found.front()));
}

// The same words through the same laws: means of 256 paths move by what single cells do, a share of
// 256 paths by the paths whose value lies within a hair of the threshold.
void ExpectTheOraclesEstimates(const Plan& plan) {
  const std::vector<TargetEstimate> oracle = ReplayAll(plan, nullptr);
  const std::vector<TargetEstimate> found = RunOn(plan, 2);
  for (int i = 0; i < plan.target_count(); ++i) {
    const double sd = oracle[i].standard_deviation;
    const double tolerance = 2e-3 * sd + 1e-4 * std::abs(oracle[i].mean);
    EXPECT_NEAR(found[i].mean, oracle[i].mean, tolerance) << i;
    EXPECT_NEAR(found[i].standard_deviation, sd, 3.0 * tolerance) << i;
    for (size_t j = 0; j < oracle[i].probability.size(); ++j) {
      EXPECT_NEAR(found[i].probability[j], oracle[i].probability[j], 2.0 / 256.0) << i;
    }
  }
}

void PutThresholdsInTheMiddle(TinyBank& bank) {
  const std::vector<std::vector<double>> values = TargetPaths(bank.plan(), 64);
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    const double mean = Mean(values[i]);
    const double sd = 8.0 * StandardError(values[i]);
    bank.targets[i].thresholds = {mean - sd, mean, mean + sd};
  }
}

class SampledOnRandomBanksTest : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SampledOnRandomBanksTest, ::testing::Range(1, 13));

TEST_P(SampledOnRandomBanksTest, EstimatesAreTheScalarOraclesOnes) {
  TinyBank bank = MakeRandomBank(700 + GetParam());
  if (bank.targets.empty()) bank.targets.push_back(bank.YearOf("bank"));
  // Half of the amounts have zeros.
  for (size_t i = 0; i < bank.model.series.size(); i += 2) {
    ModelSeries& series = bank.model.series[i];
    if (series.law != Law::kGamma) continue;
    series.law = Law::kCompoundGamma;
    series.shape = 0.4 * GetParam();
  }
  PutThresholdsInTheMiddle(bank);
  ExpectTheOraclesEstimates(bank.plan());
}

TEST_P(SampledOnRandomBanksTest, EstimatesOfStocksAndRatiosAreTheScalarOraclesOnes) {
  TinyBank bank = MakeKindsBank(800 + GetParam());
  PutThresholdsInTheMiddle(bank);
  ExpectTheOraclesEstimates(bank.plan());
}

TEST(SampledPreparationTest, GoesInSteps) {
  const Plan plan = EveryKind().plan();
  const SampledEstimator estimator(plan, kOptions.summary);
  ASSERT_TRUE(estimator.needs_preparation());
  const std::unique_ptr<SlicedWork> work = estimator.BeginPreparation();
  int step_count = 1;
  while (!work->Step()) ++step_count;
  EXPECT_GT(step_count, 30);
}

std::vector<TargetEstimate> RunWith(const Plan& plan, SurfaceMemo* memo) {
  ThreadExecutor executor(2);
  return RunToPrecision(std::make_unique<SampledEstimator>(plan, kOptions.summary,
                                                           SampledSources{.surfaces = memo}),
                        kOptions, executor, {}, [](const Checkpoint&) {})
      ->estimates;
}

TEST(SampledPreparationTest, ChangesNoBitWithSurfacesOfAnotherRun) {
  TinyBank bank = ManyShapes();
  const Plan plan = bank.plan();
  bank.targets.resize(9);
  const Plan before = bank.plan();
  const auto shapes = static_cast<int>(CompoundShapes(plan).size());
  const std::vector<double> alone = Numbers(RunWith(plan, nullptr));
  CountingMemo memo;
  RunWith(before, &memo);
  EXPECT_TRUE(SameBits(Numbers(RunWith(plan, &memo)), alone)) << "surfaces of another plan";
  EXPECT_EQ(memo.made_count(), shapes);
  EXPECT_TRUE(SameBits(Numbers(RunWith(plan, &memo)), alone)) << "its own";
  EXPECT_EQ(memo.made_count(), shapes);
  CountingMemo empty;
  EXPECT_TRUE(SameBits(Numbers(RunWith(plan, &empty)), alone)) << "none yet";
  EXPECT_EQ(empty.made_count(), shapes);
  EXPECT_EQ(empty.found_count(), 0);
}

TEST(SampledPreparationTest, MakesNoSurfaceThatIsHeld) {
  const Plan plan = ManyShapes().plan();
  CountingMemo memo;
  (void)MakeCellLaws(plan, &memo);
  const int shapes = memo.made_count();
  ASSERT_EQ(shapes, static_cast<int>(CompoundShapes(plan).size()));
  const SampledEstimator estimator(plan, kOptions.summary, {.surfaces = &memo});
  const std::unique_ptr<SlicedWork> work = estimator.BeginPreparation();
  int step_count = 1;
  while (!work->Step()) ++step_count;
  EXPECT_EQ(step_count, shapes + 2);
  EXPECT_EQ(memo.found_count(), shapes);
  EXPECT_EQ(memo.made_count(), shapes);
}

// FNV-1a over the bits.
uint64_t HashOf(const std::vector<double>& numbers) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const double number : numbers) {
    uint64_t bits;
    std::memcpy(&bits, &number, sizeof(bits));
    for (int byte = 0; byte < 8; ++byte) {
      hash = (hash ^ ((bits >> (8 * byte)) & 0xff)) * 0x100000001b3u;
    }
  }
  return hash;
}

// What an engine version stands for: change one with the other.
TEST(SampledGoldenTest, HasTheBitsOfItsEngineVersion) {
  const Plan plan = EveryKind().plan();
  EXPECT_EQ(std::string(kEngineVersion), "sampled-2");
  EXPECT_EQ(HashOf(Numbers(RunOn(plan, 1))), 0xd991fe8837d87ef5u);
  EXPECT_EQ(HashOf(Numbers(ReplayAll(plan, nullptr))), 0x83f18292711d8c8bu) << "the scalar oracle";
}

}  // namespace
}  // namespace jalon::sim
