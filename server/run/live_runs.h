// The runs that have not ended: started, watched, cancelled, stored when they end.
#ifndef JALON_SERVER_RUN_LIVE_RUNS_H_
#define JALON_SERVER_RUN_LIVE_RUNS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/cache/baseline_cache.h"
#include "server/cache/surface_cache.h"
#include "server/observe/log.h"
#include "server/run/archive.h"
#include "server/run/live_work.h"
#include "server/run/run_preparation.h"
#include "server/run/scheduler.h"
#include "server/run/simulation_job.h"

namespace jalon::server {

// What a watcher of a run gets between its first and its last message.
struct RunUpdate {
  v1::Progress progress;
  // The newest checkpoint; null before the first.
  std::shared_ptr<const ResultTable> table;
};

// One run in progress. Shared by the registry, the job's events and readers that look at its
// newest checkpoint. Thread-safe.
class LiveRun : public LiveWork<v1::Run, RunUpdate> {
 public:
  LiveRun(v1::Run run, RowAxis axis, int64_t peak_bytes)
      : LiveWork(std::move(run)), axis_(std::move(axis)), peak_bytes_(peak_bytes) {}

  const RowAxis& axis() const { return axis_; }
  int64_t peak_bytes() const { return peak_bytes_; }

 private:
  const RowAxis axis_;
  const int64_t peak_bytes_;
};

struct LiveRunsOptions {
  Archive& archive;
  Scheduler& jobs;
  const Clock& clock;
  Logger& log;
  // What runs leave for differences to them, inside `max_bytes`.
  BaselineCache& baselines;
  // What runs leave for any run after them.
  SurfaceCache& surfaces;
  // Peak memory of all runs together, in bytes.
  int64_t max_bytes = 0;
};

// Thread-safe. Must outlive the pool's threads.
class LiveRuns {
 public:
  explicit LiveRuns(LiveRunsOptions options) : options_(options) {}

  // Takes in a run under its name, so that it can be found; it computes nothing before Start.
  // Blocks of baselines give way where they are in the way. Errors: kResourceExhausted when the
  // runs together would need too much memory, kAlreadyExists; `prepared` is then as it was.
  absl::Status Add(PreparedRun&& prepared, const std::string& principal) JALON_EXCLUDES(mu_);
  // Queues its job. Errors: those of Scheduler::Submit; the run is then forgotten.
  absl::Status Start(absl::string_view name) JALON_EXCLUDES(mu_);
  // Forgets a run that was added and not started.
  void Drop(absl::string_view name) JALON_EXCLUDES(mu_);

  // Waits while another call is between Add and Start or Drop of this name. Not for callback
  // threads.
  void WaitForLaunch(absl::string_view name) JALON_EXCLUDES(mu_);

  // Null when it is not in progress.
  std::shared_ptr<LiveRun> Find(absl::string_view name) const JALON_EXCLUDES(mu_);
  // Asks it to stop; does nothing to a run that is not in progress.
  void Cancel(absl::string_view name) JALON_EXCLUDES(mu_);
  // Cancels everything below a network that is being deleted.
  void CancelBelow(absl::string_view network) JALON_EXCLUDES(mu_);
  // Peak memory promised to runs, in bytes.
  int64_t reserved_bytes() const JALON_EXCLUDES(mu_);

 private:
  struct Entry {
    // Shared with the job's events and readers.
    std::shared_ptr<LiveRun> run;
    // Shared with the pool.
    std::shared_ptr<SimulationJob> job;
    std::string principal;
    bool started = false;
  };

  // Puts a block into the cache, and lets it go again where runs need the room.
  void Keep(const std::string& key, std::shared_ptr<const sim::BaselineBlock> block);
  SimulationEvents EventsOf(const std::shared_ptr<LiveRun>& run, const std::string& principal);
  // The run as it ended.
  v1::Run Ended(const LiveRun& live, const SimulationEnd& end) const;
  // Stores how a run ended, tells its watchers, forgets it. A run whose network was deleted has
  // been cancelled for its watchers, wherever it stood.
  void Finish(const std::shared_ptr<LiveRun>& run, const std::string& principal,
              const SimulationEnd& end);
  // Errors: kNotFound when the run was deleted with its network, those of the store.
  absl::Status StoreEnd(const v1::Run& run, const std::string& principal, const LiveRun& live,
                        const SimulationEnd& end);

  const LiveRunsOptions options_;
  mutable Mutex mu_;
  // A run was started or dropped.
  CondVar launched_;
  std::map<std::string, Entry, std::less<>> entries_ JALON_GUARDED_BY(mu_);
  int64_t reserved_bytes_ JALON_GUARDED_BY(mu_) = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LIVE_RUNS_H_
