#include "server/store/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/file_lock.h"
#include "server/base/ids.h"
#include "server/store/audit_chain.h"
#include "server/store/check.h"
#include "server/store/page_token.h"
#include "server/store/sqlite_integrity.h"
#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_schema.h"
#include "server/store/sqlite_status.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

absl::Status NotFound(absl::string_view what) {
  return absl::NotFoundError(absl::StrCat(what, " does not exist"));
}

class SqliteStore final : public Store {
 public:
  SqliteStore(const SqliteStoreOptions& options, FileLock lock)
      : options_(options),
        lock_(std::move(lock)),
        database_(std::in_place, absl::StrCat(options.directory, "/jalon.db"),
                  SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, options.vfs) {}

  ~SqliteStore() override { Close().IgnoreError(); }

  // The rest of opening, which may throw.
  absl::Status Start();

  absl::StatusOr<Resource> GetResource(absl::string_view name) override;
  absl::StatusOr<ListPage> ListResources(const ListQuery& query) override;
  absl::StatusOr<std::vector<Sha256Digest>> GetResourceBlobs(absl::string_view name) override;
  absl::StatusOr<std::string> GetBlob(const Sha256Digest& sha256) override;
  absl::StatusOr<bool> HasBlob(const Sha256Digest& sha256) override;
  absl::StatusOr<std::optional<RequestId>> FindRequest(absl::string_view principal,
                                                       absl::string_view id) override;
  absl::StatusOr<std::vector<AuditRow>> ListAudit(int64_t after_seq, int32_t limit) override;
  absl::StatusOr<StoreStats> Stats() override;

  std::vector<absl::StatusOr<ApplyResult>> ApplyAll(
      std::span<const Transaction> transactions) override;
  absl::StatusOr<GarbageResult> CollectGarbage(const GarbageQuery& query) override;
  absl::Status VerifyAudit() override;
  absl::StatusOr<IntegrityProgress> IntegritySlice() override;
  bool failed() const override { return failed_; }
  absl::Status Close() override;

 private:
  // Runs a read or a write, turning exceptions into statuses and noting fatal ones.
  template <typename Function>
  auto Reading(Function function) -> decltype(function());
  absl::Status CheckOpen() const;
  absl::Status CheckWritable() const;
  absl::Status Fail(const SQLite::Exception& error, SqliteOperation operation);
  // Undoes an open transaction. A store that cannot is failed.
  void Rollback();

  std::vector<absl::StatusOr<ApplyResult>> CommitAll(std::span<const Transaction> transactions);
  absl::StatusOr<ApplyResult> ApplyOne(const Transaction& transaction, absl::Time now);
  void CheckpointIfLarge();
  void MarkOpen(bool open);
  absl::Status CloseProperly();
  // Whole microseconds: what is returned is what will be read back.
  absl::Time Now() const {
    return absl::FromUnixMicros(absl::ToUnixMicros(options_.clock->WallNow()));
  }

  const SqliteStoreOptions options_;
  FileLock lock_;
  std::optional<SQLite::Database> database_;
  std::optional<SqliteRows> rows_;
  // Present while a file found unclean has not been checked to the end.
  std::optional<IntegrityCheck> integrity_;
  int64_t log_pages_ = 0;
  bool failed_ = false;
};

int CountLogPages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int64_t*>(pages) = count;
  return SQLITE_OK;
}

absl::Status SqliteStore::Start() {
  const bool full = options_.synchronous == SqliteStoreOptions::Synchronous::kFull;
  Configure(*database_, full ? "FULL" : "OFF");
  JALON_RETURN_IF_ERROR(Migrate(*database_, StoreMigrations(),
                                absl::StrCat(options_.directory, "/jalon.db.backup-schema-")));
  sqlite3_wal_hook(database_->getHandle(), CountLogPages, &log_pages_);
  rows_.emplace(*database_);
  if (rows_->ReadMeta("open") != 0) integrity_.emplace();
  MarkOpen(true);
  return absl::OkStatus();
}

void SqliteStore::MarkOpen(bool open) { rows_->WriteMeta("open", open); }

absl::Status SqliteStore::CheckOpen() const {
  return database_ ? absl::OkStatus() : absl::UnavailableError("the store is closed");
}

absl::Status SqliteStore::CheckWritable() const {
  JALON_RETURN_IF_ERROR(CheckOpen());
  if (!failed_) return absl::OkStatus();
  return absl::UnavailableError(
      "the store takes no more writes after an input/output error; restart the server");
}

absl::Status SqliteStore::Fail(const SQLite::Exception& error, SqliteOperation operation) {
  failed_ = failed_ || IsFatal(error);
  return SqliteStatus(error, operation);
}

template <typename Function>
auto SqliteStore::Reading(Function function) -> decltype(function()) {
  JALON_RETURN_IF_ERROR(CheckOpen());
  try {
    return function();
  } catch (const SQLite::Exception& error) {
    return Fail(error, SqliteOperation::kRead);
  }
}

// ------------------------------------------------------------------------------------- reads

absl::StatusOr<Resource> SqliteStore::GetResource(absl::string_view name) {
  JALON_RETURN_IF_ERROR(ParseResourceName(name).status());
  return Reading([&]() -> absl::StatusOr<Resource> {
    JALON_ASSIGN_OR_RETURN(std::optional<Resource> resource, rows_->ReadResource(name));
    if (!resource) return NotFound(name);
    return *std::move(resource);
  });
}

absl::StatusOr<ListPage> SqliteStore::ListResources(const ListQuery& query) {
  JALON_ASSIGN_OR_RETURN(const std::optional<PageCursor> cursor, DecodePageToken(query));
  JALON_ASSIGN_OR_RETURN(const int32_t page_size, EffectivePageSize(query));
  return Reading([&] { return rows_->ReadPage(query, cursor, page_size); });
}

absl::StatusOr<std::vector<Sha256Digest>> SqliteStore::GetResourceBlobs(absl::string_view name) {
  JALON_RETURN_IF_ERROR(ParseResourceName(name).status());
  return Reading([&]() -> absl::StatusOr<std::vector<Sha256Digest>> {
    if (!rows_->FindVersion(name)) return NotFound(name);
    return rows_->ReadReferences(name);
  });
}

absl::StatusOr<std::string> SqliteStore::GetBlob(const Sha256Digest& sha256) {
  return Reading([&]() -> absl::StatusOr<std::string> {
    std::optional<std::string> bytes = rows_->ReadBlob(sha256);
    if (!bytes) return NotFound(absl::StrCat("blob ", ToHex(sha256)));
    if (Sha256(*bytes) == sha256) return *std::move(bytes);
    return absl::DataLossError(absl::StrCat("blob ", ToHex(sha256), " was altered in the store"));
  });
}

absl::StatusOr<bool> SqliteStore::HasBlob(const Sha256Digest& sha256) {
  return Reading([&]() -> absl::StatusOr<bool> { return rows_->ContainsBlob(sha256); });
}

absl::StatusOr<std::optional<RequestId>> SqliteStore::FindRequest(absl::string_view principal,
                                                                  absl::string_view id) {
  return Reading([&]() -> absl::StatusOr<std::optional<RequestId>> {
    return rows_->ReadRequest(principal, id);
  });
}

absl::StatusOr<std::vector<AuditRow>> SqliteStore::ListAudit(int64_t after_seq, int32_t limit) {
  return Reading([&]() -> absl::StatusOr<std::vector<AuditRow>> {
    return rows_->ReadAudit(after_seq, std::clamp(limit, 1, 10'000));
  });
}

absl::StatusOr<StoreStats> SqliteStore::Stats() {
  return Reading([&]() -> absl::StatusOr<StoreStats> { return rows_->ReadStats(); });
}

// ------------------------------------------------------------------------------------ writes

std::vector<absl::StatusOr<ApplyResult>> SqliteStore::ApplyAll(
    std::span<const Transaction> transactions) {
  absl::Status problem = CheckWritable();
  if (problem.ok()) {
    try {
      return CommitAll(transactions);
    } catch (const SQLite::Exception& error) {
      problem = Fail(error, SqliteOperation::kWrite);
      Rollback();
    }
  }
  return std::vector<absl::StatusOr<ApplyResult>>(transactions.size(), problem);
}

std::vector<absl::StatusOr<ApplyResult>> SqliteStore::CommitAll(
    std::span<const Transaction> transactions) {
  std::vector<absl::StatusOr<ApplyResult>> results;
  results.reserve(transactions.size());
  const absl::Time now = Now();
  database_->exec("BEGIN IMMEDIATE");
  for (const Transaction& transaction : transactions) {
    results.push_back(ApplyOne(transaction, now));
  }
  database_->exec("COMMIT");
  CheckpointIfLarge();
  return results;
}

absl::StatusOr<ApplyResult> SqliteStore::ApplyOne(const Transaction& transaction, absl::Time now) {
  JALON_RETURN_IF_ERROR(CheckTransaction(transaction));
  database_->exec("SAVEPOINT one");
  absl::StatusOr<ApplyResult> result = ApplyTransaction(*rows_, transaction, now);
  if (!result.ok()) database_->exec("ROLLBACK TO one");
  database_->exec("RELEASE one");
  return result;
}

void SqliteStore::Rollback() {
  // SQLite itself undoes the transaction after some errors.
  if (sqlite3_get_autocommit(database_->getHandle()) != 0) return;
  if (database_->tryExec("ROLLBACK") != SQLITE_OK) failed_ = true;
}

// Copies the log home. What was acknowledged stays so whatever happens here: a full disk only
// leaves the log as it is, an input/output error ends the writing.
void SqliteStore::CheckpointIfLarge() {
  if (log_pages_ < options_.checkpoint_pages) return;
  const int code = sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    log_pages_ = 0;
  } else if (IsFatal(SQLite::Exception(database_->getHandle(), code))) {
    failed_ = true;
  }
}

absl::StatusOr<GarbageResult> SqliteStore::CollectGarbage(const GarbageQuery& query) {
  JALON_RETURN_IF_ERROR(CheckWritable());
  try {
    database_->exec("BEGIN IMMEDIATE");
    const GarbageResult result = rows_->RemoveBlobs(Now() - query.min_age, query.max_blobs);
    database_->exec("COMMIT");
    CheckpointIfLarge();
    return result;
  } catch (const SQLite::Exception& error) {
    const absl::Status status = Fail(error, SqliteOperation::kWrite);
    Rollback();
    return status;
  }
}

// ------------------------------------------------------------------------------- maintenance

absl::Status SqliteStore::VerifyAudit() {
  constexpr int32_t kRowsPerRead = 2000;
  return Reading([&]() -> absl::Status {
    AuditVerifier verifier;
    for (;;) {
      const std::vector<AuditRow> rows = rows_->ReadAudit(verifier.rows(), kRowsPerRead);
      if (rows.empty()) return absl::OkStatus();
      for (const AuditRow& row : rows) JALON_RETURN_IF_ERROR(verifier.Next(row));
    }
  });
}

absl::StatusOr<IntegrityProgress> SqliteStore::IntegritySlice() {
  return Reading([&]() -> absl::StatusOr<IntegrityProgress> {
    if (!integrity_) return IntegrityProgress{};
    JALON_ASSIGN_OR_RETURN(const IntegrityProgress progress, integrity_->Next(*rows_));
    if (progress.done) integrity_.reset();
    return progress;
  });
}

absl::Status SqliteStore::Close() {
  if (!database_) return absl::OkStatus();
  const absl::Status status = CloseProperly();
  // After a failure the log stays for the next opening to recover from.
  if (failed_) {
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  rows_.reset();
  database_.reset();
  return status;
}

absl::Status SqliteStore::CloseProperly() {
  JALON_RETURN_IF_ERROR(CheckWritable());
  // A file whose check was not finished is checked again next time.
  if (integrity_ || !rows_) return absl::OkStatus();
  try {
    MarkOpen(false);
    return absl::OkStatus();
  } catch (const SQLite::Exception& error) {
    return Fail(error, SqliteOperation::kWrite);
  }
}

// ----------------------------------------------------------------------------------- opening

absl::Status MakeDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", directory));
}

absl::Status CheckLocal(const std::string& directory) {
  // f_type of NFS, SMB, CIFS and SMB 2 in statfs(2).
  constexpr long kRemote[] = {0x6969, 0x517B, 0xFF534D42, 0xFE534D42};
  struct statfs info;
  if (statfs(directory.c_str(), &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot examine ", directory));
  }
  if (std::find(std::begin(kRemote), std::end(kRemote), info.f_type) != std::end(kRemote)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory ", directory, " is on a network file system: use a disk of this machine"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const SqliteStoreOptions& options) {
  JALON_RETURN_IF_ERROR(MakeDirectory(options.directory));
  JALON_RETURN_IF_ERROR(CheckLocal(options.directory));
  JALON_ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(options.directory));
  try {
    auto store = std::make_unique<SqliteStore>(options, std::move(lock));
    JALON_RETURN_IF_ERROR(store->Start());
    return store;
  } catch (const SQLite::Exception& error) {
    return SqliteStatus(error, SqliteOperation::kOpen);
  }
}

}  // namespace jalon::server
