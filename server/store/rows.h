// The rules of a transaction, written once over the rows of any store.
//
// Internal to server/store. A Rows may throw its own exceptions (SqliteRows does); ApplyTransaction
// lets them through to the store, which undoes the transaction.
#ifndef JALON_SERVER_STORE_ROWS_H_
#define JALON_SERVER_STORE_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace jalon::server {

// What a transaction needs to know of an existing resource.
struct ResourceVersion {
  int64_t generation = 0;
  absl::Time create_time;
};

// Row-level reads and writes inside a transaction the store has begun.
class Rows {
 public:
  virtual ~Rows() = default;

  virtual std::optional<ResourceVersion> FindVersion(absl::string_view name) = 0;
  // Inserts, or replaces the row of the same name (its blobs stay).
  virtual void WriteResource(const Resource& resource) = 0;
  // Removes one row and its references to blobs.
  virtual void EraseResource(absl::string_view name) = 0;
  virtual bool HasChildren(absl::string_view name) = 0;
  // Removes every row below `name`.
  virtual void EraseChildren(absl::string_view name) = 0;
  // Larger than any given before; what a refused transaction took is given again.
  virtual int64_t NextGeneration() = 0;

  virtual bool ContainsBlob(const Sha256Digest& sha256) = 0;
  // Inserts, or renews the time of the blob already there.
  virtual void WriteBlob(const Sha256Digest& sha256, absl::string_view bytes, absl::Time now) = 0;
  // Replaces the blobs a resource keeps alive; all exist.
  virtual void WriteReferences(absl::string_view name, const std::vector<Sha256Digest>& blobs) = 0;

  virtual std::optional<RequestId> ReadRequest(absl::string_view principal,
                                               absl::string_view id) = 0;
  virtual void WriteRequest(const RequestId& request, absl::Time now) = 0;

  virtual std::optional<AuditRow> LastAudit() = 0;
  virtual void WriteAudit(const AuditRow& row) = 0;
};

// Applies a transaction that passed CheckTransaction. On an error the rows may be half changed:
// the caller undoes them. Errors as documented for Store::ApplyAll.
absl::StatusOr<ApplyResult> ApplyTransaction(Rows& rows, const Transaction& transaction,
                                             absl::Time now);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_ROWS_H_
