// What a user waits for besides the engine: from the request of a run to its first estimates, and
// health, cancellation and short runs while the pool is full of long runs.
#include <benchmark/benchmark.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "bench/server/jalond.h"
#include "clients/cpp/client.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

constexpr char kNetwork[] = "networks/demo";
// Long runs that fill the pool; a run ends by itself after so many paths.
constexpr int kLongRuns = 4;
constexpr int64_t kLongPaths = 4'000'000;

// Value of a call that the bench cannot do without.
template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status().ToString());
  return *std::move(value);
}

// A server on the demo network with a model fitted, shared by all benches.
class Bank {
 public:
  static Bank& Get() {
    static Bank& bank = *new Bank();
    return bank;
  }

  client::Client& client() { return *client_; }
  std::string parent() const { return kNetwork; }

  jalon::v1::CreateRunRequest Ask(int64_t paths, const std::string& unit) const {
    jalon::v1::CreateRunRequest request;
    request.set_parent(kNetwork);
    jalon::v1::Run& run = *request.mutable_run();
    run.set_model(model_);
    run.set_objective_set(objectives_);
    run.set_seed(1);
    run.set_estimator(jalon::v1::ESTIMATOR_CONDITIONAL);
    run.mutable_precision()->set_max_path_count(paths);
    run.mutable_targets()->add_quantile_levels(0.5);
    if (!unit.empty()) run.mutable_targets()->add_units(unit);
    return request;
  }

  // Three percent less of everything, and of housing loans alone.
  const std::string& scenario() const { return scenario_; }
  const std::string& housing_scenario() const { return housing_scenario_; }
  // A unit of the lowest level.
  const std::string& branch() const { return branch_; }

  void End() { jalond_.End(SIGTERM); }

 private:
  Bank() : jalond_(folder_.path(), {"--demo=default"}) {
    client_ = ValueOrDie(
        client::Client::Connect({.address = jalond_.address(), .call_timeout = absl::Minutes(2)}));
    WaitForDemo();
    objectives_ = NameOfObjectives();
    branch_ = NameOfBranch();
    model_ = absl::StrCat(kNetwork, "/models/truth");
    scenario_ = MakeScenario("three-percent-less", {});
    housing_scenario_ =
        MakeScenario("fewer-housing-loans", {"housing-loans", "housing-loan-amount"});
  }

  // The demo is made while the server already serves.
  void WaitForDemo() {
    for (int i = 0; i < 600; ++i) {
      jalon::v1::GetModelRequest request;
      request.set_name(absl::StrCat(kNetwork, "/models/truth"));
      if (client_->GetModel(request).ok()) return;
      absl::SleepFor(absl::Milliseconds(100));
    }
    Die("the demo network was not made within a minute");
  }

  std::string NameOfObjectives() {
    jalon::v1::ListObjectiveSetsRequest request;
    request.set_parent(kNetwork);
    const auto page = ValueOrDie(client_->ListObjectiveSets(request));
    if (page.objective_sets().empty()) Die("the demo has no objectives");
    return page.objective_sets(0).name();
  }

  // `indicators`: what it acts on, empty for everything.
  std::string MakeScenario(const std::string& id, const std::vector<std::string>& indicators) {
    jalon::v1::CreateScenarioRequest request;
    request.set_parent(kNetwork);
    request.set_scenario_id(id);
    jalon::v1::Event& event = *request.mutable_scenario()->add_events();
    event.set_id("less");
    event.set_category(jalon::v1::Event::CATEGORY_ECONOMIC);
    event.set_start("2027-01");
    event.mutable_effect()->set_kind(jalon::v1::EffectLaw::KIND_FIXED);
    event.mutable_effect()->set_mode(-0.03);
    event.set_source("bench");
    for (const std::string& indicator : indicators) event.add_indicators(indicator);
    return ValueOrDie(client_->CreateScenario(request)).name();
  }

  std::string NameOfBranch() {
    jalon::v1::ListUnitsRequest request;
    request.set_parent(absl::StrCat(kNetwork, "/revisions/latest"));
    request.set_page_size(400);
    const auto page = ValueOrDie(client_->ListUnits(request));
    if (page.units().empty()) Die("the demo has no units");
    return page.units(page.units_size() - 1).id();
  }

  TempDir folder_;
  Jalond jalond_;
  std::unique_ptr<client::Client> client_;
  std::string model_, objectives_, branch_, scenario_, housing_scenario_;
};

// Runs that keep the pool busy while it lives.
class Load {
 public:
  explicit Load(int count) {
    Bank& bank = Bank::Get();
    for (int i = 0; i < count; ++i) {
      names_.push_back(ValueOrDie(bank.client().CreateRun(bank.Ask(kLongPaths, ""))).name());
    }
    for (const std::string& name : names_) WaitUntilRunning(name);
  }

  ~Load() {
    for (const std::string& name : names_) {
      jalon::v1::CancelRunRequest request;
      request.set_name(name);
      (void)Bank::Get().client().CancelRun(request);
    }
  }

 private:
  static void WaitUntilRunning(const std::string& name) {
    jalon::v1::GetRunRequest request;
    request.set_name(name);
    for (int i = 0; i < 600; ++i) {
      const jalon::v1::Run run = ValueOrDie(Bank::Get().client().GetRun(request));
      if (run.state() == jalon::v1::Run::STATE_RUNNING) return;
      absl::SleepFor(absl::Milliseconds(50));
    }
    Die("a long run did not start");
  }

  std::vector<std::string> names_;
};

// Times of one bench, in milliseconds.
class Times {
 public:
  explicit Times(benchmark::State& state) : state_(state) {}
  ~Times() {
    std::sort(values_.begin(), values_.end());
    state_.counters["p50_ms"] = At(0.5);
    state_.counters["p99_ms"] = At(0.99);
    state_.counters["max_ms"] = At(1.0);
  }
  void Add(absl::Duration time) {
    state_.SetIterationTime(absl::ToDoubleSeconds(time));
    values_.push_back(absl::ToDoubleMilliseconds(time));
  }

 private:
  // By nearest rank.
  double At(double level) const {
    if (values_.empty()) return 0.0;
    const double rank = std::ceil(level * static_cast<double>(values_.size()));
    return values_[static_cast<size_t>(std::max(rank, 1.0)) - 1];
  }

  benchmark::State& state_;
  std::vector<double> values_;
};

struct Watched {
  absl::Duration first_estimates;
  absl::Duration ended;
  double cpu_ms = 0.0;
};

// Creates a run and watches it to its end.
Watched CreateAndWatch(const jalon::v1::CreateRunRequest& request) {
  Bank& bank = Bank::Get();
  const absl::Time begin = absl::Now();
  jalon::v1::WatchRunRequest watch;
  watch.set_name(ValueOrDie(bank.client().CreateRun(request)).name());
  Watched watched;
  const absl::Status status = bank.client().WatchRun(
      watch, client::Canceller(), [&](const jalon::v1::WatchRunResponse& event) {
        if (event.has_estimates() && watched.first_estimates == absl::ZeroDuration()) {
          watched.first_estimates = absl::Now() - begin;
        }
        if (!event.has_ended()) return;
        watched.ended = absl::Now() - begin;
        watched.cpu_ms = 1e3 * event.ended().cpu_seconds();
      });
  if (!status.ok()) Die(status.ToString());
  if (watched.first_estimates == absl::ZeroDuration()) watched.first_estimates = watched.ended;
  return watched;
}

void TimeFirstEstimates(benchmark::State& state, const jalon::v1::CreateRunRequest& request,
                        int long_runs) {
  const Load load(long_runs);
  CreateAndWatch(request);  // caches are warm for the figures
  double cpu_ms = 0.0;
  {
    Times times(state);
    for (auto _ : state) {
      const Watched watched = CreateAndWatch(request);
      cpu_ms += watched.cpu_ms;
      times.Add(watched.first_estimates);
    }
  }
  state.counters["engine_cpu_ms"] = cpu_ms / static_cast<double>(state.iterations());
}

void BM_FirstEstimatesOfABranch(benchmark::State& state) {
  Bank& bank = Bank::Get();
  TimeFirstEstimates(state, bank.Ask(256, bank.branch()), 0);
}
void BM_FirstEstimatesOfTheBank(benchmark::State& state) {
  TimeFirstEstimates(state, Bank::Get().Ask(256, ""), 0);
}
void BM_FirstEstimatesOfABranchUnderLoad(benchmark::State& state) {
  Bank& bank = Bank::Get();
  TimeFirstEstimates(state, bank.Ask(256, bank.branch()), kLongRuns);
}

// A what-if over every objective: an event on a baseline whose block is held.
void TimeWhatIf(benchmark::State& state, const std::string& unit, const std::string& scenario) {
  Bank& bank = Bank::Get();
  jalon::v1::CreateRunRequest request = bank.Ask(256, unit);
  request.mutable_run()->mutable_targets()->add_ro_levels(1.0);
  request.mutable_run()->mutable_targets()->set_without_scores(true);
  const std::string baseline = ValueOrDie(bank.client().CreateRun(request)).name();
  jalon::v1::WatchRunRequest watch;
  watch.set_name(baseline);
  if (!bank.client().WatchRun(watch, client::Canceller(), [](const auto&) {}).ok()) Die(baseline);
  jalon::v1::Run& run = *request.mutable_run();
  run.clear_targets();
  run.clear_seed();
  run.clear_precision();
  run.set_baseline(baseline);
  run.set_scenario(scenario);
  TimeFirstEstimates(state, request, 0);
}
void BM_WhatIfOverABranch(benchmark::State& state) {
  TimeWhatIf(state, Bank::Get().branch(), Bank::Get().scenario());
}
void BM_WhatIfOverTheBank(benchmark::State& state) {
  TimeWhatIf(state, "", Bank::Get().scenario());
}
void BM_WhatIfOfHousingLoansOverTheBank(benchmark::State& state) {
  TimeWhatIf(state, "", Bank::Get().housing_scenario());
}

void TimeHealth(benchmark::State& state, int long_runs) {
  const Load load(long_runs);
  Times times(state);
  for (auto _ : state) {
    const absl::Time begin = absl::Now();
    if (!ValueOrDie(Bank::Get().client().CheckHealth())) Die("not serving");
    times.Add(absl::Now() - begin);
  }
}
void BM_Health(benchmark::State& state) { TimeHealth(state, 0); }
void BM_HealthUnderLoad(benchmark::State& state) { TimeHealth(state, kLongRuns); }

// From asking to cancel until a watcher is told that the run has ended.
absl::Duration TimeCancel(const std::string& name) {
  client::Client& client = Bank::Get().client();
  jalon::v1::WatchRunRequest watch;
  watch.set_name(name);
  absl::Time ended;
  std::thread watcher([&] {
    (void)client.WatchRun(watch, client::Canceller(), [&](const auto& event) {
      if (event.has_ended()) ended = absl::Now();
    });
  });
  jalon::v1::GetRunRequest get;
  get.set_name(name);
  while (ValueOrDie(client.GetRun(get)).state() == jalon::v1::Run::STATE_QUEUED) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  absl::SleepFor(absl::Milliseconds(20));  // well inside its blocks
  jalon::v1::CancelRunRequest cancel;
  cancel.set_name(name);
  const absl::Time begin = absl::Now();
  (void)ValueOrDie(client.CancelRun(cancel));
  watcher.join();
  return ended - begin;
}

void BM_CancelUnderLoad(benchmark::State& state) {
  const Load load(kLongRuns - 1);
  Bank& bank = Bank::Get();
  Times times(state);
  for (auto _ : state) {
    times.Add(TimeCancel(ValueOrDie(bank.client().CreateRun(bank.Ask(kLongPaths, ""))).name()));
  }
}

BENCHMARK(BM_FirstEstimatesOfABranch)->UseManualTime()->Iterations(100);
BENCHMARK(BM_FirstEstimatesOfTheBank)->UseManualTime()->Iterations(5);
BENCHMARK(BM_FirstEstimatesOfABranchUnderLoad)->UseManualTime()->Iterations(50);
BENCHMARK(BM_WhatIfOverABranch)->UseManualTime()->Iterations(50);
BENCHMARK(BM_WhatIfOverTheBank)->UseManualTime()->Iterations(40);
BENCHMARK(BM_WhatIfOfHousingLoansOverTheBank)->UseManualTime()->Iterations(40);
BENCHMARK(BM_Health)->UseManualTime()->Iterations(500);
BENCHMARK(BM_HealthUnderLoad)->UseManualTime()->Iterations(500);
BENCHMARK(BM_CancelUnderLoad)->UseManualTime()->Iterations(400);

}  // namespace
}  // namespace jalon::server

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  jalon::server::Bank::Get().End();
  return 0;
}
