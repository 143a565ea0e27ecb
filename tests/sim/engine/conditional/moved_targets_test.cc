// What a variant does not move is not computed again, and no bit of its answers changes.
#include "sim/engine/conditional/moved_targets.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/conditional/plan_state.h"
#include "tests/sim/engine/conditional/kept_run.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/conditional/variations.h"
#include "tests/sim/engine/same_bits.h"

namespace jalon::sim {
namespace {

std::shared_ptr<const BaselineBlock> Shared(const KeptRun& baseline) {
  return std::make_shared<const BaselineBlock>(baseline.block);
}

// A variant's `plan`, prepared to take over.
ConditionalPlan PreparedOn(const Plan& plan, const std::shared_ptr<const BaselineBlock>& block) {
  ConditionalPreparation work(plan, block->quantile_levels,
                              ConditionalPreparation::Refused::kSample, &block->basis);
  work.TakeOver(block);
  while (!work.Step()) {
  }
  return work.Take().value();
}

// [target]: 1 where a variant does not take it over; empty where it takes nothing over.
std::vector<char> ComputedOf(const TinyBank& variant, const KeptRun& baseline) {
  const Plan plan = variant.plan();
  const ConditionalPlan prepared = PreparedOn(plan, Shared(baseline));
  std::vector<char> computed;
  if (prepared.state().answers == nullptr) return computed;
  for (int i = 0; i < plan.target_count(); ++i) {
    computed.push_back(prepared.state().IsTakenOver(i) ? 0 : 1);
  }
  return computed;
}

std::vector<double> NumbersOf(const TargetEstimate& estimate) {
  std::vector<double> numbers = {estimate.knowledge_low,  estimate.knowledge_high,
                                 estimate.mean,           estimate.mean_standard_error,
                                 estimate.opening_mean,   estimate.ro_undefined_share,
                                 estimate.no_ratio_share, estimate.standard_deviation};
  for (const std::vector<double>* part : {&estimate.probability, &estimate.probability_low,
                                          &estimate.probability_high, &estimate.quantiles}) {
    numbers.insert(numbers.end(), part->begin(), part->end());
  }
  return numbers;
}

void ExpectSameCheckpoint(const Checkpoint& a, const Checkpoint& b) {
  EXPECT_EQ(a.path_count, b.path_count);
  EXPECT_EQ(a.laws, b.laws);
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.widest_half_width, b.widest_half_width);
  EXPECT_TRUE(SameBits(a.scrambles->probability, b.scrambles->probability));
  EXPECT_TRUE(SameBits(a.scrambles->mean, b.scrambles->mean));
  ASSERT_EQ(a.estimates.size(), b.estimates.size());
  for (size_t i = 0; i < a.estimates.size(); ++i) {
    EXPECT_TRUE(SameBits(NumbersOf(a.estimates[i]), NumbersOf(b.estimates[i]))) << i;
  }
}

void ExpectSameRun(const KeptRun& a, const KeptRun& b) {
  ASSERT_EQ(a.all.size(), b.all.size());
  for (size_t k = 0; k < a.all.size(); ++k) ExpectSameCheckpoint(a.all[k], b.all[k]);
  EXPECT_TRUE(SameBits(a.last.scrambles->knowledge, b.last.scrambles->knowledge));
}

// The variant with what it takes over and without: the first must not be told from the second.
void ExpectSameAnswers(const TinyBank& variant, const KeptRun& baseline, KeptOptions asked) {
  const KeptRun whole = RunVariant(variant, baseline, asked);
  asked.answers = Shared(baseline);
  ExpectSameRun(RunVariant(variant, baseline, asked), whole);
}

Event In(Event event, const std::string& unit, Period start) {
  event.units = {unit};
  event.start = start;
  return event;
}

// Levers of a branch, of a region late in the year, of one indicator, of a driver, of nothing.
std::vector<Scenario> Levers(const TinyBank& bank) {
  const auto with = [&](const Event& event) {
    Scenario scenario = bank.scenario;
    scenario.events.push_back(event);
    return scenario;
  };
  std::vector<Scenario> levers = {bank.scenario};
  Event uncertain = In(FixedEvent("uncertain", -0.1), "r1-b1", Period::Month(2026, 1));
  uncertain.effect = {EffectLaw::Kind::kTriangular, -0.2, -0.1, 0.0};
  levers.push_back(with(uncertain));
  levers.push_back(with(In(FixedEvent("late", 0.2), "r1", Period::Month(2026, 9))));
  Event narrow = FixedEvent("narrow", 0.05);
  narrow.indicators = {bank.revision.network.indicator(0).id};
  levers.push_back(with(narrow));
  if (!bank.revision.drivers.drivers.empty()) {
    Scenario driven = bank.scenario;
    driven.drivers.push_back({.driver = bank.revision.drivers.drivers[0].id,
                              .mode = DriverAssumption::Mode::kShift,
                              .first = Period::Month(2026, 7),
                              .values = {0.1}});
    levers.push_back(driven);
  }
  return levers;
}

// Every month and the year, at the bank, a region and a branch.
TinyBank WithWindows(TinyBank bank) {
  const std::vector<Target> targets = bank.targets;
  for (const Target& target : targets) {
    for (const int month : {3, 8, 12}) {
      Target& added = bank.targets.emplace_back(target);
      added.window = {Period::Month(2026, 1), Period::Month(2026, month)};
      if (target.aggregation == Aggregation::kLast) added.window.first = added.window.last;
    }
  }
  return bank;
}

class MovedTargetsTest : public testing::TestWithParam<uint64_t> {};

TEST_P(MovedTargetsTest, ChangeNoBitOfAnyAnswer) {
  int64_t taken_over = 0;
  int64_t computed = 0;
  for (const TinyBank& made :
       {MakeRandomBank(GetParam()), MakeKindsBank(GetParam()), VariationsToCome(GetParam())}) {
    TinyBank bank = WithWindows(made);
    const KeptRun baseline = RunKept(bank, {.paths = 1'024});
    for (const Scenario& lever : Levers(bank)) {
      TinyBank variant = bank;
      variant.scenario = lever;
      ExpectSameAnswers(variant, baseline, {.paths = 1'024, .threads = 2});
      const std::vector<char> moved = ComputedOf(variant, baseline);
      taken_over += std::count(moved.begin(), moved.end(), 0);
      computed += std::count(moved.begin(), moved.end(), 1);
    }
  }
  EXPECT_GT(taken_over, 0);
  EXPECT_GT(computed, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MovedTargetsTest, testing::Range(uint64_t{51}, uint64_t{55}));

TEST(MovedTargetsTest, ChangeNoBitOfTheKnowledgeOfALongerRunNorOfWhenItStops) {
  const TinyBank bank = [] {
    TinyBank made = WithWindows(MakeRandomBank(55));
    for (Target& target : made.targets) target.thresholds = {300.0, 500.0};
    return made;
  }();
  const KeptRun baseline = RunKept(bank, {.paths = 4'096});
  TinyBank variant = bank;
  variant.scenario.events.push_back(In(FixedEvent("late", 0.2), "r1-b1", Period::Month(2026, 9)));
  const std::vector<char> computed = ComputedOf(variant, baseline);
  ASSERT_GT(std::count(computed.begin(), computed.end(), 0), 0);
  ASSERT_GT(std::count(computed.begin(), computed.end(), 1), 0);
  ExpectSameAnswers(variant, baseline, {.paths = 4'096, .threads = 2});
  ExpectSameAnswers(variant, baseline, {.paths = 4'096, .threads = 2, .half_width = 0.02});
}

TEST(MovedTargetsTest, AreThoseOfTheBranchAndOfWhatContainsIt) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  bank.targets = {bank.YearOf("r1-b1"), bank.YearOf("r1-b2"), bank.YearOf("r1"), bank.YearOf("r2"),
                  bank.YearOf("bank")};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  TinyBank variant = bank;
  variant.scenario.events = {In(FixedEvent("less", -0.1), "r1-b1", Period::Month(2026, 1))};
  EXPECT_EQ(ComputedOf(variant, baseline), (std::vector<char>{1, 0, 1, 0, 1}));
}

TEST(MovedTargetsTest, AreThoseWhoseWindowsReachTheEvent) {
  TinyBank bank = MakeTinyBank({});
  for (const int month : {1, 5, 6, 12}) {
    bank.targets.push_back(bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, month)}));
  }
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  TinyBank variant = bank;
  variant.scenario.events = {In(FixedEvent("less", -0.1), "bank", Period::Month(2026, 6))};
  EXPECT_EQ(ComputedOf(variant, baseline), (std::vector<char>{0, 0, 1, 1}));
  // The same in the other direction: the variant is without the event.
  const KeptRun with = RunKept(variant, {.paths = 256});
  EXPECT_EQ(ComputedOf(bank, with), (std::vector<char>{0, 0, 1, 1}));
}

TEST(MovedTargetsTest, AreStocksFedByWhatMoves) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount},
                                .others = {StockOf("s-customers", Measure::kCount, {"k1"}, {}),
                                           StockOf("s-other", Measure::kCount, {"k2"}, {})}});
  bank.targets = {bank.For("bank", "s-customers"), bank.For("bank", "s-other")};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  TinyBank variant = bank;
  Event event = FixedEvent("less", -0.1);
  event.indicators = {"k1"};
  variant.scenario.events = {event};
  EXPECT_EQ(ComputedOf(variant, baseline), (std::vector<char>{1, 0}));
}

TEST(MovedTargetsTest, AreThoseThatHearOfADriverFromItsFirstOtherValueOn) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount}});
  AddDriver(bank, {.indicator = 0});
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 6)}, 0),
                  bank.YearOf("bank", 0), bank.YearOf("bank", 1)};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  TinyBank variant = bank;
  variant.scenario.drivers = {{.driver = "rate",
                               .mode = DriverAssumption::Mode::kShift,
                               .first = Period::Month(2026, 7),
                               .values = {0.5}}};
  EXPECT_EQ(ComputedOf(variant, baseline), (std::vector<char>{0, 1, 0}));
}

// A target that a lever leaves too little of, one that it only moves, and one of another branch.
TEST(MovedTargetsTest, AreWholePathsWhereTheirLawIsRefused) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2,
                                .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                                .mean = 40.0,
                                .others = {DerivedOf("x-sum", "k1 + 0.5 * k2")}});
  for (ModelSeries& series : bank.model.series) series.dispersion = 2.0;
  bank.targets = {bank.For("r1-b1", "x-sum"), bank.YearOf("r1-b1"), bank.For("r1-b2", "x-sum")};
  for (Target& target : bank.targets) target.thresholds = {450.0, 700.0};
  const KeptRun baseline = RunKept(bank, {.paths = 1'024});
  ASSERT_NE(baseline.last.laws[0], LawUsed::kSampled);
  TinyBank variant = bank;
  variant.scenario.events = {In(FixedEvent("gone", -0.998), "r1-b1", Period::Month(2026, 1))};
  const KeptRun run = RunVariant(variant, baseline, {.paths = 1'024});
  EXPECT_EQ(run.last.laws[0], LawUsed::kSampled);
  EXPECT_EQ(run.last.laws[1], baseline.last.laws[1]);
  EXPECT_EQ(ComputedOf(variant, baseline), (std::vector<char>{1, 1, 0}));
  ExpectSameAnswers(variant, baseline, {.paths = 1'024, .threads = 2});
  // As chosen anew.
  KeptRun without_laws = baseline;
  without_laws.block.basis.laws = nullptr;
  ExpectSameRun(RunVariant(variant, without_laws, {.paths = 1'024}), run);
}

// Another level, another seed or other laws leave nothing to take over.
TEST(MovedTargetsTest, AreAllWhereMoreThanTheScenarioDiffers) {
  TinyBank bank = MakeRandomBank(56);
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  ASSERT_FALSE(ComputedOf(bank, baseline).empty());
  TinyBank other_level = bank;
  other_level.model.level.mean[0] += 0.1;
  EXPECT_TRUE(ComputedOf(other_level, baseline).empty());
  TinyBank other_trend = bank;
  other_trend.model.trend_damping *= 0.9;
  EXPECT_TRUE(ComputedOf(other_trend, baseline).empty());
  TinyBank other_seed = bank;
  other_seed.seed += 1;
  EXPECT_TRUE(ComputedOf(other_seed, baseline).empty());
  TinyBank other_targets = bank;
  other_targets.targets.pop_back();
  EXPECT_TRUE(ComputedOf(other_targets, baseline).empty());
}

TEST(BaselineBlockTest, AnswersRunsWhoseCheckpointsAndQuantilesItHas) {
  const KeptRun baseline = RunKept(MakeRandomBank(57), {.paths = 1'024});
  RunOptions options{.max_paths = 1'024};
  options.summary.quantile_levels = baseline.block.quantile_levels;
  EXPECT_TRUE(baseline.block.AnswersAll(options));
  options.max_paths = 256;
  EXPECT_TRUE(baseline.block.AnswersAll(options));
  for (const int64_t paths : {512, 2'000, 4'096}) {
    options.max_paths = paths;
    EXPECT_FALSE(baseline.block.AnswersAll(options)) << paths;
  }
  options.max_paths = 1'024;
  options.summary.quantile_levels.push_back(0.99);
  EXPECT_FALSE(baseline.block.AnswersAll(options));
}

TEST(BaselineBlockTest, AnswersNothingWhereItKeptNoEstimates) {
  BaselineBlock block;
  block.Add({.path_count = 256}, {});
  EXPECT_FALSE(block.AnswersAll({.max_paths = 256}));
}

// A run that takes answers over has none between checkpoints.
TEST(MovedTargetsTest, EndWithTheLastCheckpointWhenTimeIsUp) {
  const TinyBank bank = MakeRandomBank(58);
  const KeptRun baseline = RunKept(bank, {.paths = 4'096});
  const Plan plan = bank.plan();
  RunOptions options{.max_paths = 4'096};
  options.summary.quantile_levels = baseline.block.quantile_levels;
  options.summary.keep_scrambles = true;
  RunState state(std::make_unique<ConditionalEstimator>(
                     plan, options.summary,
                     ConditionalOptions{.baseline = baseline.basis(), .answers = Shared(baseline)}),
                 options, 1);
  std::vector<int64_t> checkpoints;
  while (const std::optional<int64_t> index = state.ClaimBlock()) {
    std::unique_ptr<SlicedWork> work = state.Begin(*index);
    while (!work->Step()) {
    }
    ASSERT_TRUE(state.Complete(*index, std::move(work)).ok());
    if (state.path_count() == 1'024 + 16) state.RequestEnd();
    while (const auto checkpoint = state.TakeCheckpoint()) {
      checkpoints.push_back(checkpoint->path_count);
    }
  }
  EXPECT_EQ(state.end(), RunEnd::kTimeLimit);
  EXPECT_EQ(checkpoints, (std::vector<int64_t>{256, 1'024}));
}

}  // namespace
}  // namespace jalon::sim
