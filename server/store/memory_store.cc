#include "server/store/memory_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/store/audit_chain.h"
#include "server/store/check.h"
#include "server/store/memory_rows.h"
#include "server/store/page_token.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

absl::Status NotFound(absl::string_view what) {
  return absl::NotFoundError(absl::StrCat(what, " does not exist"));
}

bool Matches(const ListQuery& query, const Resource& resource) {
  if (query.state && *query.state != resource.state) return false;
  return !query.parent || *query.parent == ParseResourceName(resource.name)->parent;
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const Clock& clock) : clock_(clock) {}

  absl::StatusOr<Resource> GetResource(absl::string_view name) override {
    JALON_ASSIGN_OR_RETURN(const MemoryRows::Entry* entry, Find(name));
    return entry->resource;
  }

  absl::StatusOr<std::vector<Sha256Digest>> GetResourceBlobs(absl::string_view name) override {
    JALON_ASSIGN_OR_RETURN(const MemoryRows::Entry* entry, Find(name));
    return std::vector<Sha256Digest>(entry->blobs.begin(), entry->blobs.end());
  }

  absl::StatusOr<ListPage> ListResources(const ListQuery& query) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    JALON_ASSIGN_OR_RETURN(const std::optional<PageCursor> cursor, DecodePageToken(query));
    JALON_ASSIGN_OR_RETURN(const int32_t page_size, EffectivePageSize(query));
    return Page(query, cursor, page_size);
  }

  absl::StatusOr<std::string> GetBlob(const Sha256Digest& sha256) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    const auto found = rows_.blobs.find(sha256);
    if (found == rows_.blobs.end()) return NotFound(absl::StrCat("blob ", ToHex(sha256)));
    return found->second.bytes;
  }

  absl::StatusOr<bool> HasBlob(const Sha256Digest& sha256) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    return rows_.ContainsBlob(sha256);
  }

  absl::StatusOr<std::optional<RequestId>> FindRequest(absl::string_view principal,
                                                       absl::string_view id) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    return rows_.ReadRequest(principal, id);
  }

  absl::StatusOr<std::vector<AuditRow>> ListAudit(int64_t after_seq, int32_t limit) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    const int64_t size = rows_.audit.size();
    const int64_t first = std::clamp<int64_t>(after_seq, 0, size);
    const int64_t last = std::min<int64_t>(size, first + std::clamp(limit, 1, 10'000));
    return std::vector<AuditRow>(rows_.audit.begin() + first, rows_.audit.begin() + last);
  }

  absl::StatusOr<StoreStats> Stats() override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    StoreStats stats;
    stats.resources = rows_.resources.size();
    stats.blobs = rows_.blobs.size();
    for (const auto& [sha256, blob] : rows_.blobs) stats.blob_bytes += blob.bytes.size();
    stats.audit_rows = rows_.audit.size();
    return stats;
  }

  std::vector<absl::StatusOr<ApplyResult>> ApplyAll(
      std::span<const Transaction> transactions) override {
    std::vector<absl::StatusOr<ApplyResult>> results;
    results.reserve(transactions.size());
    for (const Transaction& transaction : transactions) results.push_back(ApplyOne(transaction));
    return results;
  }

  absl::StatusOr<GarbageResult> CollectGarbage(const GarbageQuery& query) override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    std::set<Sha256Digest> used;
    for (const auto& [name, entry] : rows_.resources) {
      used.insert(entry.blobs.begin(), entry.blobs.end());
    }
    const absl::Time newest = Now() - query.min_age;
    GarbageResult result;
    for (auto blob = rows_.blobs.begin(); blob != rows_.blobs.end();) {
      const bool keep = used.count(blob->first) != 0 || blob->second.put_time > newest;
      if (!keep && result.blobs_removed >= query.max_blobs) {
        result.done = false;
        break;
      }
      if (!keep) {
        ++result.blobs_removed;
        result.bytes_removed += blob->second.bytes.size();
      }
      blob = keep ? std::next(blob) : rows_.blobs.erase(blob);
    }
    return result;
  }

  absl::Status VerifyAudit() override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    AuditVerifier verifier;
    for (const AuditRow& row : rows_.audit) JALON_RETURN_IF_ERROR(verifier.Next(row));
    return absl::OkStatus();
  }

  absl::StatusOr<IntegrityProgress> IntegritySlice() override {
    JALON_RETURN_IF_ERROR(CheckOpen());
    return IntegrityProgress{};
  }

  bool failed() const override { return false; }

  absl::Status Close() override {
    closed_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status CheckOpen() const {
    return closed_ ? absl::UnavailableError("the store is closed") : absl::OkStatus();
  }

  // Whole microseconds, as the file keeps them.
  absl::Time Now() const { return absl::FromUnixMicros(absl::ToUnixMicros(clock_.WallNow())); }

  absl::StatusOr<const MemoryRows::Entry*> Find(absl::string_view name) const {
    JALON_RETURN_IF_ERROR(CheckOpen());
    JALON_RETURN_IF_ERROR(ParseResourceName(name).status());
    const auto found = rows_.resources.find(std::string(name));
    if (found == rows_.resources.end()) return NotFound(name);
    return &found->second;
  }

  ListPage Page(const ListQuery& query, const std::optional<PageCursor>& cursor,
                int32_t page_size) {
    const auto& order = rows_.by_kind[query.kind];
    auto next = cursor ? order.upper_bound({-cursor->create_time_us, cursor->name}) : order.begin();
    ListPage page;
    for (int64_t bytes = 0; next != order.end(); ++next) {
      const Resource& resource = rows_.resources[next->second].resource;
      if (!Matches(query, resource)) continue;
      bytes += resource.payload.size();
      const bool full = static_cast<int32_t>(page.resources.size()) == page_size ||
                        (!page.resources.empty() && bytes > kMaxPageBytes);
      if (full) {
        page.next_page_token = EncodePageToken(query, CursorAt(page.resources.back()));
        break;
      }
      page.resources.push_back(resource);
    }
    return page;
  }

  static PageCursor CursorAt(const Resource& resource) {
    return {absl::ToUnixMicros(resource.create_time), resource.name};
  }

  absl::StatusOr<ApplyResult> ApplyOne(const Transaction& transaction) {
    JALON_RETURN_IF_ERROR(CheckOpen());
    JALON_RETURN_IF_ERROR(CheckTransaction(transaction));
    rows_.Begin();
    absl::StatusOr<ApplyResult> result = ApplyTransaction(rows_, transaction, Now());
    if (!result.ok()) rows_.Rollback();
    return result;
  }

  const Clock& clock_;
  MemoryRows rows_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Store> NewMemoryStore(const Clock& clock) {
  return std::make_unique<MemoryStore>(clock);
}

}  // namespace jalon::server
