#include "bench/server/jalond.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

extern char** environ;

namespace jalon::server {
namespace {

// The first line a descriptor gives.
std::string FirstLine(int fd) {
  char text[256] = {};
  size_t size = 0;
  while (size + 1 < sizeof text) {
    const ssize_t got = read(fd, text + size, sizeof text - 1 - size);
    if (got <= 0) break;
    size += got;
    if (const std::string line(text, size); line.find('\n') != std::string::npos) {
      return line.substr(0, line.find('\n'));
    }
  }
  return text;
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
  const std::string line = FirstLine(ends[0]);
  close(ends[0]);
  absl::string_view rest = line;
  if (!absl::ConsumePrefix(&rest, "listening on ")) Die("jalond does not serve");
  address_ = std::string(rest.substr(0, rest.find_first_of(" ,")));
}

void Jalond::End(int signal) const {
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
}

}  // namespace jalon::server
