// The thread that owns the store: group commit, bounded queue, orderly end.
#ifndef JALON_SERVER_STORE_STORE_THREAD_H_
#define JALON_SERVER_STORE_STORE_THREAD_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/store/store.h"

namespace jalon::server {

struct StoreThreadOptions {
  // Requests waiting, at most; the next is refused with kResourceExhausted.
  int64_t max_queued_requests = 4096;
  // Bytes of blobs and payloads waiting, at most.
  int64_t max_queued_bytes = int64_t{256} << 20;
  // Transactions in one commit, at most.
  int64_t max_batch = 512;
  // Called once, on the store thread, when the store fails (Store::failed): raise NOT_SERVING here.
  std::function<void(const absl::Status&)> on_failed;
};

// Thread-safe. Requests of one thread are served in order; a read sees every write acknowledged
// before the read was asked for.
//
// Callbacks are called exactly once: on the store thread, or at once on the calling thread when the
// request is refused (queue full: kResourceExhausted; closed or failed: kUnavailable). They must be
// short and must not block, and may submit other requests. Do not hold a lock that the callback
// takes.
class StoreThread {
 public:
  using ApplyCallback = std::function<void(absl::StatusOr<ApplyResult>)>;

  explicit StoreThread(std::unique_ptr<Store> store, StoreThreadOptions options = {});
  // Calls Close.
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  // Applies a transaction, in one commit with the others that wait. The callback runs after the
  // commit succeeded, or with the error.
  void Apply(Transaction transaction, ApplyCallback done) JALON_EXCLUDES(mu_);

  // Calls `work` on the store thread with a reader, or with an error when the request is refused.
  // `work` answers by its own means.
  void Read(std::function<void(absl::StatusOr<StoreReader*>)> work) JALON_EXCLUDES(mu_);

  // Apply, waiting for the answer. Never call it from a callback of this class or of gRPC.
  absl::StatusOr<ApplyResult> BlockingApply(Transaction transaction);

  // Runs `work(reader)`, which returns a StatusOr, on the store thread and waits for its result.
  // Same rule as BlockingApply.
  template <typename Work>
  auto BlockingRead(Work work) -> decltype(work(std::declval<StoreReader&>()));

  // Runs `work` with the whole store on the store thread and waits: housekeeping such as
  // CollectGarbage or VerifyAudit. Same rule as BlockingApply.
  template <typename Work>
  auto BlockingMaintain(Work work) -> decltype(work(std::declval<Store&>()));

  // Checks the store slice by slice whenever nothing else waits, if it was not closed properly;
  // `done` is called with OK or kDataLoss (or kUnavailable when the thread closes first).
  void CheckIntegrity(std::function<void(absl::Status)> done) JALON_EXCLUDES(mu_);

  // The store no longer takes writes; see Store::failed.
  bool failed() const { return failed_.load(std::memory_order_acquire); }

  // Refuses new requests, serves those that wait, closes the store and joins the thread. May be
  // called twice. Never call it from a callback of this class.
  absl::Status Close() JALON_EXCLUDES(mu_);

 private:
  using Task = std::function<void(absl::StatusOr<Store*>)>;
  struct Write {
    Transaction transaction;
    ApplyCallback done;
    int64_t bytes = 0;
  };
  // What the thread takes out of the queue in one go: all writes first, then all tasks.
  struct Batch {
    std::vector<Write> writes;
    std::vector<Task> tasks;
  };

  void Loop();
  Batch TakeBatch() JALON_REQUIRES(mu_);
  void Commit(std::vector<Write> writes);
  void Submit(Task task) JALON_EXCLUDES(mu_);
  void SliceIntegrity();
  void FinishIntegrity(absl::Status status);
  void WatchForFailure(const absl::Status& status);
  absl::Status Admit(int64_t bytes) const JALON_REQUIRES(mu_);
  template <typename Result, typename Function>
  Result RunAndWait(Function function);

  const StoreThreadOptions options_;
  std::atomic<bool> failed_{false};
  // Used by the thread only.
  std::unique_ptr<Store> store_;
  std::function<void(absl::Status)> integrity_done_;

  Mutex mu_;
  CondVar wake_;
  std::deque<Write> writes_ JALON_GUARDED_BY(mu_);
  std::deque<Task> tasks_ JALON_GUARDED_BY(mu_);
  int64_t queued_bytes_ JALON_GUARDED_BY(mu_) = 0;
  bool closing_ JALON_GUARDED_BY(mu_) = false;
  absl::Status close_status_ JALON_GUARDED_BY(mu_);
  std::thread thread_;
};

template <typename Result, typename Function>
Result StoreThread::RunAndWait(Function function) {
  Mutex mu;
  CondVar answered;
  std::optional<Result> result;
  Submit([&](absl::StatusOr<Store*> store) {
    Result value = store.ok() ? Result(function(**store)) : Result(store.status());
    MutexLock lock(mu);
    result = std::move(value);
    answered.NotifyAll();
  });
  MutexLock lock(mu);
  answered.Wait(mu, [&] { return result.has_value(); });
  return *std::move(result);
}

template <typename Work>
auto StoreThread::BlockingRead(Work work) -> decltype(work(std::declval<StoreReader&>())) {
  return RunAndWait<decltype(work(std::declval<StoreReader&>()))>(std::move(work));
}

template <typename Work>
auto StoreThread::BlockingMaintain(Work work) -> decltype(work(std::declval<Store&>())) {
  return RunAndWait<decltype(work(std::declval<Store&>()))>(std::move(work));
}

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_STORE_THREAD_H_
