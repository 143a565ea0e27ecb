// SQLite's errors as ours. Internal to server/store.
#ifndef JALON_SERVER_STORE_SQLITE_STATUS_H_
#define JALON_SERVER_STORE_SQLITE_STATUS_H_

#include "absl/status/status.h"

namespace SQLite {
class Exception;
}

namespace jalon::server {

// What SQLite was doing: the same input/output error leaves a write's outcome unknown, and merely
// fails a read.
enum class SqliteOperation { kOpen, kRead, kWrite };

// Disk full and out of memory: kResourceExhausted. Input/output: kUnknown for a write, else
// kUnavailable. Damaged or foreign file: kDataLoss. Locked by another program:
// kFailedPrecondition. Too big: kInvalidArgument. Anything else is our fault: kInternal.
absl::Status SqliteStatus(const SQLite::Exception& error, SqliteOperation operation);

// True when the connection must not write any more: input/output errors (a failed sync may have
// dropped the data for good, so it is never tried again) and damage.
bool IsFatal(const SQLite::Exception& error);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_SQLITE_STATUS_H_
