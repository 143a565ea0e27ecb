#include "server/store/sqlite_integrity.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr const char* kTables[] = {"meta", "resources", "resource_blobs", "requests", "audit"};
constexpr int32_t kRowsPerSlice = 2000;
constexpr int64_t kBytesPerSlice = 8 << 20;

}  // namespace

absl::StatusOr<IntegrityProgress> IntegrityCheck::Next(SqliteRows& rows) {
  switch (phase_) {
    case Phase::kTables:
      JALON_RETURN_IF_ERROR(CheckTable(rows));
      break;
    case Phase::kResources:
      JALON_RETURN_IF_ERROR(CheckScan(rows.ScanResources(last_id_, kRowsPerSlice)));
      break;
    case Phase::kAudit:
      JALON_RETURN_IF_ERROR(CheckAudit(rows));
      break;
    case Phase::kBlobs:
      JALON_RETURN_IF_ERROR(CheckScan(rows.ScanBlobs(last_id_, kBytesPerSlice)));
      break;
    case Phase::kDone:
      break;
  }
  progress_.done = phase_ == Phase::kDone;
  return progress_;
}

void IntegrityCheck::NextPhase() {
  phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
  last_id_ = 0;
}

absl::Status IntegrityCheck::CheckTable(SqliteRows& rows) {
  const std::string complaint = rows.QuickCheck(kTables[table_]);
  if (!complaint.empty()) {
    return absl::DataLossError(absl::StrCat("table ", kTables[table_], ": ", complaint));
  }
  if (++table_ == std::size(kTables)) NextPhase();
  return absl::OkStatus();
}

absl::Status IntegrityCheck::CheckScan(const std::vector<ScannedRow>& scan) {
  if (scan.empty()) {
    NextPhase();
    return absl::OkStatus();
  }
  for (const ScannedRow& row : scan) {
    if (!row.intact) return absl::DataLossError(absl::StrCat(row.name, " was altered"));
    progress_.bytes_checked += row.bytes;
  }
  progress_.rows_checked += scan.size();
  last_id_ = scan.back().id;
  return absl::OkStatus();
}

absl::Status IntegrityCheck::CheckAudit(SqliteRows& rows) {
  const std::vector<AuditRow> trail = rows.ReadAudit(audit_.rows(), kRowsPerSlice);
  progress_.rows_checked += trail.size();
  for (const AuditRow& row : trail) JALON_RETURN_IF_ERROR(audit_.Next(row));
  if (trail.empty()) NextPhase();
  return absl::OkStatus();
}

}  // namespace jalon::server
