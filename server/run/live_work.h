// Work in progress that people may watch: a resource that changes until it ends.
#ifndef JALON_SERVER_RUN_LIVE_WORK_H_
#define JALON_SERVER_RUN_LIVE_WORK_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/base/mutex.h"
#include "server/stream/mailbox.h"

namespace jalon::server {

// `Resource` is the message as shown; `Update` is what watchers get of a change (newer ones replace
// older ones). A watcher gets the resource as it stands, then updates, then the resource as it
// ended. Thread-safe.
template <typename Resource, typename Update>
class LiveWork {
 public:
  using WatchBox = Mailbox<Resource, Update, Resource>;

  explicit LiveWork(Resource resource) : resource_(std::move(resource)) {}

  Resource resource() const JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return resource_;
  }
  Update update() const JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return update_;
  }

  // Puts the resource as it stands into the box, then everything that comes. The box is held
  // weakly: a stream that is gone takes it with it.
  void Watch(const std::shared_ptr<WatchBox>& box) JALON_EXCLUDES(mu_) {
    Resource resource;
    Update update;
    bool ended = false;
    {
      MutexLock lock(mu_);
      resource = resource_;
      update = update_;
      ended = ended_;
      if (!ended) watchers_.push_back(box);
    }
    box->PushEvent(resource);
    box->PutLatest(update);
    if (ended) box->PutFinal(resource);
  }

  // Waits until it has ended, or `timeout` passed; returns it as it stands.
  Resource WaitForEnd(absl::Duration timeout) JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    changed_.WaitFor(mu_, absl::ToChronoNanoseconds(timeout), [this] {
      mu_.AssertHeld();
      return ended_;
    });
    return resource_;
  }

  // Lets `change(resource, update)` change both, then tells the watchers. Calls must not overlap.
  template <typename Changer>
  void Change(Changer change) JALON_EXCLUDES(mu_) {
    Update update;
    std::vector<std::shared_ptr<WatchBox>> listeners;
    {
      MutexLock lock(mu_);
      change(resource_, update_);
      update = update_;
      listeners = Listeners();
    }
    for (const auto& listener : listeners) listener->PutLatest(update);
  }

  // The resource as it ended. Called once, the last.
  void End(Resource resource) JALON_EXCLUDES(mu_) {
    std::vector<std::shared_ptr<WatchBox>> listeners;
    {
      MutexLock lock(mu_);
      resource_ = resource;
      ended_ = true;
      listeners = Listeners();
      watchers_.clear();
      changed_.NotifyAll();
    }
    for (const auto& listener : listeners) listener->PutFinal(resource);
  }

 private:
  // The watchers that still listen.
  std::vector<std::shared_ptr<WatchBox>> Listeners() JALON_REQUIRES(mu_) {
    std::vector<std::shared_ptr<WatchBox>> listeners;
    for (const std::weak_ptr<WatchBox>& watcher : watchers_) {
      if (auto listener = watcher.lock()) listeners.push_back(std::move(listener));
    }
    watchers_.assign(listeners.begin(), listeners.end());
    return listeners;
  }

  mutable Mutex mu_;
  CondVar changed_;
  Resource resource_ JALON_GUARDED_BY(mu_);
  Update update_ JALON_GUARDED_BY(mu_);
  bool ended_ JALON_GUARDED_BY(mu_) = false;
  std::vector<std::weak_ptr<WatchBox>> watchers_ JALON_GUARDED_BY(mu_);
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LIVE_WORK_H_
