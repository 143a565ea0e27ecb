#include "server/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

std::string ReadHolder(int fd) {
  char text[32];
  const ssize_t size = pread(fd, text, sizeof text, 0);
  if (size <= 0) return "an unknown process";
  return absl::StrCat("process ", absl::StripAsciiWhitespace(absl::string_view(text, size)));
}

absl::Status Held(absl::string_view directory, int fd) {
  return absl::FailedPreconditionError(absl::StrCat("data directory ", directory, " is in use by ",
                                                    ReadHolder(fd),
                                                    "; stop it or choose another directory"));
}

absl::Status WriteHolder(int fd, absl::string_view path) {
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FileLock> FileLock::Acquire(absl::string_view directory) {
  const std::string path = absl::StrCat(directory, "/LOCK");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  FileLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Held(directory, fd);
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock ", path));
  }
  if (absl::Status status = WriteHolder(fd, path); !status.ok()) return status;
  return lock;
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace jalon::server
