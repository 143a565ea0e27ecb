// Runs and fits in progress with a pool, watchers and cancels on threads of their own, without
// gRPC, whose locks ThreadSanitizer cannot see: this is what it looks at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/run/live_fits.h"
#include "server/run/live_runs.h"
#include "server/run/run_rows.h"
#include "server/run/target_request.h"
#include "server/store/memory_store.h"
#include "sim/demo/demo.h"
#include "sim/engine/cell_batch.h"

namespace jalon::server {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::IsNull;
using testing::NotNull;

constexpr char kPrincipal[] = "local:test";
constexpr int kWatchers = 4;
constexpr int64_t kEndless = int64_t{1} << 30;

const sim::Demo& Bank() {
  static const auto& demo =
      *new sim::Demo(sim::MakeDemo({.size = sim::DemoSize::kSmall, .month_count = 25}).value());
  return demo;
}

// Takes everything out of a mailbox, as a stream does.
template <typename Work>
class Watcher {
 public:
  using Box = typename Work::WatchBox;

  explicit Watcher(Work& work) {
    work.Watch(box_);
    thread_ = std::thread([this] { Read(); });
  }

  // What it was told last.
  auto Last() {
    thread_.join();
    return *last_;
  }
  // Waits until it was told something new, or the end.
  void WaitForNews() {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [this] {
      mu_.AssertHeld();
      return updates_ > 1 || last_.has_value();
    });
  }

 private:
  void Read() {
    for (bool ended = false; !ended;) {
      auto item = box_->Take();
      MutexLock lock(mu_);
      if (!item.has_value()) {
        changed_.Wait(mu_, [this] {
          mu_.AssertHeld();
          return woken_;
        });
        woken_ = false;
      } else if (item->index() == 1) {
        ++updates_;
        changed_.NotifyAll();
      } else if (item->index() == 2) {
        last_ = std::get<2>(*std::move(item));
        ended = true;
        changed_.NotifyAll();
      }
    }
  }
  void Wake() {
    MutexLock lock(mu_);
    woken_ = true;
    changed_.NotifyAll();
  }

  Mutex mu_;
  CondVar changed_;
  bool woken_ JALON_GUARDED_BY(mu_) = false;
  int updates_ JALON_GUARDED_BY(mu_) = 0;
  std::optional<std::decay_t<decltype(std::declval<Work>().resource())>> last_;
  const std::shared_ptr<Box> box_ = std::make_shared<Box>([this] { Wake(); });
  std::thread thread_;
};

class LiveWorkTest : public testing::Test {
 protected:
  // Jobs tell what stands below them how they ended.
  void TearDown() override {
    jobs_.Stop();
    batch_.Stop();
  }
  // A run of the network's own row over 2027, on two threads.
  PreparedRun Prepare(const std::string& name, int64_t path_count,
                      const std::string& indicator = "accounts-opened") {
    v1::TargetSpec spec;
    spec.add_windows("2027");
    spec.add_levels(Bank().revision.network.level_name(0));
    spec.add_indicators(indicator);
    Checks checks;
    const TargetRequest request = ReadTargets(spec, Bank().revision.network, false, checks);
    RunRows rows = MakeRows({.network = Bank().revision.network,
                             .realisations = Bank().revision.realisations,
                             .request = request,
                             .max_cells = 100'000})
                       .value();
    sim::Plan plan = sim::BuildPlan({.revision = Bank().revision,
                                     .model = Bank().truth,
                                     .scenario = Bank().scenarios[0],
                                     .targets = rows.targets,
                                     .as_of = Bank().truth.as_of,
                                     .seed = 1})
                         .value();
    RowAxis axis(Bank().revision.network, rows.windows, rows.rows);
    PreparedRun prepared{.input = {.plan = std::move(plan), .rows = std::move(rows)},
                         .axis = std::move(axis),
                         .peak_bytes = 1};
    prepared.run.set_name(name);
    prepared.run.set_model("networks/demo/models/truth");
    prepared.run.set_revision("networks/demo/revisions/a");
    prepared.run.set_scenario("networks/demo/scenarios/base");
    prepared.input.realised_to_date.assign(prepared.input.rows.rows.size(), 0.0);
    prepared.input.precision.max_path_count = path_count;
    prepared.input.parallelism = 2;
    return prepared;
  }
  std::shared_ptr<LiveRun> Start(const std::string& name, int64_t path_count) {
    return Start(Prepare(name, path_count));
  }
  std::shared_ptr<LiveRun> Start(PreparedRun prepared) {
    const std::string name = prepared.run.name();
    Keep(name, store::v1::RunRecord().SerializeAsString());
    EXPECT_TRUE(runs_.Add(std::move(prepared), kPrincipal).ok());
    std::shared_ptr<LiveRun> run = runs_.Find(name);
    EXPECT_TRUE(runs_.Start(name).ok());
    return run;
  }
  std::shared_ptr<LiveFit> StartFit(const std::string& name) {
    Keep(name, store::v1::ModelRecord().SerializeAsString());
    PreparedFit fit{.revision = std::shared_ptr<const LoadedRevision>(
                        new LoadedRevision{.value = Bank().revision}),
                    .principal = kPrincipal};
    fit.model.set_name(name);
    // Found before it may have ended.
    EXPECT_TRUE(batch_.Run(kPrincipal, [this] { gate_.Wait(); }).ok());
    EXPECT_TRUE(fits_.Start(std::move(fit)).ok());
    std::shared_ptr<LiveFit> live = fits_.Find(name);
    gate_.Open();
    return live;
  }
  void Keep(const std::string& name, std::string payload) {
    Transaction transaction;
    transaction.mutations.push_back(
        PutResource{.name = name, .state = "RUNNING", .payload = std::move(payload)});
    EXPECT_TRUE(store_.BlockingApply(std::move(transaction)).ok());
  }
  template <typename Work>
  static auto WatchedBy(int count, const std::shared_ptr<Work>& work) {
    std::vector<std::unique_ptr<Watcher<Work>>> watchers;
    for (int i = 0; i < count; ++i) watchers.push_back(std::make_unique<Watcher<Work>>(*work));
    return watchers;
  }

  class Gate {
   public:
    void Open() {
      MutexLock lock(mu_);
      open_ = true;
      changed_.NotifyAll();
    }
    void Wait() {
      MutexLock lock(mu_);
      changed_.Wait(mu_, [this] {
        mu_.AssertHeld();
        return open_;
      });
    }

   private:
    Mutex mu_;
    CondVar changed_;
    bool open_ JALON_GUARDED_BY(mu_) = false;
  };

  SystemClock clock_;
  Logger log_{LogLevel::kError, clock_};
  Gate gate_;
  StoreThread store_{NewMemoryStore(clock_)};
  Archive archive_{store_, 1 << 20};
  BaselineCache baselines_{1 << 20};
  SurfaceCache surfaces_;
  Scheduler jobs_{{.thread_count = 2}};
  Scheduler batch_{{.thread_count = 1}};
  LiveRuns runs_{{.archive = archive_,
                  .jobs = jobs_,
                  .clock = clock_,
                  .log = log_,
                  .baselines = baselines_,
                  .surfaces = surfaces_,
                  .max_bytes = 9}};
  LiveFits fits_{{.archive = archive_, .batch = batch_, .clock = clock_, .log = log_}};
};

TEST_F(LiveWorkTest, TellsEveryWatcherOfARunTheSameEnd) {
  const auto run = Start("networks/demo/runs/a", 1'024);
  auto watchers = WatchedBy(kWatchers, run);
  for (auto& watcher : watchers) {
    const v1::Run last = watcher->Last();
    EXPECT_EQ(last.state(), v1::Run::STATE_SUCCEEDED) << last.error();
    EXPECT_EQ(last.provenance().path_count(), 1'024);
  }
  EXPECT_EQ(run->update().table->path_count, 1'024);
  EXPECT_THAT(runs_.Find("networks/demo/runs/a"), IsNull());
  EXPECT_EQ(runs_.reserved_bytes(), 0);
}

TEST_F(LiveWorkTest, GivesAWatcherThatComesLateTheEnd) {
  const auto run = Start("networks/demo/runs/a", 256);
  (void)WatchedBy(1, run)[0]->Last();
  EXPECT_EQ(WatchedBy(1, run)[0]->Last().state(), v1::Run::STATE_SUCCEEDED);
}

TEST_F(LiveWorkTest, StopsRunsThatAreCancelledWhileTheyAreWatched) {
  const auto first = Start("networks/demo/runs/a", kEndless);
  const auto second = Start("networks/demo/runs/b", kEndless);
  auto watchers = WatchedBy(kWatchers, first);
  auto others = WatchedBy(kWatchers, second);
  watchers[0]->WaitForNews();
  std::thread one([&] { runs_.Cancel("networks/demo/runs/a"); });
  std::thread all([&] { runs_.CancelBelow("networks/demo"); });
  for (auto& watcher : watchers) EXPECT_EQ(watcher->Last().state(), v1::Run::STATE_CANCELLED);
  for (auto& watcher : others) EXPECT_EQ(watcher->Last().state(), v1::Run::STATE_CANCELLED);
  one.join();
  all.join();
}

TEST_F(LiveWorkTest, ReadsTheNewestCheckpointWhileARunGoesOn) {
  const auto run = Start("networks/demo/runs/a", 4'096);
  std::atomic<bool> ended{false};
  std::thread reader([&] {
    int64_t path_count = 0;
    while (!ended.load()) {
      const RunUpdate update = run->update();
      if (update.table == nullptr) continue;
      EXPECT_THAT(update.table->path_count, Ge(path_count));
      path_count = update.table->path_count;
    }
  });
  EXPECT_EQ(WatchedBy(1, run)[0]->Last().provenance().path_count(), 4'096);
  ended.store(true);
  reader.join();
}

TEST_F(LiveWorkTest, KeepsSurfacesOfARunForThoseAfterIt) {
  const auto prepare = [this](const std::string& name) {
    PreparedRun prepared = Prepare(name, 256, "housing-loan-amount");
    prepared.input.estimator = v1::ESTIMATOR_SAMPLED;
    return prepared;
  };
  const auto run_to_its_end = [&](const std::string& name) {
    const v1::Run last = WatchedBy(1, Start(prepare(name)))[0]->Last();
    EXPECT_EQ(last.state(), v1::Run::STATE_SUCCEEDED) << last.error();
  };
  const SimulationInput input = prepare("networks/demo/runs/c").input;
  const double shape = sim::CompoundShapes(input.plan).at(0);
  EXPECT_THAT(surfaces_.Get(shape), IsNull());
  run_to_its_end("networks/demo/runs/a");
  const auto held = surfaces_.Get(shape);
  ASSERT_THAT(held, NotNull());
  run_to_its_end("networks/demo/runs/b");
  const auto path = ReplayOf(input, 7, &surfaces_);
  EXPECT_EQ(surfaces_.Get(shape), held) << "it was made again";
  EXPECT_EQ(path->cells, ReplayOf(input, 7, nullptr)->cells);
}

TEST_F(LiveWorkTest, TellsEveryWatcherOfAFitTheSameEnd) {
  const auto fit = StartFit("networks/demo/models/a");
  ASSERT_THAT(fit, NotNull());
  auto watchers = WatchedBy(kWatchers, fit);
  for (auto& watcher : watchers) {
    const v1::Model last = watcher->Last();
    EXPECT_EQ(last.state(), v1::Model::STATE_SUCCEEDED) << last.error();
  }
  EXPECT_THAT(fits_.Find("networks/demo/models/a"), IsNull());
}

TEST_F(LiveWorkTest, StopsAFitThatIsCancelledWhileItIsWatched) {
  const auto fit = StartFit("networks/demo/models/a");
  ASSERT_THAT(fit, NotNull());
  auto watchers = WatchedBy(kWatchers, fit);
  watchers[0]->WaitForNews();
  fits_.CancelBelow("networks/demo");
  // It may have been at its last indicator.
  for (auto& watcher : watchers) {
    EXPECT_THAT(watcher->Last().state(),
                AllOf(Ge(v1::Model::STATE_SUCCEEDED), testing::Ne(v1::Model::STATE_FAILED)));
  }
}

}  // namespace
}  // namespace jalon::server
