// The hash chain of the audit trail.
#ifndef JALON_SERVER_STORE_AUDIT_CHAIN_H_
#define JALON_SERVER_STORE_AUDIT_CHAIN_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace jalon::server {

// The row that follows `last` (nullopt when the trail is empty).
AuditRow NextAuditRow(const std::optional<AuditRow>& last, const AuditEntry& entry,
                      absl::Time time);

// Follows a trail from its first row. Thread-compatible.
class AuditVerifier {
 public:
  // kDataLoss naming the row unless it continues the chain.
  absl::Status Next(const AuditRow& row);
  // Rows verified so far.
  int64_t rows() const { return rows_; }

 private:
  int64_t rows_ = 0;
  Sha256Digest head_{};
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_AUDIT_CHAIN_H_
