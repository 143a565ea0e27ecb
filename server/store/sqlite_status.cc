#include "server/store/sqlite_status.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

// The primary code: with extended codes on, the low byte.
int PrimaryCode(const SQLite::Exception& error) { return error.getErrorCode() & 0xff; }

absl::Status IoStatus(const std::string& what, SqliteOperation operation) {
  if (operation != SqliteOperation::kWrite) {
    return absl::UnavailableError(absl::StrCat("store: input/output error: ", what));
  }
  return absl::UnknownError(
      absl::StrCat("store: input/output error while writing (", what,
                   "): the write may or may not have happened; ask again with the same request id "
                   "once the server has restarted"));
}

}  // namespace

absl::Status SqliteStatus(const SQLite::Exception& error, SqliteOperation operation) {
  const std::string what = absl::StrCat(error.what(), " [", error.getExtendedErrorCode(), "]");
  switch (PrimaryCode(error)) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          "store: the disk is full; nothing was written: free some space and retry");
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError("store: out of memory");
    case SQLITE_IOERR:
      return IoStatus(what, operation);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(absl::StrCat("store: the file is damaged: ", what));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::FailedPreconditionError(
          absl::StrCat("store: another program has the file open: ", what));
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(absl::StrCat("store: cannot open the file: ", what));
    case SQLITE_TOOBIG:
      return absl::InvalidArgumentError(absl::StrCat("store: value too big: ", what));
    default:
      return absl::InternalError(absl::StrCat("store: ", what));
  }
}

bool IsFatal(const SQLite::Exception& error) {
  const int code = PrimaryCode(error);
  return code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

}  // namespace jalon::server
