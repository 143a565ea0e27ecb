#include "server/store/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> TryOpen() {
    return OpenSqliteStore({.directory = dir_.path(), .clock = &clock_, .checkpoint_pages = 100});
  }
  std::unique_ptr<Store> Open() {
    auto store = TryOpen();
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  // Runs SQL on the closed file, as a vandal would.
  void Vandalise(const std::string& sql) { SQLite::Database(File(), kReadWrite).exec(sql); }
  std::string Ask(const std::string& sql) {
    return SQLite::Database(File(), kReadWrite).execAndGet(sql).getString();
  }
  std::string File() const { return dir_.path() + "/jalon.db"; }
  // Leaves the mark of a process that was killed.
  void PretendItWasKilled() { Vandalise("UPDATE meta SET value = 1 WHERE key = 'open'"); }

  absl::Status CheckAll(Store& store, IntegrityProgress* last = nullptr) {
    for (;;) {
      const absl::StatusOr<IntegrityProgress> progress = store.IntegritySlice();
      if (!progress.ok()) return progress.status();
      if (last != nullptr) *last = *progress;
      if (progress->done) return absl::OkStatus();
    }
  }

  static constexpr int kReadWrite = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  TempDir dir_;
  FakeClock clock_;
};

Transaction Put(std::string name, std::string payload = "") {
  return {{PutResource{std::move(name), "S", std::move(payload)}}, std::nullopt};
}

Transaction Audit(std::string method) {
  return {{AppendAudit{{"p", std::move(method), "r", {}, 0}}}, std::nullopt};
}

TEST_F(SqliteStoreTest, KeepsEverythingAcrossReopening) {
  const RequestId request{"p", "id", "m", Sha256("q"), "networks/fr"};
  Resource before;
  {
    const auto store = Open();
    ASSERT_TRUE(store
                    ->Apply({{PutBlob{"abc"},
                              PutResource{"networks/fr", "S", "payload", {}, {{Sha256("abc")}}},
                              AppendAudit{{"p", "m", "r", {}, 0}}},
                             request})
                    .ok());
    before = *store->GetResource("networks/fr");
  }
  const auto store = Open();
  EXPECT_EQ(*store->GetResource("networks/fr"), before);
  EXPECT_EQ(*store->GetBlob(Sha256("abc")), "abc");
  EXPECT_EQ(*store->FindRequest("p", "id"), request);
  EXPECT_EQ(store->Stats()->audit_rows, 1);
  EXPECT_GT(store->Apply(Put("networks/de"))->puts[0].generation, before.generation);
}

TEST_F(SqliteStoreTest, HonoursAPageTokenAcrossReopening) {
  ListQuery query{.kind = "runs", .page_size = 1};
  {
    const auto store = Open();
    ASSERT_TRUE(store->Apply(Put("networks/fr/runs/a")).ok());
    ASSERT_TRUE(store->Apply(Put("networks/fr/runs/b")).ok());
    query.page_token = store->ListResources(query)->next_page_token;
  }
  EXPECT_EQ(Open()->ListResources(query)->resources.at(0).name, "networks/fr/runs/b");
}

TEST_F(SqliteStoreTest, CreatesItsDirectory) {
  const std::string directory = dir_.path() + "/data";
  EXPECT_TRUE(OpenSqliteStore({.directory = directory, .clock = &clock_}).ok());
  EXPECT_TRUE(std::filesystem::exists(directory + "/jalon.db"));
}

TEST_F(SqliteStoreTest, RefusesASecondServerOnTheSameDirectory) {
  const auto store = Open();
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is in use by process"));
}

TEST_F(SqliteStoreTest, LocksOtherProgramsOutOfTheFile) {
  const auto store = Open();
  SQLite::Database intruder(File(), kReadWrite);
  EXPECT_THROW(intruder.execAndGet("SELECT count(*) FROM resources"), SQLite::Exception);
}

TEST_F(SqliteStoreTest, KeepsItsLogIndexInMemory) {
  const auto store = Open();
  ASSERT_TRUE(store->Apply(Put("networks/fr")).ok());
  EXPECT_TRUE(std::filesystem::exists(File() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(File() + "-shm"));
}

TEST_F(SqliteStoreTest, LeavesOneFileBehind) {
  { ASSERT_TRUE(Open()->Apply(Put("networks/fr")).ok()); }
  EXPECT_FALSE(std::filesystem::exists(File() + "-wal"));
  EXPECT_EQ(Ask("PRAGMA application_id"), absl::StrCat(0x4A414C4E));
  EXPECT_EQ(Ask("PRAGMA user_version"), "1");
  EXPECT_EQ(Ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteStoreTest, RefusesANewerSchema) {
  { Open(); }
  Vandalise("PRAGMA user_version = 1000");
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("newer Jalon (schema 1000"));
  EXPECT_EQ(Ask("PRAGMA user_version"), "1000");
}

TEST_F(SqliteStoreTest, RefusesTheFileOfAnotherProgram) {
  Vandalise("CREATE TABLE theirs (x)");
  const absl::Status status = TryOpen().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not a Jalon store"));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  { std::ofstream(File()) << std::string(10'000, 'x'); }
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SqliteStoreTest, NoticesAnAlteredBlob) {
  { ASSERT_TRUE(Open()->Apply({{PutBlob{"abc"}}, std::nullopt}).ok()); }
  Vandalise("UPDATE blobs SET bytes = x'616264'");
  EXPECT_EQ(Open()->GetBlob(Sha256("abc")).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SqliteStoreTest, NoticesAnAlteredResource) {
  { ASSERT_TRUE(Open()->Apply(Put("networks/fr", "payload")).ok()); }
  for (const char* change : {"payload = x'00'", "state = 'T'", "generation = generation + 1"}) {
    Vandalise(absl::StrCat("UPDATE resources SET ", change));
    const auto store = Open();
    EXPECT_EQ(store->GetResource("networks/fr").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(store->ListResources({.kind = "networks"}).status().code(),
              absl::StatusCode::kDataLoss);
    EXPECT_TRUE(store->Apply(Put("networks/fr", "payload")).ok());
  }
}

TEST_F(SqliteStoreTest, NoticesEveryAlterationOfTheAuditTrail) {
  {
    const auto store = Open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(store->Apply(Audit(absl::StrCat("m", i))).ok());
    EXPECT_TRUE(store->VerifyAudit().ok());
  }
  const std::string original = dir_.path() + "/original";
  std::filesystem::copy_file(File(), original);
  for (const char* change : {"UPDATE audit SET principal = 'q' WHERE seq = 4",
                             "UPDATE audit SET method = 'm' WHERE seq = 1",
                             "UPDATE audit SET resource = '' WHERE seq = 10",
                             "UPDATE audit SET outcome_code = 7 WHERE seq = 5",
                             "UPDATE audit SET time_us = time_us + 1 WHERE seq = 5",
                             "UPDATE audit SET request_sha256 = randomblob(32) WHERE seq = 2",
                             "UPDATE audit SET sha256 = zeroblob(32) WHERE seq = 10",
                             "UPDATE audit SET prev_sha256 = zeroblob(32) WHERE seq = 3",
                             "DELETE FROM audit WHERE seq = 1", "DELETE FROM audit WHERE seq = 6",
                             "UPDATE audit SET seq = 11 WHERE seq = 9"}) {
    std::filesystem::copy_file(original, File(), std::filesystem::copy_options::overwrite_existing);
    Vandalise("DROP TRIGGER audit_is_never_updated; DROP TRIGGER audit_is_never_deleted");
    Vandalise(change);
    EXPECT_EQ(Open()->VerifyAudit().code(), absl::StatusCode::kDataLoss) << change;
  }
}

TEST_F(SqliteStoreTest, RefusesToRewriteTheAuditTrail) {
  { ASSERT_TRUE(Open()->Apply(Audit("m")).ok()); }
  EXPECT_THROW(Vandalise("UPDATE audit SET method = 'x'"), SQLite::Exception);
  EXPECT_THROW(Vandalise("DELETE FROM audit"), SQLite::Exception);
}

TEST_F(SqliteStoreTest, ChecksNothingAfterAProperClose) {
  { ASSERT_TRUE(Open()->Apply(Put("networks/fr")).ok()); }
  const auto store = Open();
  const absl::StatusOr<IntegrityProgress> progress = store->IntegritySlice();
  ASSERT_TRUE(progress.ok());
  EXPECT_TRUE(progress->done);
  EXPECT_EQ(progress->rows_checked, 0);
}

TEST_F(SqliteStoreTest, ChecksEverythingAfterAKill) {
  {
    const auto store = Open();
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(store->Apply(Put(absl::StrCat("networks/n", i))).ok());
      ASSERT_TRUE(store->Apply({{PutBlob{absl::StrCat("blob ", i)}}, std::nullopt}).ok());
      ASSERT_TRUE(store->Apply(Audit("m")).ok());
    }
  }
  PretendItWasKilled();
  const auto store = Open();
  EXPECT_FALSE(store->IntegritySlice()->done);
  IntegrityProgress last;
  EXPECT_TRUE(CheckAll(*store, &last).ok());
  EXPECT_EQ(last.rows_checked, 9);
  EXPECT_EQ(last.bytes_checked, 18);
}

TEST_F(SqliteStoreTest, ChecksAgainWhenTheCheckWasNotFinished) {
  { Open(); }
  PretendItWasKilled();
  {
    const auto store = Open();
    EXPECT_FALSE(store->IntegritySlice()->done);
  }
  {
    const auto store = Open();
    EXPECT_FALSE(store->IntegritySlice()->done);
    EXPECT_TRUE(CheckAll(*store).ok());
  }
  EXPECT_TRUE(Open()->IntegritySlice()->done);
}

TEST_F(SqliteStoreTest, FindsWhatIsDamagedInTheCheck) {
  for (const char* change :
       {"UPDATE blobs SET bytes = x'00'", "UPDATE resources SET payload = x'00'",
        "DROP TRIGGER audit_is_never_updated; UPDATE audit SET method = 'x'"}) {
    TempDir dir;
    const SqliteStoreOptions options{.directory = dir.path(), .clock = &clock_};
    {
      const auto store = OpenSqliteStore(options);
      ASSERT_TRUE((*store)->Apply(Put("networks/fr", "payload")).ok());
      ASSERT_TRUE((*store)->Apply(Audit("m")).ok());
      ASSERT_TRUE((*store)->Apply({{PutBlob{"abc"}}, std::nullopt}).ok());
    }
    SQLite::Database(dir.path() + "/jalon.db", kReadWrite)
        .exec(absl::StrCat(change, "; UPDATE meta SET value = 1 WHERE key = 'open'"));
    const auto store = OpenSqliteStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(CheckAll(**store).code(), absl::StatusCode::kDataLoss) << change;
  }
}

TEST_F(SqliteStoreTest, NeverServesAFlippedByteAsTruth) {
  const std::string payload(500, 'p'), blob(5000, 'b');
  {
    const auto store = Open();
    ASSERT_TRUE(
        store->Apply({{PutResource{"networks/fr", "S", payload}, PutBlob{blob}}, std::nullopt})
            .ok());
  }
  const std::string original = dir_.path() + "/original";
  std::filesystem::copy_file(File(), original);
  const int64_t size = std::filesystem::file_size(File());
  int served = 0;
  for (int64_t at = 4096; at < size; at += 197) {
    std::filesystem::copy_file(original, File(), std::filesystem::copy_options::overwrite_existing);
    std::fstream file(File(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(at);
    file.put(byte);
    file.close();
    // Hundreds of openings: no syncs, for speed.
    const auto store = OpenSqliteStore({.directory = dir_.path(),
                                        .clock = &clock_,
                                        .synchronous = SqliteStoreOptions::Synchronous::kOff});
    if (!store.ok()) continue;
    const auto resource = (*store)->GetResource("networks/fr");
    const auto bytes = (*store)->GetBlob(Sha256(blob));
    EXPECT_TRUE(!resource.ok() || resource->payload == payload) << at;
    EXPECT_TRUE(!bytes.ok() || *bytes == blob) << at;
    served += resource.ok() && bytes.ok();
  }
  EXPECT_GT(served, 0);
}

TEST_F(SqliteStoreTest, KeepsItsLogShort) {
  const auto store = Open();
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(store->Apply(Put(absl::StrCat("networks/n", i), std::string(5000, 'x'))).ok());
  }
  // 300 puts of 5 KB are 1.5 MB and more of log without checkpoints; 100 pages are 0.4 MB.
  EXPECT_LT(std::filesystem::file_size(File() + "-wal"), 700'000u);
}

double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// The promise is 1 s on the machine of reference; the bound leaves room for a loaded one.
TEST_F(SqliteStoreTest, OpensAndListsAHundredThousandRunsAtOnce) {
  {
    const auto store = Open();
    for (int block = 0; block < 100; ++block) {
      std::vector<Transaction> batch;
      for (int i = 0; i < 1000; ++i) {
        batch.push_back(
            Put(absl::StrCat("networks/fr/runs/r", block * 1000 + i), std::string(300, 'x')));
      }
      ASSERT_TRUE(store->ApplyAll(batch).back().ok());
      clock_.Advance(absl::Milliseconds(1));
    }
    ASSERT_TRUE(
        store->Apply({{PutResource{"networks/fr/runs/left", "RUNNING", ""}}, std::nullopt}).ok());
  }
  PretendItWasKilled();
  const auto start = std::chrono::steady_clock::now();
  const auto store = Open();
  const double opened = MillisecondsSince(start);
  EXPECT_EQ(store->ListResources({.kind = "runs", .parent = "networks/fr"})->resources.size(), 50u);
  EXPECT_EQ(store->ListResources({.kind = "runs", .state = "RUNNING"})->resources.size(), 1u);
  const double listed = MillisecondsSince(start);
  double slowest = 0;
  for (bool done = false; !done;) {
    const auto slice = std::chrono::steady_clock::now();
    const absl::StatusOr<IntegrityProgress> progress = store->IntegritySlice();
    ASSERT_TRUE(progress.ok()) << progress.status();
    done = progress->done;
    slowest = std::max(slowest, MillisecondsSince(slice));
  }
  std::cout << "100,001 runs: opened in " << opened << " ms, first lists after " << listed
            << " ms, slowest slice of the check " << slowest << " ms\n";
  EXPECT_LT(listed, 5000);
}

}  // namespace
}  // namespace jalon::server
