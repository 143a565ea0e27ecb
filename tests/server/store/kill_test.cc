// kill -9 at any moment loses nothing acknowledged and leaves nothing half done.
// JALON_KILLS sets the number of kills (20 by default).

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "server/base/clock.h"
#include "server/store/sqlite_store.h"
#include "tests/server/store/ledger.h"
#include "tests/support/temp_dir.h"

extern char** environ;

namespace jalon::server {
namespace {

// As in ledger_writer_main.cc: entries asked for beyond the last acknowledged one, at most.
constexpr int64_t kInFlight = 16;
// A fresh directory after so many kills keeps the checks short.
constexpr int kKillsPerDirectory = 10;
// The longest wait for a writer's first entry, under a sanitizer on a busy machine.
constexpr int kFirstEntryMs = 30'000;

int Kills() {
  const char* text = std::getenv("JALON_KILLS");
  return text == nullptr ? 20 : std::atoi(text);
}

// A running ledger writer and the pipe it acknowledges on.
class Writer {
 public:
  Writer(const std::string& directory, int64_t first) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string number = std::to_string(first);
    std::string program = JALON_LEDGER_WRITER, where = directory;
    char* arguments[] = {program.data(), where.data(), number.data(), nullptr};
    if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) != 0) {
      std::abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    pipe_ = ends[0];
  }
  ~Writer() { close(pipe_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Reads up to `count` acknowledgements, giving up after `wait_ms` without any.
  void Read(int64_t count, int wait_ms, std::set<int64_t>& acknowledged) {
    for (int64_t entry; count > 0 && Ready(wait_ms); --count) {
      if (read(pipe_, &entry, sizeof entry) != sizeof entry) return;
      acknowledged.insert(entry);
    }
  }

  // Kills the process, reads what it still had said, and returns its wait status.
  int Kill(std::set<int64_t>& acknowledged) {
    kill(pid_, SIGKILL);
    Read(INT64_MAX, -1, acknowledged);
    int status = 0;
    waitpid(pid_, &status, 0);
    return status;
  }

 private:
  bool Ready(int wait_ms) {
    pollfd event = {pipe_, POLLIN, 0};
    return poll(&event, 1, wait_ms) > 0;
  }

  pid_t pid_ = 0;
  int pipe_ = -1;
};

std::string ProblemIn(const std::string& directory, const std::set<int64_t>& acknowledged,
                      int64_t tried) {
  SystemClock clock;
  const auto store = OpenSqliteStore({.directory = directory, .clock = &clock});
  if (!store.ok()) return store.status().ToString();
  return LedgerProblem(**store, acknowledged, tried);
}

// Kills writers on one directory, reopening it after each: in turns at any moment from their start
// and after they acknowledged something, however slow they are. Returns how many entries were
// acknowledged.
int64_t KillSeveralTimes(int kills, std::mt19937_64& random) {
  TempDir dir;
  std::set<int64_t> acknowledged;
  int64_t tried = 0;
  for (int i = 0; i < kills; ++i) {
    Writer writer(dir.path(), tried);
    if (i % 2 == 1) writer.Read(1, kFirstEntryMs, acknowledged);
    writer.Read(random() % 200, static_cast<int>(random() % 100), acknowledged);
    const int status = writer.Kill(acknowledged);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer stopped by itself: " << status;
    const int64_t last = acknowledged.empty() ? -1 : *acknowledged.rbegin();
    tried = std::max(tried, last + 1) + kInFlight;
    EXPECT_EQ(ProblemIn(dir.path(), acknowledged, tried), "") << "kill " << i;
  }
  EXPECT_EQ(IntegrityCheckOfFile(dir.path()), "ok");
  return acknowledged.size();
}

TEST(KillTest, LosesNothingAcknowledged) {
  std::mt19937_64 random(20260103);
  int64_t acknowledged = 0;
  for (int left = Kills(); left > 0; left -= kKillsPerDirectory) {
    acknowledged += KillSeveralTimes(std::min(left, kKillsPerDirectory), random);
  }
  std::cout << Kills() << " kills, " << acknowledged << " acknowledged entries, none lost\n";
  EXPECT_GT(acknowledged, 0);
}

}  // namespace
}  // namespace jalon::server
