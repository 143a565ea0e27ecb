#include "server/store/audit_chain.h"

#include "absl/strings/str_cat.h"
#include "server/base/bytes.h"

namespace jalon::server {
namespace {

Sha256Digest HashOf(const AuditRow& row) {
  return Sha256(ByteWriter()
                    .Raw(DigestBytes(row.prev_sha256))
                    .I64(row.seq)
                    .I64(absl::ToUnixMicros(row.time))
                    .String(row.entry.principal)
                    .String(row.entry.method)
                    .String(row.entry.resource)
                    .Raw(DigestBytes(row.entry.request_sha256))
                    .I64(row.entry.outcome_code)
                    .bytes());
}

}  // namespace

AuditRow NextAuditRow(const std::optional<AuditRow>& last, const AuditEntry& entry,
                      absl::Time time) {
  AuditRow row;
  row.seq = last ? last->seq + 1 : 1;
  row.time = time;
  row.entry = entry;
  if (last) row.prev_sha256 = last->sha256;
  row.sha256 = HashOf(row);
  return row;
}

absl::Status AuditVerifier::Next(const AuditRow& row) {
  if (row.seq != rows_ + 1) {
    return absl::DataLossError(absl::StrCat("audit row ", rows_ + 1, " is missing"));
  }
  if (row.prev_sha256 != head_ || row.sha256 != HashOf(row)) {
    return absl::DataLossError(absl::StrCat("audit row ", row.seq, " was altered"));
  }
  ++rows_;
  head_ = row.sha256;
  return absl::OkStatus();
}

}  // namespace jalon::server
