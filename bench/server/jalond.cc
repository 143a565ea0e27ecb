#include "bench/server/jalond.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

extern char** environ;

namespace jalon::server {
namespace {

constexpr char kServing[] = "listening on ";

// What a descriptor gives after kServing, to the end of that line; a demo that was loaded has lines
// of its own before. Empty when there is none.
std::string ServingLine(int fd) {
  std::string said;
  char text[256];
  for (ssize_t got; (got = read(fd, text, sizeof text)) > 0;) {
    said.append(text, static_cast<size_t>(got));
    const size_t found = said.find(kServing);
    const size_t end = found == std::string::npos ? found : said.find('\n', found);
    if (end == std::string::npos) continue;
    const size_t first = found + sizeof kServing - 1;
    return said.substr(first, end - first);
  }
  return "";
}

}  // namespace

void Die(absl::string_view why) {
  absl::FPrintF(stderr, "bench: %s\n", why);
  std::exit(1);
}

Jalond::Jalond(const std::string& folder, const std::vector<std::string>& flags) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<std::string> words = {JALON_JALOND, absl::StrCat("--data=", folder),
                                    "--listen=127.0.0.1:0", "--log_level=error"};
  words.insert(words.end(), flags.begin(), flags.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (posix_spawn(&pid_, JALON_JALOND, &actions, nullptr, arguments.data(), environ) != 0) {
    Die("cannot start jalond");
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  const std::string line = ServingLine(ends[0]);
  close(ends[0]);
  if (line.empty()) {
    End(SIGKILL);
    Die("jalond does not serve");
  }
  address_ = line.substr(0, line.find_first_of(" ,"));
}

void Jalond::End(int signal) const {
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
}

}  // namespace jalon::server
