#include "server/run/scheduler.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Writes down whose step it was; the pool has one thread, so nothing races.
class Scribe final : public Job {
 public:
  Scribe(std::string name, int steps, std::vector<std::string>* log, std::function<void()> at_end)
      : name_(std::move(name)), steps_(steps), log_(log), at_end_(std::move(at_end)) {}

  StepOutcome Step() override {
    log_->push_back(name_);
    if (--steps_ > 0) return StepOutcome::kMore;
    at_end_();
    return StepOutcome::kDone;
  }

 private:
  const std::string name_;
  int steps_;
  std::vector<std::string>* const log_;
  const std::function<void()> at_end_;
};

// Waits until a number of jobs have ended.
class Countdown {
 public:
  explicit Countdown(int count) : left_(count) {}
  void Down() {
    if (--left_ == 0) done_.set_value();
  }
  void Wait() { done_.get_future().wait(); }

 private:
  int left_;
  std::promise<void> done_;
};

// A pool whose only thread stands still until Open, so that tests decide what waits.
class OneThread {
 public:
  explicit OneThread(SchedulerOptions options = {}) : scheduler_(std::move(options)) {
    EXPECT_TRUE(scheduler_
                    .Run("0-gate",
                         [this] {
                           entered_.set_value();
                           gate_.get_future().wait();
                         })
                    .ok());
    entered_.get_future().wait();
  }
  Scheduler& scheduler() { return scheduler_; }
  void Open() { gate_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> gate_;
  Scheduler scheduler_;
};

TEST(SchedulerTest, GivesEachPrincipalEverySecondStepHoweverManyJobsItHas) {
  OneThread pool;
  std::vector<std::string> log;
  Countdown jobs(3);
  const auto at_end = [&] { jobs.Down(); };
  ASSERT_TRUE(pool.scheduler().Submit("a", std::make_shared<Scribe>("a1", 2, &log, at_end)).ok());
  ASSERT_TRUE(pool.scheduler().Submit("a", std::make_shared<Scribe>("a2", 2, &log, at_end)).ok());
  ASSERT_TRUE(pool.scheduler().Submit("b", std::make_shared<Scribe>("b1", 3, &log, at_end)).ok());
  pool.Open();
  jobs.Wait();
  pool.scheduler().Stop();
  EXPECT_THAT(log, ElementsAre("a1", "b1", "a2", "b1", "a1", "b1", "a2"));
}

// Steps taken while a job is young, or one that began long before.
TEST(SchedulerTest, StepsAYoungJobThreeTimesWhileAnOldOneStepsOnce) {
  OneThread pool;
  std::vector<std::string> log;
  Countdown jobs(2);
  const auto at_end = [&] { jobs.Down(); };
  const auto young = std::make_shared<Scribe>("young", 6, &log, at_end);
  // Once it is old, the other one comes.
  const auto join = [&] { ASSERT_TRUE(pool.scheduler().Submit("a", young).ok()); };
  class Old final : public Job {
   public:
    Old(std::vector<std::string>* log, std::function<void()> grown, std::function<void()> at_end)
        : log_(log), grown_(std::move(grown)), at_end_(std::move(at_end)) {}
    StepOutcome Step() override {
      ++steps_;
      if (steps_ == kYoungSteps) grown_();
      if (steps_ > kYoungSteps) log_->push_back("old");
      if (steps_ < kYoungSteps + 4) return StepOutcome::kMore;
      at_end_();
      return StepOutcome::kDone;
    }

   private:
    int steps_ = 0;
    std::vector<std::string>* const log_;
    const std::function<void()> grown_;
    const std::function<void()> at_end_;
  };
  ASSERT_TRUE(pool.scheduler().Submit("a", std::make_shared<Old>(&log, join, at_end)).ok());
  pool.Open();
  jobs.Wait();
  pool.scheduler().Stop();
  ASSERT_EQ(log.size(), 10u);
  const auto first_seven = std::vector<std::string>(log.begin(), log.begin() + 7);
  EXPECT_EQ(std::count(first_seven.begin(), first_seven.end(), "old"), 1);
}

// One step that leaves its name in the log.
class OneStep final : public Job {
 public:
  enum class Kind { kEnding, kOver };
  OneStep(Kind kind, std::vector<std::string>* log) : kind_(kind), log_(log) {}
  StepOutcome Step() override {
    log_->push_back(is_over() ? "over" : "ending");
    return StepOutcome::kDone;
  }
  bool is_ending() const override { return kind_ == Kind::kEnding; }
  bool is_over() const override { return kind_ == Kind::kOver; }

 private:
  const Kind kind_;
  std::vector<std::string>* const log_;
};

// What one thread does of `job` and of a new one of two steps or more, both of one principal.
std::vector<std::string> LogBeside(OneStep::Kind job, bool is_first, int steps) {
  OneThread pool;
  std::vector<std::string> log;
  Countdown jobs(1);
  const auto submit_job = [&] {
    EXPECT_TRUE(pool.scheduler().Submit("a", std::make_shared<OneStep>(job, &log)).ok());
  };
  if (is_first) submit_job();
  const auto at_end = [&] { jobs.Down(); };
  EXPECT_TRUE(
      pool.scheduler().Submit("a", std::make_shared<Scribe>("a1", steps, &log, at_end)).ok());
  if (!is_first) submit_job();
  pool.Open();
  jobs.Wait();
  pool.scheduler().Stop();
  return log;
}

TEST(SchedulerTest, EndsACancelledJobBeforeOthersOfItsPrincipal) {
  EXPECT_THAT(LogBeside(OneStep::Kind::kEnding, /*is_first=*/false, 2),
              ElementsAre("ending", "a1", "a1"));
}

// A job whose first step lasts until `go`; other steps wait for it, but for the one that ends it.
class LongStep final : public Job {
 public:
  LongStep(std::vector<std::string>* log, std::shared_future<void> go, std::function<void()> at_end)
      : log_(log), go_(std::move(go)), at_end_(std::move(at_end)) {}

  StepOutcome Step() override {
    if (!has_begun_.exchange(true)) {
      go_.wait();
      return StepOutcome::kDone;
    }
    if (!is_cancelled_) {
      waits_.set_value();
      return StepOutcome::kWait;
    }
    is_cancelled_ = false;
    log_->push_back("ending");
    at_end_();
    return StepOutcome::kDone;
  }
  int parallelism() const override { return 2; }
  bool is_ending() const override { return is_cancelled_; }

  // Once a step waits for the first one.
  void Cancel() {
    waits_.get_future().wait();
    is_cancelled_ = true;
  }

 private:
  std::vector<std::string>* const log_;
  const std::shared_future<void> go_;
  const std::function<void()> at_end_;
  std::atomic<bool> has_begun_{false};
  std::atomic<bool> is_cancelled_{false};
  std::promise<void> waits_;
};

TEST(SchedulerTest, EndsACancelledJobThatWaitsForALongStepOfItsOwn) {
  std::promise<void> go;
  std::once_flag once;
  const auto at_end = [&] { std::call_once(once, [&] { go.set_value(); }); };
  // Only the thread beside the long step writes into it.
  std::vector<std::string> log;
  Scheduler pool({.thread_count = 2});
  const auto job = std::make_shared<LongStep>(&log, go.get_future().share(), at_end);
  ASSERT_TRUE(pool.Submit("a", job).ok());
  job->Cancel();
  Countdown others(1);
  const auto scribe = std::make_shared<Scribe>("other", 1, &log, [&] {
    at_end();
    others.Down();
  });
  ASSERT_TRUE(pool.Submit("a", scribe).ok());
  others.Wait();
  pool.Stop();
  EXPECT_THAT(log, ElementsAre("ending", "other"));
}

TEST(SchedulerTest, TakesAJobThatIsOverForAnOldOne) {
  // Its turn is the fourth, whatever came first.
  EXPECT_THAT(LogBeside(OneStep::Kind::kOver, /*is_first=*/true, 5),
              ElementsAre("a1", "a1", "a1", "over", "a1", "a1"));
}

TEST(SchedulerTest, NamesTheLimitOfOnePrincipalAndLetsAnotherIn) {
  OneThread pool({.max_jobs = 10, .max_jobs_per_principal = 1});
  ASSERT_TRUE(pool.scheduler().Run("a", [] {}).ok());
  const absl::Status refused = pool.scheduler().Run("a", [] {});
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("jobs_per_caller"));
  EXPECT_TRUE(pool.scheduler().Run("b", [] {}).ok());
  pool.Open();
}

TEST(SchedulerTest, CountsWhatWaitsAndWhatWasStarted) {
  OneThread pool;
  ASSERT_TRUE(pool.scheduler().Run("a", [] {}).ok());
  EXPECT_EQ(pool.scheduler().started_count(), 1);
  EXPECT_EQ(pool.scheduler().waiting_count(), 1);
  pool.Open();
}

TEST(SchedulerTest, TakesNothingOnceItHasStopped) {
  Scheduler scheduler({});
  scheduler.Stop();
  EXPECT_EQ(scheduler.Run("a", [] {}).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace jalon::server
