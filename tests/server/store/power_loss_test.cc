// What is acknowledged survives the power failing at any moment; what a failing disk answers is
// true or "unknown".

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "server/store/sqlite_store.h"
#include "tests/server/store/ledger.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using Synchronous = SqliteStoreOptions::Synchronous;

// A small checkpoint threshold, so that cuts fall inside checkpoints too.
constexpr int64_t kCheckpointPages = 40;
constexpr int64_t kEntries = 40;

// What the clients of a store were told.
struct Told {
  std::set<int64_t> acknowledged;
  std::set<int64_t> refused;  // told that nothing was done
  std::set<int64_t> unknown;
};

class PowerLossTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> Open(const TempDir& dir, const std::string& vfs,
                                              Synchronous synchronous = Synchronous::kFull) {
    return OpenSqliteStore({.directory = dir.path(),
                            .clock = &clock_,
                            .checkpoint_pages = kCheckpointPages,
                            .synchronous = synchronous,
                            .vfs = vfs});
  }

  // Writes entries in batches of 1 to 3 and notes the answers.
  Told WriteEntries(Store& store, std::mt19937_64& random) {
    Told told;
    for (int64_t next = 0; next < kEntries;) {
      std::vector<Transaction> batch;
      const int64_t first = next;
      for (int64_t n = 1 + random() % 3; n > 0 && next < kEntries; --n) {
        batch.push_back(LedgerTransaction(next++));
      }
      const auto results = store.ApplyAll(batch);
      for (int64_t entry = first; entry < next; ++entry) {
        const absl::Status status = results[entry - first].status();
        auto& place = status.ok()                                   ? told.acknowledged
                      : status.code() == absl::StatusCode::kUnknown ? told.unknown
                                                                    : told.refused;
        place.insert(entry);
      }
    }
    return told;
  }

  // One life of a store until the power fails at operation `cut`, and what is wrong afterwards.
  std::string ProblemAfterCut(uint64_t seed, int64_t cut, Synchronous synchronous) {
    TempDir dir;
    std::mt19937_64 random(seed);
    CrashVfs vfs(seed);
    vfs.PowerOffAt(cut);
    Told told;
    if (auto store = Open(dir, vfs.name(), synchronous); store.ok()) {
      told = WriteEntries(**store, random);
    }
    vfs.Crash();
    return ProblemAfterReopening(dir, told.acknowledged);
  }

  // Reopens on the default file system, as a restarted server would.
  std::string ProblemAfterReopening(const TempDir& dir, const std::set<int64_t>& acknowledged) {
    {
      const auto store = Open(dir, "");
      if (!store.ok()) return store.status().ToString();
      std::string problem = LedgerProblem(**store, acknowledged, kEntries);
      if (!problem.empty()) return problem;
    }
    const std::string check = IntegrityCheckOfFile(dir.path());
    return check == "ok" ? "" : check;
  }

  // Operations of a whole life: cuts are drawn from 1 to this number.
  int64_t OperationsOfOneLife(Synchronous synchronous) {
    TempDir dir;
    std::mt19937_64 random(0);
    CrashVfs vfs(0);
    {
      auto store = Open(dir, vfs.name(), synchronous);
      EXPECT_TRUE(store.ok()) << store.status();
      EXPECT_EQ(WriteEntries(**store, random).acknowledged.size(), kEntries);
    }
    return vfs.operations();
  }

  FakeClock clock_;
};

TEST_F(PowerLossTest, LosesNothingAcknowledgedAtTwoHundredCuts) {
  const int64_t operations = OperationsOfOneLife(Synchronous::kFull);
  std::mt19937_64 random(20260102);
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const int64_t cut = 1 + random() % operations;
    EXPECT_EQ(ProblemAfterCut(seed, cut, Synchronous::kFull), "") << "cut " << cut;
  }
  std::cout << "200 cuts among " << operations << " operations\n";
}

// The control: without syncs the same test must fail, or it proves nothing.
TEST_F(PowerLossTest, LosesAcknowledgedWritesWithoutSyncs) {
  const int64_t operations = OperationsOfOneLife(Synchronous::kOff);
  std::mt19937_64 random(20260102);
  int lost = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const int64_t cut = 1 + random() % operations;
    lost += !ProblemAfterCut(seed, cut, Synchronous::kOff).empty();
  }
  std::cout << lost << " of 50 cuts broke the store without syncs\n";
  EXPECT_GT(lost, 0);
}

class DiskFaultTest : public PowerLossTest {
 protected:
  // One life with a fault after opening, then a crash; checks that every answer was true.
  Told LiveThrough(const CrashVfs::Fault& fault, uint64_t seed) {
    TempDir dir;
    std::mt19937_64 random(seed);
    CrashVfs vfs(seed);
    Told told;
    {
      auto store = Open(dir, vfs.name());
      EXPECT_TRUE(store.ok()) << store.status();
      vfs.FailAt(fault);
      told = WriteEntries(**store, random);
      failed_ = (*store)->failed();
    }
    vfs.Crash();
    EXPECT_EQ(ProblemAfterReopening(dir, told.acknowledged), "") << "fault at " << fault.at;
    ExpectRefusedAreAbsent(dir, told);
    return told;
  }

  void ExpectRefusedAreAbsent(const TempDir& dir, const Told& told) {
    auto store = Open(dir, "");
    ASSERT_TRUE(store.ok()) << store.status();
    for (const int64_t entry : told.refused) {
      EXPECT_EQ(*FindLedgerEntry(**store, entry), LedgerFound::kNothing) << entry;
    }
  }

  bool failed_ = false;
};

TEST_F(DiskFaultTest, SurvivesAFullDiskAndGoesOnWhenThereIsRoomAgain) {
  for (int64_t at = 1; at <= 60; at += 3) {
    const Told told = LiveThrough({.at = at, .code = SQLITE_FULL}, at);
    EXPECT_FALSE(failed_);
    EXPECT_TRUE(told.unknown.empty());
    EXPECT_LE(told.refused.size(), 3u);
    EXPECT_GE(told.acknowledged.size(), kEntries - 3u);
  }
}

TEST_F(DiskFaultTest, RefusesEveryWriteWhileTheDiskIsFull) {
  for (int64_t at = 1; at <= 60; at += 6) {
    const Told told = LiveThrough({.at = at, .code = SQLITE_FULL, .persistent = true}, at);
    EXPECT_FALSE(failed_);
    EXPECT_TRUE(told.unknown.empty());
    EXPECT_FALSE(told.refused.empty());
  }
}

TEST_F(DiskFaultTest, StopsWritingAfterAWriteError) {
  for (int64_t at = 1; at <= 60; at += 3) {
    const Told told = LiveThrough({.at = at, .code = SQLITE_IOERR_WRITE}, at);
    EXPECT_TRUE(failed_);
    EXPECT_LE(told.unknown.size(), 3u);
    EXPECT_FALSE(told.refused.empty());
  }
}

TEST_F(DiskFaultTest, SaysUnknownOnceAfterASyncError) {
  using Operation = CrashVfs::Operation;
  for (int64_t at = 1; at <= 15; ++at) {
    const Told told =
        LiveThrough({.at = at, .code = SQLITE_IOERR_FSYNC, .kind = Operation::kSync}, at);
    EXPECT_TRUE(failed_);
    EXPECT_LE(told.unknown.size(), 3u);
    EXPECT_FALSE(told.refused.empty());
  }
}

}  // namespace
}  // namespace jalon::server
