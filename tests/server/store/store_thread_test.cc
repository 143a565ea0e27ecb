#include "server/store/store_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/memory_store.h"
#include "tests/support/fake_clock.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Opens once.
class Gate {
 public:
  void Open() {
    MutexLock lock(mu_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [this] { return open_; });
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool open_ = false;
};

// A memory store that counts commits and can be told to fail or to find damage.
class FakeStore final : public Store {
 public:
  explicit FakeStore(const Clock& clock) : store_(NewMemoryStore(clock)) {}

  absl::StatusOr<Resource> GetResource(absl::string_view name) override {
    return store_->GetResource(name);
  }
  absl::StatusOr<ListPage> ListResources(const ListQuery& query) override {
    return store_->ListResources(query);
  }
  absl::StatusOr<std::vector<Sha256Digest>> GetResourceBlobs(absl::string_view name) override {
    return store_->GetResourceBlobs(name);
  }
  absl::StatusOr<std::string> GetBlob(const Sha256Digest& sha256) override {
    return store_->GetBlob(sha256);
  }
  absl::StatusOr<bool> HasBlob(const Sha256Digest& sha256) override {
    return store_->HasBlob(sha256);
  }
  absl::StatusOr<std::optional<RequestId>> FindRequest(absl::string_view principal,
                                                       absl::string_view id) override {
    return store_->FindRequest(principal, id);
  }
  absl::StatusOr<std::vector<AuditRow>> ListAudit(int64_t after_seq, int32_t limit) override {
    return store_->ListAudit(after_seq, limit);
  }
  absl::StatusOr<StoreStats> Stats() override { return store_->Stats(); }
  std::vector<absl::StatusOr<ApplyResult>> ApplyAll(
      std::span<const Transaction> transactions) override {
    batches.push_back(transactions.size());
    if (fail_next) failed_ = true;
    if (!failed_) return store_->ApplyAll(transactions);
    const absl::Status status =
        std::exchange(fail_next, false) ? absl::UnknownError("disk") : absl::UnavailableError("f");
    return std::vector<absl::StatusOr<ApplyResult>>(transactions.size(), status);
  }
  absl::StatusOr<GarbageResult> CollectGarbage(const GarbageQuery& query) override {
    return store_->CollectGarbage(query);
  }
  absl::Status VerifyAudit() override { return store_->VerifyAudit(); }
  absl::StatusOr<IntegrityProgress> IntegritySlice() override {
    if (slices == damaged_slice) return absl::DataLossError("damage");
    return IntegrityProgress{.done = ++slices >= 5};
  }
  bool failed() const override { return failed_; }
  absl::Status Close() override {
    closed = true;
    return store_->Close();
  }

  std::vector<size_t> batches;
  bool fail_next = false;
  int slices = 0;
  int damaged_slice = -1;
  bool closed = false;

 private:
  std::unique_ptr<Store> store_;
  bool failed_ = false;
};

class StoreThreadTest : public ::testing::Test {
 protected:
  void Start(StoreThreadOptions options = {}) {
    auto store = std::make_unique<FakeStore>(clock_);
    fake_ = store.get();
    thread_ = std::make_unique<StoreThread>(std::move(store), std::move(options));
  }
  // Keeps the store thread busy until `gate` opens; returns once it is.
  void Hold(Gate& gate) {
    Gate busy;
    thread_->Read([&](absl::StatusOr<StoreReader*>) {
      busy.Open();
      gate.Pass();
    });
    busy.Pass();
  }
  static Transaction Put(std::string name, std::string payload = "") {
    return {{PutResource{std::move(name), "", std::move(payload)}}, std::nullopt};
  }

  FakeClock clock_;
  FakeStore* fake_ = nullptr;
  std::unique_ptr<StoreThread> thread_;
};

TEST_F(StoreThreadTest, WritesAndReadsBack) {
  Start();
  ASSERT_TRUE(thread_->BlockingApply(Put("networks/fr", "payload")).ok());
  const absl::StatusOr<Resource> resource =
      thread_->BlockingRead([](StoreReader& reader) { return reader.GetResource("networks/fr"); });
  ASSERT_TRUE(resource.ok()) << resource.status();
  EXPECT_EQ(resource->payload, "payload");
}

TEST_F(StoreThreadTest, CommitsEverythingThatWaitsAtOnce) {
  Start();
  Gate gate;
  Hold(gate);
  std::atomic<int> answered{0};
  for (int i = 0; i < 10; ++i) {
    thread_->Apply(Put(absl::StrCat("networks/n", i)), [&](absl::StatusOr<ApplyResult> result) {
      EXPECT_TRUE(result.ok());
      ++answered;
    });
  }
  EXPECT_EQ(answered, 0);
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_EQ(answered, 10);
  EXPECT_THAT(fake_->batches, ElementsAre(10));
}

TEST_F(StoreThreadTest, BoundsTheSizeOfACommit) {
  Start({.max_batch = 4});
  Gate gate;
  Hold(gate);
  for (int i = 0; i < 10; ++i) {
    thread_->Apply(Put(absl::StrCat("networks/n", i)), [](absl::StatusOr<ApplyResult>) {});
  }
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_THAT(fake_->batches, ElementsAre(4, 4, 2));
}

TEST_F(StoreThreadTest, AnswersEachTransactionOfACommitByItself) {
  Start();
  Gate gate;
  Hold(gate);
  std::vector<absl::StatusCode> codes;
  const auto note = [&](absl::StatusOr<ApplyResult> result) {
    codes.push_back(result.status().code());
  };
  thread_->Apply(Put("networks/fr"), note);
  thread_->Apply({{PutResource{"networks/fr", "", "", Expect::Absent()}}, std::nullopt}, note);
  thread_->Apply(Put("networks/de"), note);
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kOk, absl::StatusCode::kAlreadyExists,
                                 absl::StatusCode::kOk));
}

TEST_F(StoreThreadTest, ShowsAReadTheWritesAskedForBefore) {
  Start({.max_batch = 2});
  Gate gate;
  Hold(gate);
  for (int i = 0; i < 5; ++i) {
    thread_->Apply(Put(absl::StrCat("networks/n", i)), [](absl::StatusOr<ApplyResult>) {});
  }
  int64_t seen = -1;
  thread_->Read([&](absl::StatusOr<StoreReader*> reader) { seen = (*reader)->Stats()->resources; });
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_EQ(seen, 5);
}

TEST_F(StoreThreadTest, RefusesWhatDoesNotFitInItsQueue) {
  Start({.max_queued_requests = 2});
  Gate gate;
  Hold(gate);
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    thread_->Apply(Put(absl::StrCat("networks/n", i)), [&](absl::StatusOr<ApplyResult> result) {
      refused += result.status().code() == absl::StatusCode::kResourceExhausted;
    });
  }
  EXPECT_EQ(refused, 3);
  absl::Status read;
  thread_->Read([&](absl::StatusOr<StoreReader*> reader) { read = reader.status(); });
  EXPECT_EQ(read.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.message()), HasSubstr("2 requests wait, at most 2"));
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_EQ(refused, 3);
}

TEST_F(StoreThreadTest, RefusesTooManyBytesButNotOneLargeTransaction) {
  Start({.max_queued_bytes = 1000});
  Gate gate;
  Hold(gate);
  std::vector<absl::StatusCode> codes;
  const auto note = [&](absl::StatusOr<ApplyResult> result) {
    codes.push_back(result.status().code());
  };
  thread_->Apply({{PutBlob{std::string(5000, 'x')}}, std::nullopt}, note);
  thread_->Apply(Put("networks/fr", "x"), note);
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kResourceExhausted));
  gate.Open();
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_EQ(codes.back(), absl::StatusCode::kOk);
}

TEST_F(StoreThreadTest, ServesWhatWaitsBeforeItCloses) {
  Start();
  Gate gate;
  Hold(gate);
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    thread_->Apply(Put(absl::StrCat("networks/n", i)),
                   [&](absl::StatusOr<ApplyResult> result) { done += result.ok(); });
  }
  std::thread closer([&] { EXPECT_TRUE(thread_->Close().ok()); });
  gate.Open();
  closer.join();
  EXPECT_EQ(done, 50);
  EXPECT_TRUE(fake_->closed);
}

TEST_F(StoreThreadTest, RefusesEverythingOnceClosed) {
  Start();
  ASSERT_TRUE(thread_->Close().ok());
  ASSERT_TRUE(thread_->Close().ok());
  EXPECT_EQ(thread_->BlockingApply(Put("networks/fr")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(
      thread_->BlockingRead([](StoreReader& reader) { return reader.Stats(); }).status().code(),
      absl::StatusCode::kUnavailable);
}

TEST_F(StoreThreadTest, LetsACallbackAskForMore) {
  Start();
  Gate done;
  thread_->Apply(Put("networks/fr"), [&](absl::StatusOr<ApplyResult>) {
    thread_->Apply(Put("networks/fr/runs/a"), [&](absl::StatusOr<ApplyResult>) { done.Open(); });
  });
  done.Pass();
  EXPECT_EQ(thread_->BlockingRead([](StoreReader& reader) { return reader.Stats(); })->resources,
            2);
}

TEST_F(StoreThreadTest, TellsOnceThatTheStoreHasFailed) {
  std::vector<absl::StatusCode> told;
  Start({.on_failed = [&](const absl::Status& status) { told.push_back(status.code()); }});
  fake_->fail_next = true;
  EXPECT_FALSE(thread_->failed());
  EXPECT_EQ(thread_->BlockingApply(Put("networks/fr")).status().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(thread_->failed());
  EXPECT_EQ(thread_->BlockingApply(Put("networks/fr")).status().code(),
            absl::StatusCode::kUnavailable);
  thread_->Close().IgnoreError();
  EXPECT_THAT(told, ElementsAre(absl::StatusCode::kUnknown));
}

TEST_F(StoreThreadTest, ChecksTheStoreToTheEndBetweenOtherWork) {
  Start();
  Gate checked;
  absl::Status result = absl::UnknownError("not called");
  thread_->CheckIntegrity([&](absl::Status status) {
    result = status;
    checked.Open();
  });
  EXPECT_TRUE(thread_->BlockingApply(Put("networks/fr")).ok());
  checked.Pass();
  EXPECT_TRUE(result.ok()) << result;
  EXPECT_EQ(thread_->BlockingMaintain([&](Store&) -> absl::StatusOr<int> { return fake_->slices; })
                .value(),
            5);
}

TEST_F(StoreThreadTest, ReportsDamage) {
  Start();
  thread_->BlockingMaintain([&](Store&) -> absl::StatusOr<int> { return fake_->damaged_slice = 2; })
      .IgnoreError();
  Gate checked;
  absl::Status result;
  thread_->CheckIntegrity([&](absl::Status status) {
    result = status;
    checked.Open();
  });
  checked.Pass();
  EXPECT_EQ(result.code(), absl::StatusCode::kDataLoss);
}

TEST_F(StoreThreadTest, EndsAnUnfinishedCheckWhenItCloses) {
  Start();
  Gate gate;
  Hold(gate);
  absl::Status result;
  thread_->CheckIntegrity([&](absl::Status status) { result = status; });
  std::thread closer([&] { thread_->Close().IgnoreError(); });
  // Closing has begun once a request is refused for it.
  std::atomic<bool> refused{false};
  while (!refused) {
    thread_->Read([&](absl::StatusOr<StoreReader*> reader) {
      if (reader.status().code() == absl::StatusCode::kUnavailable) refused = true;
    });
    std::this_thread::yield();
  }
  gate.Open();
  closer.join();
  EXPECT_EQ(result.code(), absl::StatusCode::kUnavailable);
}

TEST_F(StoreThreadTest, ServesManyThreads) {
  Start();
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        done += thread_->BlockingApply(Put(absl::StrCat("networks/n", t, "-", i))).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 400);
}

}  // namespace
}  // namespace jalon::server
