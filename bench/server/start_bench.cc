// How long jalond takes from being started to serving, on a folder that holds 100,000 runs with
// their results. The figure to reach is 1 s. Needs about 500 MB in the temporary folder.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "bench/server/jalond.h"
#include "jalon/store/v1/record.pb.h"
#include "server/base/clock.h"
#include "server/store/sqlite_store.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

constexpr int kRuns = 100'000;
constexpr int kRunsPerCommit = 1'000;
// Rows of each run's result, of two statistics.
constexpr int kRows = 100;

// ------------------------------------------------------------------------------ the stored runs

jalon::store::v1::RunRecord Record(int n) {
  jalon::store::v1::RunRecord record;
  jalon::v1::Run& run = *record.mutable_run();
  run.set_name(absl::StrFormat("networks/big/runs/%012x", n));
  run.set_display_name(absl::StrCat("Chances of the objectives of 2026, version ", n));
  run.set_revision("networks/big/revisions/4f1c2a90b7de");
  run.set_model("networks/big/models/0a1b2c3d4e5f");
  run.set_scenario("networks/big/scenarios/rates-up");
  run.set_objective_set("networks/big/objectiveSets/year-2026");
  run.set_seed(n);
  run.set_as_of("2025-12");
  run.set_state(jalon::v1::Run::STATE_SUCCEEDED);
  run.set_row_count(kRows);
  jalon::v1::Provenance& provenance = *run.mutable_provenance();
  for (std::string* hash :
       {provenance.mutable_data_hash(), provenance.mutable_model_hash(),
        provenance.mutable_scenario_hash(), provenance.mutable_objective_set_hash(),
        provenance.mutable_spec_hash()}) {
    *hash = ToHex(Sha256(absl::StrCat(n)));
  }
  provenance.set_seed(n);
  provenance.set_path_count(16'384);
  record.set_principal("local:bench");
  return record;
}

// Eight bytes a row that no other run has.
std::string Column(int n, int statistic) {
  std::string column;
  while (column.size() < kRows * sizeof(double)) {
    column += DigestBytes(Sha256(absl::StrCat(n, "/", statistic, "/", column.size())));
  }
  column.resize(kRows * sizeof(double));
  return column;
}

Transaction StoredRun(int n) {
  jalon::store::v1::RunRecord record = Record(n);
  Transaction transaction;
  std::vector<Sha256Digest> blobs;
  for (int statistic = 0; statistic < 2; ++statistic) {
    std::string column = Column(n, statistic);
    blobs.push_back(Sha256(column));
    record.add_columns(std::string(DigestBytes(blobs.back())));
    transaction.mutations.push_back(PutBlob{std::move(column)});
  }
  transaction.mutations.push_back(PutResource{record.run().name(), "SUCCEEDED",
                                              record.SerializeAsString(), Expect::Absent(), blobs});
  transaction.mutations.push_back(
      AppendAudit{{"local:bench", "CreateRun", record.run().name(), blobs.front(), 0}});
  return transaction;
}

// The folder all benches share, filled once.
const std::string& FolderOfRuns() {
  static const TempDir* const folder = [] {
    static const TempDir dir;
    SystemClock clock;
    auto store = OpenSqliteStore({.directory = dir.path(), .clock = &clock});
    if (!store.ok()) Die(store.status().ToString());
    for (int n = 0; n < kRuns;) {
      std::vector<Transaction> batch;
      while (static_cast<int>(batch.size()) < kRunsPerCommit) batch.push_back(StoredRun(n++));
      for (const auto& result : (*store)->ApplyAll(batch)) {
        if (!result.ok()) Die(result.status().ToString());
      }
    }
    if (const absl::Status closed = (*store)->Close(); !closed.ok()) Die(closed.ToString());
    return &dir;
  }();
  return folder->path();
}

// -------------------------------------------------------------------------------- the benches

// Asks the kernel to forget what it has cached of the file.
void ForgetCached(const std::string& folder) {
  const int fd = open((folder + "/jalon.db").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fdatasync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) {
    Die("cannot drop the cached file");
  }
  close(fd);
}

void TimeStarts(benchmark::State& state, int end_signal, bool cached) {
  const std::string& folder = FolderOfRuns();
  // So that the first measured start, too, follows such an end.
  Jalond(folder).End(end_signal);
  for (auto _ : state) {
    if (!cached) ForgetCached(folder);
    const absl::Time begin = absl::Now();
    const Jalond jalond(folder);
    state.SetIterationTime(absl::ToDoubleSeconds(absl::Now() - begin));
    jalond.End(end_signal);
  }
}

void BM_StartAfterStop(benchmark::State& state) { TimeStarts(state, SIGTERM, true); }
void BM_StartAfterStopUncached(benchmark::State& state) { TimeStarts(state, SIGTERM, false); }
void BM_StartAfterKill(benchmark::State& state) { TimeStarts(state, SIGKILL, true); }
void BM_StartAfterKillUncached(benchmark::State& state) { TimeStarts(state, SIGKILL, false); }

BENCHMARK(BM_StartAfterStop)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(20);
BENCHMARK(BM_StartAfterStopUncached)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(10);
BENCHMARK(BM_StartAfterKill)->Unit(benchmark::kMillisecond)->UseManualTime()->Iterations(20);
BENCHMARK(BM_StartAfterKillUncached)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(10);

}  // namespace
}  // namespace jalon::server
