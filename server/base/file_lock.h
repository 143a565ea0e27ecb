// One server per data directory.
#ifndef JALON_SERVER_BASE_FILE_LOCK_H_
#define JALON_SERVER_BASE_FILE_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// Holds `<directory>/LOCK` (flock) for the life of the object; the file contains the holder's
// process id. The kernel lets go of the lock when the process ends, however it ends, so a lock file
// left behind stops nobody; the file itself is never deleted.
class FileLock {
 public:
  // Takes the lock or fails at once. Errors: kFailedPrecondition naming the directory and the
  // process that holds it; kNotFound or kPermissionDenied when the file cannot be opened;
  // kInternal otherwise.
  static absl::StatusOr<FileLock> Acquire(absl::string_view directory);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_FILE_LOCK_H_
