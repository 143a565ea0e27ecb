#include "server/run/scheduler.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "server/convert/status.h"

namespace jalon::server {
namespace {

class FunctionJob final : public Job {
 public:
  explicit FunctionJob(std::function<void()> work) : work_(std::move(work)) {}
  StepOutcome Step() override {
    std::exchange(work_, nullptr)();
    return StepOutcome::kDone;
  }

 private:
  std::function<void()> work_;
};

// The kernel keeps a nice value per thread; failing to lower our own priority is harmless.
void LowerThreadPriority(int by) {
  if (by == 0) return;
  const id_t thread = static_cast<id_t>(syscall(SYS_gettid));
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + by);
}

}  // namespace

Scheduler::Scheduler(SchedulerOptions options) : options_(std::move(options)) {
  for (int i = 0; i < options_.thread_count; ++i) threads_.emplace_back([this] { Loop(); });
}

Scheduler::~Scheduler() { Stop(); }

absl::Status Scheduler::Submit(absl::string_view principal, std::shared_ptr<Job> job) {
  {
    MutexLock lock(mu_);
    if (absl::Status refused = Admit(principal); !refused.ok()) return refused;
    lanes_[std::string(principal)].entries.push_back({std::move(job)});
    ++job_count_;
  }
  // All, since one job may keep several threads busy.
  wake_.NotifyAll();
  return absl::OkStatus();
}

absl::Status Scheduler::Run(absl::string_view principal, std::function<void()> work) {
  return Submit(principal, std::make_shared<FunctionJob>(std::move(work)));
}

absl::Status Scheduler::Admit(absl::string_view principal) const {
  if (stopping_) return absl::UnavailableError("the server is stopping");
  if (job_count_ >= options_.max_jobs) {
    return WithRetryDelay(
        LimitExceeded(options_.max_jobs_name, options_.max_jobs, job_count_ + 1, "jobs"),
        absl::Seconds(5));
  }
  const auto lane = lanes_.find(std::string(principal));
  const int64_t own = lane == lanes_.end() ? 0 : lane->second.entries.size();
  if (own >= options_.max_jobs_per_principal) {
    return WithRetryDelay(LimitExceeded(options_.max_jobs_per_principal_name,
                                        options_.max_jobs_per_principal, own + 1, "jobs"),
                          absl::Seconds(5));
  }
  return absl::OkStatus();
}

void Scheduler::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  std::map<std::string, Lane, std::less<>> left;
  {
    MutexLock lock(mu_);
    left.swap(lanes_);
    job_count_ = 0;
    started_count_ = 0;
  }
  // Jobs are destroyed here, outside the lock.
}

int64_t Scheduler::waiting_count() const {
  MutexLock lock(mu_);
  return job_count_ - started_count_;
}

int64_t Scheduler::started_count() const {
  MutexLock lock(mu_);
  return started_count_;
}

int64_t Scheduler::job_count() const {
  MutexLock lock(mu_);
  return job_count_;
}

void Scheduler::Loop() {
  LowerThreadPriority(options_.nice);
  for (;;) {
    Pick pick;
    std::shared_ptr<Job> job;
    {
      MutexLock lock(mu_);
      bool found = false;
      wake_.Wait(mu_, [&] {
        mu_.AssertHeld();
        return stopping_ || (found = Next(&pick));
      });
      if (stopping_) return;
      job = pick.entry->job;
    }
    const StepOutcome outcome = job->Step();
    // Kernels that put preemption off let a thread that computes keep its core for tens of
    // milliseconds, with a call waiting to be served.
    std::this_thread::yield();
    {
      MutexLock lock(mu_);
      Finish(pick, outcome);
    }
    // A step that ended may have made its job steppable by the threads that sleep.
    wake_.NotifyAll();
  }
}

std::list<Scheduler::Entry>::iterator Scheduler::Choose(Lane& lane) {
  const auto end = lane.entries.end();
  auto first = end;
  auto first_young = end;
  for (auto entry = lane.entries.begin(); entry != end; ++entry) {
    if (entry->done || entry->active >= entry->job->parallelism()) continue;
    if (entry->job->is_ending()) return entry;
    if (entry->waiting) continue;
    if (first == end) first = entry;
    const bool is_young = entry->steps < kYoungSteps && !entry->job->is_over();
    if (first_young == end && is_young) first_young = entry;
  }
  if (first == end) return end;
  const bool is_fair = ++lane.turns % kFairTurn == 0;
  return is_fair || first_young == end ? first : first_young;
}

bool Scheduler::Next(Pick* pick) {
  if (lanes_.empty()) return false;
  auto lane = lanes_.lower_bound(turn_);
  for (size_t tried = 0; tried < lanes_.size(); ++tried, ++lane) {
    if (lane == lanes_.end()) lane = lanes_.begin();
    const auto entry = Choose(lane->second);
    if (entry == lane->second.entries.end()) continue;
    // The job goes to the end of its lane, the turn to the next principal ('\0' sorts first among
    // the names that follow this one).
    std::list<Entry>& entries = lane->second.entries;
    entries.splice(entries.end(), entries, entry);
    turn_ = lane->first + '\0';
    ++entry->active;
    entry->steps = std::min(entry->steps + 1, kYoungSteps);
    if (!std::exchange(entry->started, true)) ++started_count_;
    *pick = {&lane->second, entry};
    return true;
  }
  return false;
}

void Scheduler::Finish(const Pick& pick, StepOutcome outcome) {
  Entry& entry = *pick.entry;
  --entry.active;
  entry.done |= outcome == StepOutcome::kDone;
  // Waiting is for a step in progress to end; this one just did, for those that waited for it.
  entry.waiting = outcome == StepOutcome::kWait && entry.active > 0;
  if (!entry.done || entry.active > 0) return;
  pick.lane->entries.erase(pick.entry);
  --job_count_;
  --started_count_;
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    if (&lane->second != pick.lane) continue;
    if (lane->second.entries.empty()) lanes_.erase(lane);
    break;
  }
}

}  // namespace jalon::server
