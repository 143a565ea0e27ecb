// The check of a file that was not closed properly, in slices. Internal to server/store; may throw
// SQLite::Exception.
#ifndef JALON_SERVER_STORE_SQLITE_INTEGRITY_H_
#define JALON_SERVER_STORE_SQLITE_INTEGRITY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/audit_chain.h"
#include "server/store/sqlite_rows.h"

namespace jalon::server {

// One pass over the file: the structure of every table but the blobs' (PRAGMA quick_check, one
// table per slice), then the sum of every resource, the audit chain, and the hash of every blob,
// which also walks the blobs' pages. A slice reads one table's structure, 2,000 rows or 8 MiB.
class IntegrityCheck {
 public:
  // The next slice; `done` is true with the last one. kDataLoss names what is damaged; then there
  // is no next slice.
  absl::StatusOr<IntegrityProgress> Next(SqliteRows& rows);

 private:
  absl::Status CheckTable(SqliteRows& rows);
  absl::Status CheckAudit(SqliteRows& rows);
  // One slice of rows scanned by id; an empty one ends the phase.
  absl::Status CheckScan(const std::vector<ScannedRow>& scan);
  void NextPhase();

  enum class Phase { kTables, kResources, kAudit, kBlobs, kDone };
  Phase phase_ = Phase::kTables;
  size_t table_ = 0;
  int64_t last_id_ = 0;
  AuditVerifier audit_;
  IntegrityProgress progress_{.done = false};
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_SQLITE_INTEGRITY_H_
