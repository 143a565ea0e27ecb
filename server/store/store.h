// What the server keeps: blobs, resources, request ids and an audit trail (DECISIONS D13, D14).
//
// The interface is synchronous and single-threaded: one StoreThread (store_thread.h) owns a Store
// and everybody else goes through it. Two implementations pass one conformance suite:
// OpenSqliteStore (sqlite_store.h) keeps everything in one file; MemoryStore (memory_store.h)
// forgets everything, for tests and `--ephemeral` servers.
//
// The store does not know what a payload means. Parents need not exist when a child is put: that
// rule belongs to the caller, who knows which resources are real.
#ifndef JALON_SERVER_STORE_STORE_H_
#define JALON_SERVER_STORE_STORE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/base/sha256.h"

namespace jalon::server {

// Largest blob and largest resource payload accepted, in bytes. Bigger values are split by callers
// (a block of realisations is about 123 KB).
inline constexpr int64_t kMaxBlobBytes = 64 << 20;
inline constexpr int64_t kMaxPayloadBytes = 4 << 20;
// Longest state, principal, request id and method accepted, in bytes.
inline constexpr int64_t kMaxStateBytes = 64;
inline constexpr int64_t kMaxLabelBytes = 256;

// ------------------------------------------------------------------------------------ values

// A named, versioned record, e.g. `networks/fr/runs/4f1c2a90b7de`. Its parent (`networks/fr`) and
// kind (the collection id, `runs`) are read off the name.
struct Resource {
  std::string name;
  // A word the store can filter on, e.g. `RUNNING`; may be empty.
  std::string state;
  // A serialised message, opaque here.
  std::string payload;
  // The etag: a number unique to this version of this resource, larger after each put and never
  // reused, even after the resource was deleted and created again.
  int64_t generation = 0;
  absl::Time create_time;
  absl::Time update_time;

  friend bool operator==(const Resource&, const Resource&) = default;
};

// A page of resources, most recently created first, ties by name.
struct ListQuery {
  // Collection id, e.g. `runs`. Required.
  std::string kind;
  // Children of this resource only (`networks/fr`); empty string = top-level resources; nullopt =
  // under any parent.
  std::optional<std::string> parent;
  // Resources in this state only, e.g. runs left `RUNNING` by a server that died.
  std::optional<std::string> state;
  // 1 to 1,000; 0 means 50; larger values are cut to 1,000. A page ends early after 4 MiB of
  // payloads, but holds at least one resource.
  int32_t page_size = 0;
  // Empty for the first page, else `next_page_token` of the page before. A token is bound to
  // (kind, parent, state) and survives restarts.
  std::string page_token;
};

struct ListPage {
  std::vector<Resource> resources;
  // Empty on the last page.
  std::string next_page_token;
};

// A client's name for one write, so that a retry is not done twice.
struct RequestId {
  // Ids are unique per principal: two callers may use the same one.
  std::string principal;
  std::string id;
  std::string method;
  // Hash of the request without its id.
  Sha256Digest request_sha256{};
  // Name of the resource the request creates: what a replay is answered with.
  std::string outcome;

  friend bool operator==(const RequestId&, const RequestId&) = default;
};

// One line of the audit trail, as the caller gives it.
struct AuditEntry {
  std::string principal;
  std::string method;
  std::string resource;
  Sha256Digest request_sha256{};
  // The status code of the answer (0 = OK), numbers of absl::StatusCode.
  int32_t outcome_code = 0;

  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// One line of the audit trail, as it is kept. Rows are ordered by `seq` (1, 2, 3...), never by
// time, and chained: sha256 = SHA-256(prev_sha256, all other fields in a fixed encoding).
struct AuditRow {
  int64_t seq = 0;
  absl::Time time;
  AuditEntry entry;
  // sha256 of row seq - 1; all zero for row 1.
  Sha256Digest prev_sha256{};
  Sha256Digest sha256{};

  friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

// --------------------------------------------------------------------------------- mutations

// Stores bytes under their SHA-256. Putting the same bytes again changes nothing.
struct PutBlob {
  std::string bytes;
};

// What must be true of a resource for a put to go through.
struct Expect {
  enum class Kind { kAnything, kAbsent, kGeneration };
  Kind kind = Kind::kAnything;
  int64_t generation = 0;

  // Create or replace.
  static Expect Anything() { return {}; }
  // Create only: kAlreadyExists otherwise.
  static Expect Absent() { return {Kind::kAbsent, 0}; }
  // Replace exactly this version: kNotFound when there is none, kAborted when it has moved on.
  static Expect Generation(int64_t generation) { return {Kind::kGeneration, generation}; }
};

// Creates or replaces a resource.
struct PutResource {
  std::string name;
  std::string state;
  std::string payload;
  Expect expect;
  // The blobs this resource keeps alive, in any order, duplicates allowed; each must be stored
  // already or be put earlier in the transaction (else kFailedPrecondition). nullopt leaves the
  // list as it is.
  std::optional<std::vector<Sha256Digest>> blobs;
};

// Deletes a resource and lets go of its blobs (CollectGarbage removes the bytes later).
struct DeleteResource {
  std::string name;
  // kAborted unless the resource is at this version.
  std::optional<int64_t> expected_generation;
  // Also deletes everything below it. Otherwise a resource with children is kFailedPrecondition.
  bool with_children = false;
};

// Appends a line to the audit trail.
struct AppendAudit {
  AuditEntry entry;
};

using Mutation = std::variant<PutBlob, PutResource, DeleteResource, AppendAudit>;

// Mutations applied in order, all or none.
struct Transaction {
  std::vector<Mutation> mutations;
  // When set: a request id already stored with the same method and hash makes the transaction a
  // replay (only its AppendAudit lines are applied); with another method or hash it is
  // kAlreadyExists. A new id is stored together with the mutations.
  std::optional<RequestId> request;
};

// What one PutResource did.
struct PutStamp {
  std::string name;
  int64_t generation = 0;
  absl::Time create_time;
  absl::Time update_time;
};

struct ApplyResult {
  // The request id was known: nothing was changed; read `outcome` for the answer given before.
  bool replayed = false;
  // The request's outcome, new or replayed; empty without a request id.
  std::string outcome;
  // One per PutResource, in order; empty for a replay.
  std::vector<PutStamp> puts;
};

// ------------------------------------------------------------------------------- maintenance

struct GarbageQuery {
  // Only blobs last put at least this long ago, by the wall clock: an import may put its blobs
  // some time before the manifest that keeps them.
  absl::Duration min_age = absl::Hours(1);
  // At most this many per call, so that one call is short.
  int32_t max_blobs = 256;
};

struct GarbageResult {
  int64_t blobs_removed = 0;
  int64_t bytes_removed = 0;
  // False when max_blobs stopped the sweep.
  bool done = true;
};

// Progress of the check of a store that was not closed properly.
struct IntegrityProgress {
  // True when nothing is left to check (at once after a clean close).
  bool done = true;
  int64_t rows_checked = 0;
  int64_t bytes_checked = 0;
};

struct StoreStats {
  int64_t resources = 0;
  int64_t blobs = 0;
  int64_t blob_bytes = 0;
  int64_t audit_rows = 0;
};

// -------------------------------------------------------------------------------- interfaces
//
// Errors common to all calls: kInvalidArgument (malformed name, oversized value, bad page token),
// kDataLoss (what was read is not what was written), kUnavailable (the store has failed, see
// Store::failed).

// The calls that change nothing. Not thread-safe: call from the thread that owns the store.
class StoreReader {
 public:
  virtual ~StoreReader() = default;

  // kNotFound when there is none.
  virtual absl::StatusOr<Resource> GetResource(absl::string_view name) = 0;
  // Through an index: costs what the page holds, whatever the store holds.
  virtual absl::StatusOr<ListPage> ListResources(const ListQuery& query) = 0;
  // The blobs a resource keeps alive, sorted, without duplicates. kNotFound without the resource.
  virtual absl::StatusOr<std::vector<Sha256Digest>> GetResourceBlobs(absl::string_view name) = 0;
  // The bytes, hashed again on the way out: kDataLoss when they are not the ones put.
  virtual absl::StatusOr<std::string> GetBlob(const Sha256Digest& sha256) = 0;
  virtual absl::StatusOr<bool> HasBlob(const Sha256Digest& sha256) = 0;
  // The stored request, or nullopt.
  virtual absl::StatusOr<std::optional<RequestId>> FindRequest(absl::string_view principal,
                                                               absl::string_view id) = 0;
  // Rows after `after_seq` (0 = from the first), oldest first, at most `limit` (1 to 10,000).
  virtual absl::StatusOr<std::vector<AuditRow>> ListAudit(int64_t after_seq, int32_t limit) = 0;
  // Counts rows: costs a scan of the indexes.
  virtual absl::StatusOr<StoreStats> Stats() = 0;
};

// Not thread-safe, like StoreReader.
class Store : public StoreReader {
 public:
  // Applies transactions together (one commit, one sync): each is all or nothing, and a refused
  // one does not disturb its neighbours. One result per transaction, in order. A result is OK only
  // after the commit succeeded.
  // Per transaction: errors of Expect, PutResource, DeleteResource, RequestId.
  // For all of them: kResourceExhausted (disk full: nothing was applied, reads and later writes
  // may succeed), kUnknown (an input/output error at commit: each may or may not have been applied;
  // the store is failed from then on, and the truth is known after reopening, by request id).
  virtual std::vector<absl::StatusOr<ApplyResult>> ApplyAll(
      std::span<const Transaction> transactions) = 0;

  // ApplyAll for one.
  absl::StatusOr<ApplyResult> Apply(const Transaction& transaction);

  // Removes blobs no resource keeps alive.
  virtual absl::StatusOr<GarbageResult> CollectGarbage(const GarbageQuery& query) = 0;

  // Recomputes the whole audit chain. kDataLoss naming the first row that does not fit.
  // Cost: about 1 us per row. A truncation at the end shows only against a head kept elsewhere.
  virtual absl::Status VerifyAudit() = 0;

  // Checks the next slice of a store that was not closed properly; call until `done`, between other
  // work. kDataLoss naming what is damaged.
  virtual absl::StatusOr<IntegrityProgress> IntegritySlice() = 0;

  // True after an input/output error or once the file's structure is damaged: writes are refused
  // with kUnavailable; reads may still work. Only reopening the store clears it. One altered row or
  // blob (kDataLoss) does not fail the store.
  virtual bool failed() const = 0;

  // Writes everything home and marks the store as properly closed; every later call is
  // kUnavailable. Called by the destructor if needed.
  virtual absl::Status Close() = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_STORE_H_
