// The rows of the SQLite store. Internal to server/store; every function may throw
// SQLite::Exception.
#ifndef JALON_SERVER_STORE_SQLITE_ROWS_H_
#define JALON_SERVER_STORE_SQLITE_ROWS_H_

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/store/page_token.h"
#include "server/store/rows.h"

namespace SQLite {
class Database;
}

namespace jalon::server {

// A row of `resources` or `blobs` met by a scan, and whether it is what was written.
struct ScannedRow {
  int64_t id = 0;
  std::string name;
  int64_t bytes = 0;
  bool intact = false;
};

class SqliteRows final : public Rows {
 public:
  // `database` must outlive the rows.
  explicit SqliteRows(SQLite::Database& database) : database_(database) {}

  std::optional<ResourceVersion> FindVersion(absl::string_view name) override;
  void WriteResource(const Resource& resource) override;
  void EraseResource(absl::string_view name) override;
  bool HasChildren(absl::string_view name) override;
  void EraseChildren(absl::string_view name) override;
  int64_t NextGeneration() override;
  bool ContainsBlob(const Sha256Digest& sha256) override;
  void WriteBlob(const Sha256Digest& sha256, absl::string_view bytes, absl::Time now) override;
  void WriteReferences(absl::string_view name, const std::vector<Sha256Digest>& blobs) override;
  std::optional<RequestId> ReadRequest(absl::string_view principal, absl::string_view id) override;
  void WriteRequest(const RequestId& request, absl::Time now) override;
  std::optional<AuditRow> LastAudit() override;
  void WriteAudit(const AuditRow& row) override;

  // kDataLoss when the row is not what was written; nullopt when there is none.
  absl::StatusOr<std::optional<Resource>> ReadResource(absl::string_view name);
  absl::StatusOr<ListPage> ReadPage(const ListQuery& query, const std::optional<PageCursor>& cursor,
                                    int32_t page_size);
  std::vector<Sha256Digest> ReadReferences(absl::string_view name);
  std::optional<std::string> ReadBlob(const Sha256Digest& sha256);
  std::vector<AuditRow> ReadAudit(int64_t after_seq, int32_t limit);
  StoreStats ReadStats();
  GarbageResult RemoveBlobs(absl::Time newest, int32_t max_blobs);
  // The next rows by id, at most `limit` of them and little more than `max_bytes` of content.
  std::vector<ScannedRow> ScanResources(int64_t after_id, int32_t limit);
  std::vector<ScannedRow> ScanBlobs(int64_t after_id, int64_t max_bytes);
  // The first complaint of PRAGMA quick_check about one table; empty when it has none.
  std::string QuickCheck(const std::string& table);
  int64_t ReadMeta(const std::string& key);
  void WriteMeta(const std::string& key, int64_t value);

 private:
  // A cached statement for the time of a scope, reset at its end: an open read would hold back the
  // checkpoint.
  class Use;

  Use Prepare(const std::string& sql);
  std::optional<int64_t> FindId(absl::string_view name);

  SQLite::Database& database_;
  std::map<std::string, SQLite::Statement> statements_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_SQLITE_ROWS_H_
