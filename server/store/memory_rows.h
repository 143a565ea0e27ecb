// The rows of MemoryStore: maps, and an undo log. Internal to server/store.
#ifndef JALON_SERVER_STORE_MEMORY_ROWS_H_
#define JALON_SERVER_STORE_MEMORY_ROWS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/store/rows.h"

namespace jalon::server {

class MemoryRows final : public Rows {
 public:
  struct Entry {
    Resource resource;
    std::set<Sha256Digest> blobs;
  };
  struct Blob {
    std::string bytes;
    absl::Time put_time;
  };

  std::optional<ResourceVersion> FindVersion(absl::string_view name) override;
  void WriteResource(const Resource& resource) override;
  void EraseResource(absl::string_view name) override;
  bool HasChildren(absl::string_view name) override;
  void EraseChildren(absl::string_view name) override;
  int64_t NextGeneration() override;
  bool ContainsBlob(const Sha256Digest& sha256) override { return blobs.count(sha256) != 0; }
  void WriteBlob(const Sha256Digest& sha256, absl::string_view bytes, absl::Time now) override;
  void WriteReferences(absl::string_view name, const std::vector<Sha256Digest>& digests) override;
  std::optional<RequestId> ReadRequest(absl::string_view principal, absl::string_view id) override;
  void WriteRequest(const RequestId& request, absl::Time now) override;
  std::optional<AuditRow> LastAudit() override;
  void WriteAudit(const AuditRow& row) override;

  // Undoes everything since the last Begin, latest first.
  void Rollback();
  void Begin() { undo_.clear(); }

  // Children of a resource sort between `name/` and `name0` ('0' follows '/').
  std::map<std::string, Entry> resources;
  // Per kind: creation time negated, then name, so that iteration is most recent first.
  std::map<std::string, std::set<std::pair<int64_t, std::string>>> by_kind;
  std::map<Sha256Digest, Blob> blobs;
  std::map<std::pair<std::string, std::string>, RequestId> requests;
  std::vector<AuditRow> audit;

 private:
  void Index(const Resource& resource);
  void Unindex(const Resource& resource);

  int64_t generation_ = 0;
  std::vector<std::function<void()>> undo_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_MEMORY_ROWS_H_
