#include "sim/engine/run.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled_estimator.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

Plan SmallPlan() {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  bank.model.national.laws[0].persistent_sd = 0.1;
  for (const char* unit : {"bank", "r1", "r2-b2"}) {
    Target target = bank.YearOf(unit);
    target.thresholds = {900.0, 480.0, 240.0};
    bank.targets.push_back(target);
  }
  return bank.plan();
}

RunOptions Options(int64_t max_paths, double half_width = 0.0) {
  return {.half_width = half_width,
          .max_paths = max_paths,
          .summary = {.quantile_levels = {0.1, 0.5, 0.9}}};
}

// Computes a block that was claimed and hands it in.
absl::Status Do(RunState& state, int64_t block) {
  std::unique_ptr<SlicedWork> work = state.Begin(block);
  while (!work->Step()) {
  }
  return state.Complete(block, std::move(work));
}

RunState SampledRun(const Plan& plan, RunOptions options, int max_outstanding) {
  auto estimator = std::make_unique<SampledEstimator>(plan, options.summary);
  return RunState(std::move(estimator), std::move(options), max_outstanding);
}

// Folds what is there.
void FoldAll(RunState& state) {
  while (state.fold_due()) {
    ASSERT_EQ(state.ClaimBlock(), RunState::kFold);
    ASSERT_TRUE(Do(state, RunState::kFold).ok());
  }
}

// Does what comes before the first block.
void Prepare(RunState& state) {
  ASSERT_EQ(state.ClaimBlock(), RunState::kPreparation);
  ASSERT_TRUE(Do(state, RunState::kPreparation).ok());
}

// All numbers of a checkpoint, in order.
std::vector<double> Numbers(const Checkpoint& checkpoint) {
  std::vector<double> numbers;
  for (const TargetEstimate& e : checkpoint.estimates) {
    for (const auto* list :
         {&e.probability, &e.probability_low, &e.probability_high, &e.quantiles}) {
      numbers.insert(numbers.end(), list->begin(), list->end());
    }
    numbers.insert(numbers.end(), {e.mean, e.mean_standard_error, e.standard_deviation});
  }
  return numbers;
}

// A run on `thread_count` threads and the path counts of its checkpoints.
struct Outcome {
  Checkpoint last;
  std::vector<int64_t> path_counts;
};
Outcome RunOn(Executor& executor, const Plan& plan, const RunOptions& options,
              const RunStops& stops = {}) {
  Outcome outcome;
  absl::StatusOr<Checkpoint> last = RunToPrecision(
      plan, options, executor, stops,
      [&](const Checkpoint& checkpoint) { outcome.path_counts.push_back(checkpoint.path_count); });
  EXPECT_TRUE(last.ok()) << last.status();
  outcome.last = std::move(last).value();
  return outcome;
}
Outcome RunInline(const Plan& plan, const RunOptions& options, const RunStops& stops = {}) {
  InlineExecutor executor;
  return RunOn(executor, plan, options, stops);
}

TEST(CheckpointTest, MultipliesByFour) {
  EXPECT_EQ(NextCheckpoint(0, 1'000'000), 256);
  EXPECT_EQ(NextCheckpoint(256, 1'000'000), 1'024);
  EXPECT_EQ(NextCheckpoint(5'000, 1'000'000), 16'384);
  EXPECT_EQ(NextCheckpoint(1'024, 2'000), 2'000);
  EXPECT_EQ(NextCheckpoint(0, 64), 64);
}

TEST(RunTest, PublishesEveryCheckpointAndEndsAtThePathLimit) {
  const Outcome outcome = RunInline(SmallPlan(), Options(2'000));
  EXPECT_THAT(outcome.path_counts, ElementsAre(256, 1'024, 2'000));
  EXPECT_EQ(outcome.last.end, RunEnd::kPathLimit);
}

TEST(RunTest, RoundsPathsUpToWholeBlocks) {
  EXPECT_EQ(RunInline(SmallPlan(), Options(17)).last.path_count, 32);
}

TEST(RunTest, StopsAtTheFirstCheckpointThatIsPreciseEnough) {
  const Outcome outcome = RunInline(SmallPlan(), Options(1'000'000, 0.025));
  EXPECT_EQ(outcome.last.end, RunEnd::kPrecision);
  EXPECT_THAT(outcome.path_counts, ElementsAre(256, 1'024, 4'096));
  EXPECT_LE(outcome.last.widest_half_width, 0.025);
  for (const TargetEstimate& estimate : outcome.last.estimates) {
    for (size_t j = 0; j < estimate.probability.size(); ++j) {
      EXPECT_LE(estimate.probability_high[j] - estimate.probability_low[j], 0.05 + 1e-15);
    }
  }
}

TEST(RunTest, SpendsItsRiskOverTheLooks) {
  const Plan plan = SmallPlan();
  const Outcome fixed = RunInline(plan, Options(1'024));
  const Outcome watched = RunInline(plan, Options(1'024, 1e-9));
  EXPECT_LT(fixed.last.widest_half_width, watched.last.widest_half_width);
  EXPECT_EQ(fixed.last.estimates[0].mean, watched.last.estimates[0].mean);
}

TEST(RunTest, GivesTheSameBitsOnAnyNumberOfThreads) {
  const Plan plan = SmallPlan();
  const std::vector<double> alone = Numbers(RunInline(plan, Options(1'024)).last);
  for (int thread_count : {1, 2, 3, 7}) {
    ThreadExecutor executor(thread_count);
    const Outcome outcome = RunOn(executor, plan, Options(1'024));
    EXPECT_TRUE(SameBits(Numbers(outcome.last), alone)) << thread_count;
    EXPECT_THAT(outcome.path_counts, ElementsAre(256, 1'024));
  }
}

TEST(RunTest, GivesTheSameBitsWhenDrivenBlockByBlockOutOfOrder) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 5);
  Prepare(state);
  Checkpoint last;
  while (!state.finished()) {
    std::vector<int64_t> claimed;
    while (const auto block = state.ClaimBlock()) claimed.push_back(*block);
    for (auto block = claimed.rbegin(); block != claimed.rend(); ++block) {
      ASSERT_TRUE(Do(state, *block).ok());
    }
    while (auto checkpoint = state.TakeCheckpoint()) last = *std::move(checkpoint);
  }
  EXPECT_TRUE(SameBits(Numbers(last), Numbers(RunInline(plan, Options(1'024)).last)));
}

TEST(RunTest, HoldsABoundedNumberOfBlocks) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 3);
  Prepare(state);
  EXPECT_EQ(state.ClaimBlock(), 0);
  EXPECT_EQ(state.ClaimBlock(), 1);
  EXPECT_EQ(state.ClaimBlock(), 2);
  EXPECT_EQ(state.ClaimBlock(), std::nullopt);
  ASSERT_TRUE(Do(state, 1).ok());
  EXPECT_EQ(state.ClaimBlock(), std::nullopt) << "block 0 still holds the line";
  ASSERT_TRUE(Do(state, 0).ok());
  FoldAll(state);
  EXPECT_EQ(state.path_count(), 2 * kPathsPerBlock);
  EXPECT_EQ(state.ClaimBlock(), 3);
}

// Folding is work like a block, one at a time, in order.
TEST(RunTest, FoldsOneBlockAtATimeInOrder) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 3);
  Prepare(state);
  for (int64_t block = 0; block < 3; ++block) ASSERT_EQ(state.ClaimBlock(), block);
  ASSERT_TRUE(Do(state, 1).ok());
  EXPECT_FALSE(state.fold_due()) << "block 0 is missing";
  ASSERT_TRUE(Do(state, 0).ok());
  EXPECT_TRUE(state.fold_due());
  ASSERT_EQ(state.ClaimBlock(), RunState::kFold);
  EXPECT_FALSE(state.fold_due()) << "block 1 waits for block 0";
  EXPECT_EQ(state.ClaimBlock(), std::nullopt) << "three blocks are outstanding until one is folded";
  EXPECT_EQ(state.path_count(), 0);
  ASSERT_TRUE(Do(state, RunState::kFold).ok());
  EXPECT_EQ(state.path_count(), kPathsPerBlock);
  EXPECT_EQ(state.ClaimBlock(), RunState::kFold);
}

TEST(RunTest, IsCancelledInTheMiddleOfAFold) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 3);
  Prepare(state);
  ASSERT_EQ(state.ClaimBlock(), 0);
  ASSERT_TRUE(Do(state, 0).ok());
  ASSERT_EQ(state.ClaimBlock(), RunState::kFold);
  std::unique_ptr<SlicedWork> fold = state.Begin(RunState::kFold);
  fold->Step();
  state.Cancel();
  EXPECT_TRUE(state.Complete(RunState::kFold, std::move(fold)).ok());
  EXPECT_EQ(state.end(), RunEnd::kCancelled);
  EXPECT_EQ(state.path_count(), 0);
}

// A checkpoint is work like a block, on the estimator as it is: folding waits for it.
TEST(RunTest, FoldsNothingWhileACheckpointIsRead) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 4);
  Prepare(state);
  for (int64_t block = 0; block < 15; ++block) {
    ASSERT_EQ(state.ClaimBlock(), block);
    ASSERT_TRUE(Do(state, block).ok());
    FoldAll(state);
  }
  ASSERT_EQ(state.ClaimBlock(), 15);
  ASSERT_EQ(state.ClaimBlock(), 16);
  ASSERT_TRUE(Do(state, 15).ok());
  FoldAll(state);
  EXPECT_TRUE(state.checkpoint_due());
  ASSERT_EQ(state.ClaimBlock(), RunState::kCheckpoint);
  EXPECT_FALSE(state.checkpoint_due());
  EXPECT_EQ(state.ClaimBlock(), 17);
  ASSERT_TRUE(Do(state, 16).ok());
  EXPECT_EQ(state.path_count(), 256);
  EXPECT_FALSE(state.TakeCheckpoint().has_value());
  ASSERT_TRUE(Do(state, RunState::kCheckpoint).ok());
  FoldAll(state);
  EXPECT_EQ(state.path_count(), 272);
  const std::optional<Checkpoint> checkpoint = state.TakeCheckpoint();
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->path_count, 256);
  EXPECT_EQ(checkpoint->estimates.size(), plan.targets.size());
}

TEST(RunTest, ReadsACheckpointInSlices) {
  const Plan plan = SmallPlan();
  RunOptions options = Options(256);
  options.summary.quantile_levels.assign(4'096, 0.5);
  RunState state = SampledRun(plan, options, 1);
  while (!state.checkpoint_due()) ASSERT_TRUE(Do(state, *state.ClaimBlock()).ok());
  ASSERT_EQ(state.ClaimBlock(), RunState::kCheckpoint);
  const std::unique_ptr<SlicedWork> work = state.Begin(RunState::kCheckpoint);
  int slices = 1;
  while (!work->Step()) ++slices;
  EXPECT_EQ(slices, plan.target_count() + 1) << "a target each, then scores";
}

TEST(RunTest, AsksForNoBlockBeyondTheLast) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(32), 10);
  Prepare(state);
  EXPECT_EQ(state.ClaimBlock(), 0);
  EXPECT_EQ(state.ClaimBlock(), 1);
  EXPECT_EQ(state.ClaimBlock(), std::nullopt);
}

TEST(RunTest, EndsAfterWhole256PathsWhenTimeIsUp) {
  const Plan plan = SmallPlan();
  std::atomic<bool> time_is_up{true};
  const Outcome early = RunInline(plan, Options(100'000), {.time_limit = StopToken(&time_is_up)});
  EXPECT_EQ(early.last.end, RunEnd::kTimeLimit);
  EXPECT_EQ(early.last.path_count, 256);
}

TEST(RunTest, IsReplayedByTheNumberOfPathsAnEarlyEndGave) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(100'000), 1);
  Prepare(state);
  Checkpoint last;
  while (!state.finished()) {
    if (state.path_count() > 300) state.RequestEnd();
    ASSERT_TRUE(Do(state, *state.ClaimBlock()).ok());
    while (auto checkpoint = state.TakeCheckpoint()) last = *std::move(checkpoint);
  }
  EXPECT_EQ(last.end, RunEnd::kTimeLimit);
  EXPECT_EQ(last.path_count, 512);
  EXPECT_TRUE(SameBits(Numbers(last), Numbers(RunInline(plan, Options(512)).last)));
}

TEST(RunTest, DropsEverythingWhenCancelled) {
  std::atomic<bool> cancelled{true};
  const Outcome outcome =
      RunInline(SmallPlan(), Options(100'000), {.cancel = StopToken(&cancelled)});
  EXPECT_EQ(outcome.last.end, RunEnd::kCancelled);
  EXPECT_TRUE(outcome.last.estimates.empty());
}

TEST(RunTest, KeepsTheLastCheckpointWhenCancelledLater) {
  const Plan plan = SmallPlan();
  std::atomic<bool> cancelled{false};
  InlineExecutor executor;
  const absl::StatusOr<Checkpoint> last =
      RunToPrecision(plan, Options(100'000), executor, {.cancel = StopToken(&cancelled)},
                     [&](const Checkpoint&) { cancelled = true; });
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last->end, RunEnd::kCancelled);
  EXPECT_EQ(last->path_count, 256);
}

TEST(RunTest, IgnoresBlocksThatComeAfterTheEnd) {
  const Plan plan = SmallPlan();
  RunState state = SampledRun(plan, Options(1'024), 4);
  Prepare(state);
  state.ClaimBlock();
  state.Cancel();
  EXPECT_TRUE(Do(state, 0).ok());
  EXPECT_EQ(state.path_count(), 0);
  EXPECT_EQ(state.end(), RunEnd::kCancelled);
}

TEST(RunTest, FailsRatherThanAnswerWithAValueThatIsNotFinite) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}});
  bank.model.level.mean[0] = 800.0;  // e^800 overflows
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  InlineExecutor executor;
  const auto last = RunToPrecision(plan, Options(256), executor, {}, [](const Checkpoint&) {});
  EXPECT_EQ(last.status().code(), absl::StatusCode::kInternal);
}

TEST(RunTest, RefusesBadOptionsAllAtOnce) {
  const Violations violations = ValidateRunOptions(
      {.half_width = 0.6,
       .max_paths = 0,
       .summary = {.quantile_levels = {0.5, 1.0, std::nan("")}, .confidence_level = 1.0}});
  std::vector<std::string> fields;
  for (const Violation& violation : violations.kept()) fields.push_back(violation.field);
  EXPECT_THAT(fields, UnorderedElementsAre("options.half_width", "options.max_paths",
                                           "options.confidence_level", "options.quantile_levels[1]",
                                           "options.quantile_levels[2]"));
}

}  // namespace
}  // namespace jalon::sim
