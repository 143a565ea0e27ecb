// Shares a few threads among many jobs, fairly between callers.
#ifndef JALON_SERVER_RUN_SCHEDULER_H_
#define JALON_SERVER_RUN_SCHEDULER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/base/mutex.h"

namespace jalon::server {

// What a step of a job left behind.
enum class StepOutcome {
  kMore,  // call again
  kWait,  // nothing to do until another step of this job, now in progress, has ended
  kDone,  // nothing left to start; steps in progress may still be finishing
};

// Work cut into steps. A step does at most about 5 ms of work, so that a pool stays fair and a
// cancelled job frees its thread; jobs that cannot be cut have a pool of their own.
class Job {
 public:
  virtual ~Job() = default;
  // Does some work. Called by up to parallelism() threads at once. Does not throw.
  virtual StepOutcome Step() = 0;
  virtual int parallelism() const { return 1; }
  // Whether its next step ends it (it was cancelled): it comes before its principal's other jobs,
  // also while another step of it lasts that it waits for.
  virtual bool is_ending() const { return false; }
  // Whether nobody waits for it any more: its steps only let go of what it holds. It is not young.
  virtual bool is_over() const { return false; }
};

// Steps after which a job is no longer young: what is short is done by then.
inline constexpr int kYoungSteps = 64;
// Every such turn of a principal goes to the next of its jobs, young or not.
inline constexpr int kFairTurn = 4;

struct SchedulerOptions {
  int thread_count = 1;
  // Jobs waiting or computing, of all principals and of one.
  int64_t max_jobs = 256;
  int64_t max_jobs_per_principal = 64;
  // The names of those limits in errors.
  std::string max_jobs_name = "jobs";
  std::string max_jobs_per_principal_name = "jobs_per_caller";
  // Added to the nice value of the threads, so that threads that answer calls preempt them.
  int nice = 0;
};

// Round robin over principals, and for each over its jobs: with p principals waiting, each gets one
// step in p, however many jobs it has. Of a principal's jobs those that end and those that are
// young come first, but for every fourth turn: a short question does not wait behind long ones.
// Thread-safe.
class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options);
  // Calls Stop.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Queues a job. Shared: threads that are inside a step keep it alive after it was cancelled or
  // dropped by its owner.
  // Errors: kResourceExhausted naming the limit; kUnavailable after Stop.
  absl::Status Submit(absl::string_view principal, std::shared_ptr<Job> job) JALON_EXCLUDES(mu_);

  // Queues a job of one step.
  absl::Status Run(absl::string_view principal, std::function<void()> work) JALON_EXCLUDES(mu_);

  // Takes no new jobs, waits for the steps in progress, joins the threads and drops the jobs that
  // are left. Call it from no job. May be called twice.
  void Stop() JALON_EXCLUDES(mu_);

  // Jobs that no thread has stepped yet, jobs that were, and both, counted at one moment.
  int64_t waiting_count() const JALON_EXCLUDES(mu_);
  int64_t started_count() const JALON_EXCLUDES(mu_);
  int64_t job_count() const JALON_EXCLUDES(mu_);

 private:
  struct Entry {
    std::shared_ptr<Job> job;
    int active = 0;
    int steps = 0;
    bool started = false;
    bool waiting = false;  // for a step of its own to end
    bool done = false;
  };
  // The jobs of a principal, the next to be stepped first.
  struct Lane {
    std::list<Entry> entries;
    int turns = 0;
  };
  struct Pick {
    Lane* lane = nullptr;
    std::list<Entry>::iterator entry;
  };

  void Loop();
  bool Next(Pick* pick) JALON_REQUIRES(mu_);
  // The entry of a lane to be stepped next; its end when none can be.
  static std::list<Entry>::iterator Choose(Lane& lane);
  void Finish(const Pick& pick, StepOutcome outcome) JALON_REQUIRES(mu_);
  absl::Status Admit(absl::string_view principal) const JALON_REQUIRES(mu_);

  const SchedulerOptions options_;
  mutable Mutex mu_;
  CondVar wake_;
  // Lanes stay where they are (node-based), so picks may point to them while a step runs.
  std::map<std::string, Lane, std::less<>> lanes_ JALON_GUARDED_BY(mu_);
  // Principal to be served next; the one after it in the order of names when it has gone.
  std::string turn_ JALON_GUARDED_BY(mu_);
  int64_t job_count_ JALON_GUARDED_BY(mu_) = 0;
  int64_t started_count_ JALON_GUARDED_BY(mu_) = 0;
  bool stopping_ JALON_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_SCHEDULER_H_
