// How a run's job ends: it tells its end, then lets go of what it held, step by step.
#include "server/run/simulation_job.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/run/let_go.h"
#include "sim/base/free_parts.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::server {
namespace {

SimulationInput InputOf(const sim::TinyBank& bank, int64_t path_count) {
  SimulationInput input{.plan = bank.plan(), .parallelism = 2};
  input.precision.max_path_count = path_count;
  input.rows.targets = bank.targets;
  input.rows.specs.emplace_back().set_statistic(v1::STATISTIC_MEAN);
  input.realised_to_date.assign(bank.targets.size(), 0.0);
  return input;
}

sim::TinyBank OneTarget() {
  sim::TinyBank bank = sim::MakeTinyBank({});
  bank.targets.push_back(bank.YearOf("bank", 0));
  return bank;
}

// A job, and how it ended.
struct Watched {
  explicit Watched(int64_t path_count)
      : job(InputOf(OneTarget(), path_count),
            {.on_started = [] {},
             .on_progress = [](const v1::Progress&) {},
             .on_checkpoint = [](std::shared_ptr<const ResultTable>) {},
             .on_baseline = [](const std::string&, std::shared_ptr<const sim::BaselineBlock>) {},
             .on_end =
                 [this](SimulationEnd end) {
                   ends.push_back(std::move(end));
                   at_end();
                 }},
            clock, nullptr) {}

  SystemClock clock;
  std::vector<SimulationEnd> ends;
  std::function<void()> at_end = [] {};
  SimulationJob job;
};

TEST(SimulationJobTest, TellsThatItWasCancelledBeforeItLetsGoOfAnything) {
  Watched run(4'096);
  ASSERT_EQ(run.job.Step(), StepOutcome::kMore);
  run.job.Cancel();
  EXPECT_TRUE(run.job.is_ending());
  EXPECT_EQ(run.job.Step(), StepOutcome::kMore);
  ASSERT_EQ(run.ends.size(), 1u);
  EXPECT_EQ(run.ends.front().reason, v1::Termination::REASON_CANCELLED);
  EXPECT_FALSE(run.job.is_ending());
  EXPECT_TRUE(run.job.is_over());
  EXPECT_EQ(run.job.parallelism(), 1);
  EXPECT_EQ(run.job.plan().target_count(), 1);
}

TEST(SimulationJobTest, HasNoOtherStepEndItWhileItsEndIsTold) {
  Watched run(4'096);
  run.job.Cancel();
  run.at_end = [&] {
    EXPECT_FALSE(run.job.is_ending());
    EXPECT_EQ(run.job.Step(), StepOutcome::kWait);
  };
  EXPECT_EQ(run.job.Step(), StepOutcome::kMore);
  EXPECT_EQ(run.ends.size(), 1u);
}

TEST(SimulationJobTest, IsDoneOnceItHasLetGo) {
  Watched run(256);
  while (run.ends.empty()) ASSERT_EQ(run.job.Step(), StepOutcome::kMore);
  EXPECT_EQ(run.ends.front().reason, v1::Termination::REASON_PATH_LIMIT);
  EXPECT_NE(run.ends.front().table, nullptr);
  while (run.job.Step() != StepOutcome::kDone) {
  }
  EXPECT_EQ(run.job.plan().target_count(), 0);
  EXPECT_EQ(run.ends.size(), 1u);
}

TEST(LetGoTest, FreesTheLastElementsInParts) {
  const auto held = std::make_shared<int>(0);
  std::vector<std::shared_ptr<int>> values(5, held);
  EXPECT_FALSE(sim::FreeLast(values, 2));
  EXPECT_EQ(held.use_count(), 4);
  EXPECT_FALSE(sim::FreeLast(values, 2));
  EXPECT_TRUE(sim::FreeLast(values, 2));
  EXPECT_EQ(values.capacity(), 0u);
  EXPECT_TRUE(sim::FreeLast(values, 2));
}

TEST(LetGoTest, GoesThroughACheckpointInSlices) {
  sim::Checkpoint spent;
  spent.estimates.resize(sim::kFreedAtOnce + 1);
  spent.scores.scores.resize(sim::kFreedAtOnce + 1);
  SpentCheckpoint work(std::move(spent));
  EXPECT_FALSE(work.Step());
  EXPECT_FALSE(work.Step());
  EXPECT_TRUE(work.Step());
}

}  // namespace
}  // namespace jalon::server
