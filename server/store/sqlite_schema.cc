#include "server/store/sqlite_schema.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>
#include <unistd.h>

#include <iterator>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

// resources: four listings (by parent or not, by state or not), each served by its own index in
// the order of the pages. blobs: the bytes stand last, so that scans of the other columns do not
// read them. audit: append-only by trigger as well as by habit.
constexpr char kVersion1[] = R"sql(
CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('generation', 0), ('open', 0);

CREATE TABLE resources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  parent TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  generation INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  row_sum INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;
CREATE INDEX resources_by_kind ON resources (kind, create_time_us DESC, name);
CREATE INDEX resources_by_state ON resources (kind, state, create_time_us DESC, name);
CREATE INDEX resources_by_parent ON resources (kind, parent, create_time_us DESC, name);
CREATE INDEX resources_by_parent_state
  ON resources (kind, parent, state, create_time_us DESC, name);

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  put_time_us INTEGER NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE resource_blobs (
  resource_id INTEGER NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
  blob_id INTEGER NOT NULL REFERENCES blobs (id),
  PRIMARY KEY (resource_id, blob_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_blobs_by_blob ON resource_blobs (blob_id);

CREATE TABLE requests (
  principal TEXT NOT NULL,
  id TEXT NOT NULL,
  method TEXT NOT NULL,
  request_sha256 BLOB NOT NULL,
  outcome TEXT NOT NULL,
  create_time_us INTEGER NOT NULL,
  PRIMARY KEY (principal, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  time_us INTEGER NOT NULL,
  principal TEXT NOT NULL,
  method TEXT NOT NULL,
  resource TEXT NOT NULL,
  request_sha256 BLOB NOT NULL,
  outcome_code INTEGER NOT NULL,
  prev_sha256 BLOB NOT NULL,
  sha256 BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_updated BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
)sql";

constexpr Migration kMigrations[] = {{1, kVersion1}};

int GetPragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(absl::StrCat("PRAGMA ", name)).getInt();
}

bool IsEmpty(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

absl::Status CheckOwner(SQLite::Database& database, int version, int newest) {
  if (GetPragma(database, "application_id") != kApplicationId && !IsEmpty(database)) {
    return absl::FailedPreconditionError(
        absl::StrCat(database.getFilename(), " is not a Jalon store"));
  }
  if (version > newest) {
    return absl::FailedPreconditionError(
        absl::StrCat(database.getFilename(), " was written by a newer Jalon (schema ", version,
                     ", this program knows up to ", newest, "): use the newer program"));
  }
  return absl::OkStatus();
}

void Backup(SQLite::Database& database, const std::string& path) {
  unlink(path.c_str());
  SQLite::Statement copy(database, "VACUUM INTO ?1");
  copy.bind(1, path);
  copy.exec();
}

void Step(SQLite::Database& database, const Migration& migration) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  database.exec(migration.sql);
  database.exec(absl::StrCat("PRAGMA application_id = ", kApplicationId));
  database.exec(absl::StrCat("PRAGMA user_version = ", migration.to_version));
  transaction.commit();
}

}  // namespace

std::span<const Migration> StoreMigrations() { return kMigrations; }

void Configure(SQLite::Database& database, const char* synchronous) {
  sqlite3* handle = database.getHandle();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // EXCLUSIVE before anything reads the file: then the log's index stays in memory (no -shm file).
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec(absl::StrCat("PRAGMA synchronous = ", synchronous));
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA mmap_size = 0");
  database.exec("PRAGMA temp_store = MEMORY");
  database.exec("PRAGMA cache_size = -65536");
  const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") throw SQLite::Exception("journal_mode stays " + mode, SQLITE_CANTOPEN);
  database.exec("PRAGMA wal_autocheckpoint = 0");
  database.exec("PRAGMA journal_size_limit = 67108864");
}

absl::Status Migrate(SQLite::Database& database, std::span<const Migration> migrations,
                     const std::string& backup_path) {
  const int version = GetPragma(database, "user_version");
  const int newest = migrations.back().to_version;
  JALON_RETURN_IF_ERROR(CheckOwner(database, version, newest));
  if (version > 0 && version < newest) Backup(database, absl::StrCat(backup_path, version));
  for (const Migration& migration : migrations) {
    if (migration.to_version > version) Step(database, migration);
  }
  return absl::OkStatus();
}

}  // namespace jalon::server
