// What a whole server acknowledged over a channel survives the power failing at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "server/observe/log.h"
#include "server/store/sqlite_store.h"
#include "sim/base/status_macros.h"
#include "tests/server/rpc/test_server.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using Synchronous = SqliteStoreOptions::Synchronous;

// A small checkpoint threshold, so that cuts fall inside checkpoints too.
constexpr int64_t kCheckpointPages = 40;
constexpr int kRounds = 4;

// How to read what was acknowledged, by name: its bytes, or what is wrong.
using Read = std::function<std::string(TestServer&)>;
struct Promise {
  std::string bytes;
  Read read;
};
// What the client was told is done.
using Told = std::map<std::string, Promise>;

template <class Response>
std::string BytesOf(const absl::StatusOr<Response>& response) {
  return response.ok() ? response->SerializeAsString() : response.status().ToString();
}

Read ReadOfRevision(const std::string& name) {
  return [name](TestServer& server) {
    v1::ReadSeriesRequest request;
    request.set_revision(name);
    return BytesOf(server.Ask(server.networks(), &v1::NetworkService::Stub::ReadSeries, request));
  };
}

Read ReadOfSet(const std::string& name) {
  return [name](TestServer& server) {
    v1::ListObjectivesRequest request;
    request.set_parent(name);
    return BytesOf(
        server.Ask(server.objectives(), &v1::ObjectiveService::Stub::ListObjectives, request));
  };
}

Read ReadOfScenario(const std::string& name) {
  return [name](TestServer& server) {
    v1::GetScenarioRequest request;
    request.set_name(name);
    return BytesOf(
        server.Ask(server.scenarios(), &v1::ScenarioService::Stub::GetScenario, request));
  };
}

// Notes what an acknowledged call made, by what the server itself reads there; after the power has
// failed nothing can be read, and the name alone is promised.
void Note(TestServer& server, const std::string& name, Read read, Told& told) {
  const std::string bytes = read(server);
  told.emplace(name, Promise{bytes, std::move(read)});
}

void ImportValues(TestServer& server, int round, Told& told) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  NamedTexts files = SmallNetwork();
  if (round > 0) {
    options.set_mode(v1::IMPORT_MODE_APPEND);
    files = {{"realisations.csv", absl::StrCat("unit;indicator;period;value\nn1;accounts;2026-0",
                                               round + 2, ";", 10 + round, "\n")}};
  }
  const auto import = server.Import(options, files);
  if (!import.ok() || import->state() != v1::Import::STATE_SUCCEEDED) return;
  Note(server, import->revision(), ReadOfRevision(import->revision()), told);
}

void ImportSet(TestServer& server, int round, Told& told) {
  v1::ObjectiveImportOptions options;
  options.set_parent("networks/fr");
  options.set_objective_set_id(absl::StrCat("plan-", round));
  const auto import = server.ImportObjectives(
      options, {{"plan.csv", absl::StrCat("unit;indicator;window;value\nn1;accounts;2027;",
                                          100 + round, "\nn2;accounts;2027;80\n")}});
  if (!import.ok() || import->state() != v1::Import::STATE_SUCCEEDED) return;
  Note(server, import->objective_set(), ReadOfSet(import->objective_set()), told);
}

void MakeScenario(TestServer& server, int round, Told& told) {
  v1::CreateScenarioRequest request;
  request.set_parent("networks/fr");
  request.set_scenario_id(absl::StrCat("calm-", round));
  request.mutable_scenario()->set_author("anne");
  const auto made =
      server.Ask(server.scenarios(), &v1::ScenarioService::Stub::CreateScenario, request);
  if (!made.ok()) return;
  Note(server, made->name(), ReadOfScenario(made->name()), told);
}

// A day of a head office: data, objectives and scenarios, several times.
Told Work(TestServer& server) {
  Told told;
  for (int round = 0; round < kRounds; ++round) {
    ImportValues(server, round, told);
    ImportSet(server, round, told);
    MakeScenario(server, round, told);
  }
  return told;
}

class AppPowerLossTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open(const TempDir& folder, const std::string& vfs,
                              Synchronous synchronous) {
    return OpenSqliteStore({.directory = folder.path(),
                            .clock = &clock_,
                            .checkpoint_pages = kCheckpointPages,
                            .synchronous = synchronous,
                            .vfs = vfs})
        .value();
  }

  // One life of a server until the power fails at operation `cut` of its work (0: never), and what
  // is wrong in the next life.
  std::string ProblemAfterCut(uint64_t seed, int64_t cut, Synchronous synchronous) {
    TempDir folder;
    CrashVfs vfs(seed);
    Told told;
    {
      TestServer server({.store = Open(folder, vfs.name(), synchronous)});
      const int64_t before = vfs.operations();
      if (cut > 0) vfs.PowerOffAt(cut);
      told = Work(server);
      work_operations_ = vfs.operations() - before;
    }
    acknowledged_ = static_cast<int>(told.size());
    vfs.Crash();
    return ProblemInTheNextLife(folder, told);
  }

  std::string ProblemInTheNextLife(const TempDir& folder, const Told& told) {
    if (const absl::Status starts = StartOnce(folder); !starts.ok()) return starts.ToString();
    TestServer server({.store = Open(folder, "", Synchronous::kFull)});
    for (const auto& [name, promise] : told) {
      const std::string now = promise.read(server);
      if (now == promise.bytes) continue;
      // Acknowledged just before the power failed: what it held could not be read any more.
      if (IsError(promise.bytes) && !IsError(now)) continue;
      return name + " was acknowledged and is not what it was: " + now.substr(0, 200);
    }
    return "";
  }

  // Whether a server comes up on the folder at all: on a damaged file it does not.
  absl::Status StartOnce(const TempDir& folder) {
    JALON_ASSIGN_OR_RETURN(auto store,
                           OpenSqliteStore({.directory = folder.path(), .clock = &clock_}));
    JALON_ASSIGN_OR_RETURN(
        const auto app,
        App::Start({.listen_address = "", .thread_count = 1, .store = std::move(store)}, clock_,
                   log_));
    return app->Stop(absl::Seconds(5));
  }

  static bool IsError(const std::string& bytes) {
    for (const char* code : {"UNAVAILABLE", "INTERNAL", "UNKNOWN", "DATA_LOSS", "NOT_FOUND",
                             "FAILED_PRECONDITION", "DEADLINE_EXCEEDED"}) {
      if (bytes.rfind(code, 0) == 0) return true;
    }
    return false;
  }

  SystemClock clock_;
  Logger log_{LogLevel::kError, clock_};
  int64_t work_operations_ = 0;
  int acknowledged_ = 0;
};

TEST_F(AppPowerLossTest, LosesNothingAcknowledgedAtSixtyCuts) {
  ASSERT_EQ(ProblemAfterCut(0, 0, Synchronous::kFull), "");
  ASSERT_EQ(acknowledged_, 3 * kRounds);
  const int64_t operations = work_operations_;
  std::mt19937_64 random(20261128);
  int cut_short = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const int64_t cut = 1 + random() % operations;
    EXPECT_EQ(ProblemAfterCut(seed, cut, Synchronous::kFull), "") << "cut " << cut;
    cut_short += acknowledged_ < 3 * kRounds;
  }
  std::cout << "60 cuts among " << operations << " operations, " << cut_short
            << " of them before the last answer\n";
  EXPECT_GT(cut_short, 30);
}

// The control: without syncs the same test must fail, or it proves nothing.
TEST_F(AppPowerLossTest, LosesAcknowledgedWorkWithoutSyncs) {
  ProblemAfterCut(0, 0, Synchronous::kOff);  // counts the operations
  const int64_t operations = work_operations_;
  std::mt19937_64 random(20261128);
  int lost = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const int64_t cut = 1 + random() % operations;
    lost += !ProblemAfterCut(seed, cut, Synchronous::kOff).empty();
  }
  std::cout << lost << " of 20 cuts lost acknowledged work without syncs\n";
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace jalon::server
