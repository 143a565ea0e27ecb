#include "server/store/store_thread.h"

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

int64_t Bytes(const Mutation& mutation) {
  if (const auto* blob = std::get_if<PutBlob>(&mutation)) return blob->bytes.size();
  if (const auto* put = std::get_if<PutResource>(&mutation)) return put->payload.size();
  return 0;
}

int64_t Bytes(const Transaction& transaction) {
  int64_t bytes = 0;
  for (const Mutation& mutation : transaction.mutations) bytes += Bytes(mutation);
  return bytes;
}

absl::Status Closed() { return absl::UnavailableError("the store is closed"); }

}  // namespace

StoreThread::StoreThread(std::unique_ptr<Store> store, StoreThreadOptions options)
    : options_(std::move(options)), store_(std::move(store)) {
  thread_ = std::thread([this] { Loop(); });
}

StoreThread::~StoreThread() { Close().IgnoreError(); }

void StoreThread::Apply(Transaction transaction, ApplyCallback done) {
  const int64_t bytes = Bytes(transaction);
  absl::Status refused;
  {
    MutexLock lock(mu_);
    refused = Admit(bytes);
    if (refused.ok()) {
      queued_bytes_ += bytes;
      writes_.push_back({std::move(transaction), std::move(done), bytes});
    }
  }
  if (!refused.ok()) return done(refused);
  wake_.NotifyOne();
}

void StoreThread::Read(std::function<void(absl::StatusOr<StoreReader*>)> work) {
  Submit([work = std::move(work)](absl::StatusOr<Store*> store) {
    if (!store.ok()) return work(store.status());
    work(*store);
  });
}

absl::StatusOr<ApplyResult> StoreThread::BlockingApply(Transaction transaction) {
  Mutex mu;
  CondVar answered;
  std::optional<absl::StatusOr<ApplyResult>> result;
  Apply(std::move(transaction), [&](absl::StatusOr<ApplyResult> value) {
    MutexLock lock(mu);
    result = std::move(value);
    answered.NotifyAll();
  });
  MutexLock lock(mu);
  answered.Wait(mu, [&] { return result.has_value(); });
  return *std::move(result);
}

void StoreThread::CheckIntegrity(std::function<void(absl::Status)> done) {
  Submit([this, done = std::move(done)](absl::StatusOr<Store*> store) {
    if (!store.ok()) return done(store.status());
    if (integrity_done_) return done(absl::FailedPreconditionError("a check is running already"));
    integrity_done_ = done;
  });
}

absl::Status StoreThread::Close() {
  {
    MutexLock lock(mu_);
    closing_ = true;
  }
  wake_.NotifyOne();
  if (thread_.joinable()) thread_.join();
  MutexLock lock(mu_);
  return close_status_;
}

absl::Status StoreThread::Admit(int64_t bytes) const {
  if (closing_) return Closed();
  const int64_t waiting = writes_.size() + tasks_.size();
  if (waiting >= options_.max_queued_requests) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the store is busy: ", waiting, " requests wait, at most ", options_.max_queued_requests));
  }
  // A single transaction larger than the limit passes when nothing else waits.
  if (queued_bytes_ > 0 && queued_bytes_ + bytes > options_.max_queued_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the store is busy: ", queued_bytes_, " bytes wait, at most ", options_.max_queued_bytes));
  }
  return absl::OkStatus();
}

void StoreThread::Submit(Task task) {
  absl::Status refused;
  {
    MutexLock lock(mu_);
    refused = Admit(0);
    if (refused.ok()) tasks_.push_back(std::move(task));
  }
  if (!refused.ok()) return task(refused);
  wake_.NotifyOne();
}

StoreThread::Batch StoreThread::TakeBatch() {
  Batch batch;
  while (!writes_.empty() && static_cast<int64_t>(batch.writes.size()) < options_.max_batch) {
    queued_bytes_ -= writes_.front().bytes;
    batch.writes.push_back(std::move(writes_.front()));
    writes_.pop_front();
  }
  // Tasks wait for the writes asked for before it.
  if (!writes_.empty()) return batch;
  batch.tasks.assign(std::make_move_iterator(tasks_.begin()),
                     std::make_move_iterator(tasks_.end()));
  tasks_.clear();
  return batch;
}

void StoreThread::Loop() {
  for (;;) {
    Batch batch;
    bool last;
    {
      MutexLock lock(mu_);
      wake_.Wait(mu_, [this] {
        mu_.AssertHeld();
        return closing_ || integrity_done_ || !writes_.empty() || !tasks_.empty();
      });
      last = closing_ && writes_.empty() && tasks_.empty();
      if (!last) batch = TakeBatch();
    }
    if (last) break;
    const bool idle = batch.writes.empty() && batch.tasks.empty();
    Commit(std::move(batch.writes));
    for (Task& task : batch.tasks) task(store_.get());
    WatchForFailure(absl::UnavailableError("the store has failed"));
    if (idle) SliceIntegrity();
  }
  FinishIntegrity(Closed());
  absl::Status closed = store_->Close();
  MutexLock lock(mu_);
  close_status_ = std::move(closed);
}

void StoreThread::Commit(std::vector<Write> writes) {
  if (writes.empty()) return;
  std::vector<Transaction> transactions;
  transactions.reserve(writes.size());
  for (Write& write : writes) transactions.push_back(std::move(write.transaction));
  std::vector<absl::StatusOr<ApplyResult>> results = store_->ApplyAll(transactions);
  WatchForFailure(results.front().status());
  for (size_t i = 0; i < writes.size(); ++i) writes[i].done(std::move(results[i]));
}

void StoreThread::SliceIntegrity() {
  if (!integrity_done_) return;
  const absl::StatusOr<IntegrityProgress> progress = store_->IntegritySlice();
  if (!progress.ok()) {
    WatchForFailure(progress.status());
    return FinishIntegrity(progress.status());
  }
  if (progress->done) FinishIntegrity(absl::OkStatus());
}

void StoreThread::FinishIntegrity(absl::Status status) {
  if (integrity_done_) std::exchange(integrity_done_, nullptr)(std::move(status));
}

void StoreThread::WatchForFailure(const absl::Status& status) {
  if (failed() || !store_->failed()) return;
  failed_.store(true, std::memory_order_release);
  if (options_.on_failed) options_.on_failed(status);
}

}  // namespace jalon::server
