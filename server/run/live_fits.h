// The fits that have not ended: started, watched, cancelled, stored when they end.
#ifndef JALON_SERVER_RUN_LIVE_FITS_H_
#define JALON_SERVER_RUN_LIVE_FITS_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/model_service.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/observe/log.h"
#include "server/run/archive.h"
#include "server/run/live_work.h"
#include "server/run/scheduler.h"
#include "sim/model/fit.h"

namespace jalon::server {

// One fit in progress. Shared by the registry, the thread that fits and watchers. Thread-safe.
class LiveFit : public LiveWork<v1::Model, v1::Progress> {
 public:
  explicit LiveFit(v1::Model model) : LiveWork(std::move(model)) {}

  // Asks it to stop: at the next indicator.
  void Cancel() { stop_.store(true, std::memory_order_relaxed); }
  const std::atomic<bool>& stop_flag() const { return stop_; }

 private:
  std::atomic<bool> stop_{false};
};

// A fit that could start.
struct PreparedFit {
  // As shown to callers: name, revision, times and options echoed, state queued.
  v1::Model model;
  sim::FitOptions options;
  // Shared: the cache may let go of it while the fit runs.
  std::shared_ptr<const LoadedRevision> revision;
  // What was done with provisional periods: joins the model's notes.
  std::vector<std::string> notes;
  std::string principal;
};

// `model` as a stored record holds it, with its content's pieces added to `transaction`: the whole
// of a successful fit or import. `expect` guards the record.
void StoreModel(const v1::Model& model, const sim::Model& content, const std::string& principal,
                Expect expect, Transaction& transaction);
// The record of a model without content: waiting, failed or cancelled.
PutResource ModelWithoutContent(const v1::Model& model, const std::string& principal,
                                Expect expect);

struct LiveFitsOptions {
  Archive& archive;
  // Fits cannot be cut into steps.
  Scheduler& batch;
  const Clock& clock;
  Logger& log;
};

// Thread-safe. Must outlive the pool's threads.
class LiveFits {
 public:
  explicit LiveFits(LiveFitsOptions options) : options_(options) {}

  // Queues a fit whose record is stored. Errors: those of Scheduler::Run.
  absl::Status Start(PreparedFit fit) JALON_EXCLUDES(mu_);
  // Null when it is not in progress.
  std::shared_ptr<LiveFit> Find(absl::string_view name) const JALON_EXCLUDES(mu_);
  // Asks the fits below a network that is being deleted to stop.
  void CancelBelow(absl::string_view network) JALON_EXCLUDES(mu_);
  // Stops all fits and leaves their records as they are, for the next server to start again.
  void Interrupt() JALON_EXCLUDES(mu_);

 private:
  void Run(const PreparedFit& fit, LiveFit& live);
  // What watchers are told of a model, as it was while it was fitted, whose end could not be
  // stored: cancelled when its network was deleted, failed otherwise.
  v1::Model NotStored(v1::Model model, const absl::Status& why) const;
  // Errors: kNotFound when the model was deleted with its network, those of the store.
  absl::Status StoreEnd(const v1::Model& model, const absl::StatusOr<sim::Model>& fitted,
                        const std::string& principal);

  const LiveFitsOptions options_;
  std::atomic<bool> interrupted_{false};
  mutable Mutex mu_;
  std::map<std::string, std::shared_ptr<LiveFit>, std::less<>> fits_ JALON_GUARDED_BY(mu_);
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LIVE_FITS_H_
