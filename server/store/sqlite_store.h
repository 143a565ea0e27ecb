// The store in one SQLite file.
//
// `<directory>/jalon.db`, one connection, locked for the life of the process (a second server on
// the directory is refused by FileLock before it can touch the file). Write-ahead log with
// synchronous=FULL: an acknowledged write is on the disk. Never open the live file with another
// program: the packaged SQLite has a fault that needs two connections to strike.
#ifndef JALON_SERVER_STORE_SQLITE_STORE_H_
#define JALON_SERVER_STORE_SQLITE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/store/store.h"

namespace jalon::server {

struct SqliteStoreOptions {
  // Created (mode 0700) when missing. Network file systems are refused: their locks and syncs do
  // not keep the promises made here.
  std::string directory;
  // Stamps creation, update and audit times. Must outlive the store.
  const Clock* clock = nullptr;
  // The log is copied into the file when it holds this many pages of 4 KiB.
  int64_t checkpoint_pages = 2000;

  // For tests of durability only, never set by a server.
  enum class Synchronous { kFull, kOff };
  Synchronous synchronous = Synchronous::kFull;
  // Name of a registered SQLite file system; empty = the default one.
  std::string vfs;
};

// Opens or creates the store; milliseconds, whatever it holds.
// Errors: kFailedPrecondition (in use by another process, not a store of ours, a newer schema than
// this program knows, a network file system), kNotFound / kPermissionDenied (directory),
// kDataLoss (the file is damaged beyond opening), kUnavailable (input/output error).
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteStoreOptions& options);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_SQLITE_STORE_H_
