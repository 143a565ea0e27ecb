// Writes ledger entries into a store until it is killed: `store_ledger_writer DIRECTORY FIRST`.
// Prints the number of each acknowledged entry to standard output as 8 raw bytes.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/store/sqlite_store.h"
#include "server/store/store_thread.h"
#include "tests/server/store/ledger.h"

namespace jalon::server {
namespace {

// Entries waiting for their answer, so that commits carry several of them. The test counts on it.
constexpr int kInFlight = 16;

void Acknowledge(int64_t entry) {
  // One small write to a pipe is never split.
  if (write(STDOUT_FILENO, &entry, sizeof entry) != sizeof entry) _exit(3);
}

int Run(const char* directory, int64_t first) {
  SystemClock clock;
  auto store = OpenSqliteStore({.directory = directory, .clock = &clock, .checkpoint_pages = 200});
  if (!store.ok()) {
    std::cerr << store.status() << "\n";
    return 1;
  }
  Mutex mu;
  CondVar answered;
  int waiting = 0;
  StoreThread thread(*std::move(store));
  for (int64_t entry = first;; ++entry) {
    MutexLock lock(mu);
    answered.Wait(mu, [&] { return waiting < kInFlight; });
    ++waiting;
    thread.Apply(LedgerTransaction(entry), [&, entry](absl::StatusOr<ApplyResult> result) {
      if (!result.ok()) _exit(2);
      Acknowledge(entry);
      MutexLock lock(mu);
      --waiting;
      answered.NotifyOne();
    });
  }
}

}  // namespace
}  // namespace jalon::server

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  return jalon::server::Run(argv[1], std::atoll(argv[2]));
}
