// How the file is opened, and what its tables are. Internal to server/store; every function may
// throw SQLite::Exception.
#ifndef JALON_SERVER_STORE_SQLITE_SCHEMA_H_
#define JALON_SERVER_STORE_SQLITE_SCHEMA_H_

#include <span>
#include <string>

#include "absl/status/status.h"

namespace SQLite {  // NOLINT(readability-identifier-naming): the library's name
class Database;
}

namespace jalon::server {

// `JALN`: marks the file as ours.
inline constexpr int kApplicationId = 0x4A414C4E;

// One step forward: takes a file from version `to_version - 1` to `to_version`.
struct Migration {
  int to_version;
  const char* sql;
};

// All steps, numbered 1, 2, ... A released step is never edited: a change is a new step.
std::span<const Migration> StoreMigrations();

// Takes the exclusive lock and sets every pragma the store relies on.
// `synchronous` is `FULL`, or `OFF` in tests.
void Configure(SQLite::Database& database, const char* synchronous);

// Brings the file up to the last of `migrations`, one transaction per step, after copying a file
// that already has a schema to `backup_path` + its version. Returns kFailedPrecondition for a file
// of another program or of a newer schema.
absl::Status Migrate(SQLite::Database& database, std::span<const Migration> migrations,
                     const std::string& backup_path);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_SQLITE_SCHEMA_H_
