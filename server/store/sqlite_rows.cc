#include "server/store/sqlite_rows.h"

#include <SQLiteCpp/Database.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/bytes.h"
#include "server/base/ids.h"

namespace jalon::server {

class SqliteRows::Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  Use& Text(absl::string_view value) {
    statement_.bind(++index_, std::string(value));
    return *this;
  }
  Use& Int(int64_t value) {
    statement_.bind(++index_, value);
    return *this;
  }
  // Not copied: `value` must outlive the use.
  Use& Bytes(absl::string_view value) {
    // A null pointer would bind NULL rather than zero bytes.
    const char* data = value.data() == nullptr ? "" : value.data();
    statement_.bindNoCopy(++index_, data, static_cast<int>(value.size()));
    return *this;
  }
  Use& Digest(const Sha256Digest& value) {
    statement_.bind(++index_, value.data(), static_cast<int>(value.size()));
    return *this;
  }

  bool Step() { return statement_.executeStep(); }
  void Run() {
    while (Step()) {
    }
  }
  int64_t GetInt(int column) { return statement_.getColumn(column).getInt64(); }
  std::string GetString(int column) { return statement_.getColumn(column).getString(); }
  // All zero when the column is not 32 bytes: no hash matches it.
  Sha256Digest GetDigest(int column) {
    return DigestFromBytes(GetString(column)).value_or(Sha256Digest{});
  }
  absl::Time GetTime(int column) { return absl::FromUnixMicros(GetInt(column)); }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

namespace {

constexpr char kResourceColumns[] =
    "name, state, payload, generation, create_time_us, update_time_us, row_sum";

// Guards a row against flipped bits, which SQLite itself does not notice inside a value.
int64_t RowSum(const Resource& resource) {
  const Sha256Digest digest = Sha256(ByteWriter()
                                         .String(resource.name)
                                         .String(resource.state)
                                         .String(resource.payload)
                                         .I64(resource.generation)
                                         .I64(absl::ToUnixMicros(resource.create_time))
                                         .I64(absl::ToUnixMicros(resource.update_time))
                                         .bytes());
  return *ByteReader(DigestBytes(digest)).I64();
}

// Reads kResourceColumns from `first` on; nullopt when the sum does not fit.
template <typename Row>
std::optional<Resource> ResourceAt(Row& row, int first) {
  Resource resource{row.GetString(first),  row.GetString(first + 1), row.GetString(first + 2),
                    row.GetInt(first + 3), row.GetTime(first + 4),   row.GetTime(first + 5)};
  if (RowSum(resource) != row.GetInt(first + 6)) return std::nullopt;
  return resource;
}

absl::Status Altered(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, " is not what was stored: the file is damaged"));
}

template <typename Row>
AuditRow AuditAt(Row& row) {
  AuditRow audit;
  audit.seq = row.GetInt(0);
  audit.time = row.GetTime(1);
  audit.entry = {row.GetString(2), row.GetString(3), row.GetString(4), row.GetDigest(5),
                 static_cast<int32_t>(row.GetInt(6))};
  audit.prev_sha256 = row.GetDigest(7);
  audit.sha256 = row.GetDigest(8);
  return audit;
}

constexpr char kAuditColumns[] =
    "seq, time_us, principal, method, resource, request_sha256, outcome_code, prev_sha256, sha256";

// The listing's statement. INDEXED BY makes the plan a fact: a missing index is an error, not a
// scan. The first bound on create_time_us is what the index uses; the second finishes ties.
std::string PageSql(const ListQuery& query, bool after_cursor) {
  const char* index = query.parent
                          ? (query.state ? "resources_by_parent_state" : "resources_by_parent")
                          : (query.state ? "resources_by_state" : "resources_by_kind");
  return absl::StrCat(
      "SELECT ", kResourceColumns, " FROM resources INDEXED BY ", index, " WHERE kind = ?",
      query.parent ? " AND parent = ?" : "", query.state ? " AND state = ?" : "",
      after_cursor ? " AND create_time_us <= ? AND (create_time_us < ? OR name > ?)" : "",
      " ORDER BY create_time_us DESC, name LIMIT ?");
}

}  // namespace

SqliteRows::Use SqliteRows::Prepare(const std::string& sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_
                .emplace(std::piecewise_construct, std::forward_as_tuple(sql),
                         std::forward_as_tuple(database_, sql))
                .first;
  }
  found->second.clearBindings();
  return Use(found->second);
}

std::optional<int64_t> SqliteRows::FindId(absl::string_view name) {
  Use row = Prepare("SELECT id FROM resources WHERE name = ?");
  if (!row.Text(name).Step()) return std::nullopt;
  return row.GetInt(0);
}

std::optional<ResourceVersion> SqliteRows::FindVersion(absl::string_view name) {
  Use row = Prepare("SELECT generation, create_time_us FROM resources WHERE name = ?");
  if (!row.Text(name).Step()) return std::nullopt;
  return ResourceVersion{row.GetInt(0), row.GetTime(1)};
}

void SqliteRows::WriteResource(const Resource& resource) {
  const absl::StatusOr<ResourceName> name = ParseResourceName(resource.name);
  Use row = Prepare(
      "INSERT INTO resources (name, parent, kind, state, generation, create_time_us, "
      "update_time_us, row_sum, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (name) DO UPDATE SET state = excluded.state, generation = excluded.generation, "
      "update_time_us = excluded.update_time_us, row_sum = excluded.row_sum, "
      "payload = excluded.payload");
  row.Text(resource.name).Text(name->parent).Text(name->collection).Text(resource.state);
  row.Int(resource.generation)
      .Int(absl::ToUnixMicros(resource.create_time))
      .Int(absl::ToUnixMicros(resource.update_time));
  row.Int(RowSum(resource)).Bytes(resource.payload).Run();
}

void SqliteRows::EraseResource(absl::string_view name) {
  Prepare("DELETE FROM resources WHERE name = ?").Text(name).Run();
}

bool SqliteRows::HasChildren(absl::string_view name) {
  Use row = Prepare("SELECT 1 FROM resources WHERE name > ? AND name < ? LIMIT 1");
  // '0' follows '/'.
  return row.Text(absl::StrCat(name, "/")).Text(absl::StrCat(name, "0")).Step();
}

void SqliteRows::EraseChildren(absl::string_view name) {
  Prepare("DELETE FROM resources WHERE name > ? AND name < ?")
      .Text(absl::StrCat(name, "/"))
      .Text(absl::StrCat(name, "0"))
      .Run();
}

int64_t SqliteRows::NextGeneration() {
  const int64_t next = ReadMeta("generation") + 1;
  WriteMeta("generation", next);
  return next;
}

bool SqliteRows::ContainsBlob(const Sha256Digest& sha256) {
  return Prepare("SELECT 1 FROM blobs WHERE sha256 = ?").Digest(sha256).Step();
}

void SqliteRows::WriteBlob(const Sha256Digest& sha256, absl::string_view bytes, absl::Time now) {
  Prepare(
      "INSERT INTO blobs (sha256, put_time_us, size, bytes) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (sha256) DO UPDATE SET put_time_us = excluded.put_time_us")
      .Digest(sha256)
      .Int(absl::ToUnixMicros(now))
      .Int(static_cast<int64_t>(bytes.size()))
      .Bytes(bytes)
      .Run();
}

void SqliteRows::WriteReferences(absl::string_view name, const std::vector<Sha256Digest>& blobs) {
  const int64_t id = FindId(name).value();
  Prepare("DELETE FROM resource_blobs WHERE resource_id = ?").Int(id).Run();
  for (const Sha256Digest& sha256 : std::set<Sha256Digest>(blobs.begin(), blobs.end())) {
    Prepare(
        "INSERT INTO resource_blobs (resource_id, blob_id) "
        "SELECT ?, id FROM blobs WHERE sha256 = ?")
        .Int(id)
        .Digest(sha256)
        .Run();
  }
}

std::optional<RequestId> SqliteRows::ReadRequest(absl::string_view principal,
                                                 absl::string_view id) {
  Use row = Prepare(
      "SELECT method, request_sha256, outcome FROM requests WHERE principal = ? AND id = ?");
  if (!row.Text(principal).Text(id).Step()) return std::nullopt;
  return RequestId{std::string(principal), std::string(id), row.GetString(0), row.GetDigest(1),
                   row.GetString(2)};
}

void SqliteRows::WriteRequest(const RequestId& request, absl::Time now) {
  Use row = Prepare(
      "INSERT INTO requests (principal, id, method, request_sha256, outcome, create_time_us) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  row.Text(request.principal).Text(request.id).Text(request.method);
  row.Digest(request.request_sha256).Text(request.outcome).Int(absl::ToUnixMicros(now)).Run();
}

std::optional<AuditRow> SqliteRows::LastAudit() {
  Use row =
      Prepare(absl::StrCat("SELECT ", kAuditColumns, " FROM audit ORDER BY seq DESC LIMIT 1"));
  if (!row.Step()) return std::nullopt;
  return AuditAt(row);
}

void SqliteRows::WriteAudit(const AuditRow& audit) {
  Use row = Prepare(
      absl::StrCat("INSERT INTO audit (", kAuditColumns, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  row.Int(audit.seq).Int(absl::ToUnixMicros(audit.time)).Text(audit.entry.principal);
  row.Text(audit.entry.method).Text(audit.entry.resource).Digest(audit.entry.request_sha256);
  row.Int(audit.entry.outcome_code).Digest(audit.prev_sha256).Digest(audit.sha256).Run();
}

absl::StatusOr<std::optional<Resource>> SqliteRows::ReadResource(absl::string_view name) {
  Use row = Prepare(absl::StrCat("SELECT ", kResourceColumns, " FROM resources WHERE name = ?"));
  if (!row.Text(name).Step()) return std::nullopt;
  std::optional<Resource> resource = ResourceAt(row, 0);
  if (!resource) return Altered(name);
  return resource;
}

absl::StatusOr<ListPage> SqliteRows::ReadPage(const ListQuery& query,
                                              const std::optional<PageCursor>& cursor,
                                              int32_t page_size) {
  Use row = Prepare(PageSql(query, cursor.has_value()));
  row.Text(query.kind);
  if (query.parent) row.Text(*query.parent);
  if (query.state) row.Text(*query.state);
  if (cursor) {
    row.Int(cursor->create_time_us).Int(cursor->create_time_us).Text(cursor->name);
  }
  row.Int(page_size + 1);
  ListPage page;
  for (int64_t bytes = 0; row.Step();) {
    std::optional<Resource> resource = ResourceAt(row, 0);
    if (!resource) return Altered(row.GetString(0));
    bytes += resource->payload.size();
    if (static_cast<int32_t>(page.resources.size()) == page_size ||
        (!page.resources.empty() && bytes > kMaxPageBytes)) {
      const Resource& last = page.resources.back();
      page.next_page_token =
          EncodePageToken(query, {absl::ToUnixMicros(last.create_time), last.name});
      break;
    }
    page.resources.push_back(*std::move(resource));
  }
  return page;
}

std::vector<Sha256Digest> SqliteRows::ReadReferences(absl::string_view name) {
  Use row = Prepare(
      "SELECT blobs.sha256 FROM resources "
      "JOIN resource_blobs ON resource_blobs.resource_id = resources.id "
      "JOIN blobs ON blobs.id = resource_blobs.blob_id "
      "WHERE resources.name = ? ORDER BY blobs.sha256");
  row.Text(name);
  std::vector<Sha256Digest> digests;
  while (row.Step()) digests.push_back(row.GetDigest(0));
  return digests;
}

std::optional<std::string> SqliteRows::ReadBlob(const Sha256Digest& sha256) {
  Use row = Prepare("SELECT bytes FROM blobs WHERE sha256 = ?");
  if (!row.Digest(sha256).Step()) return std::nullopt;
  return row.GetString(0);
}

std::vector<AuditRow> SqliteRows::ReadAudit(int64_t after_seq, int32_t limit) {
  Use row = Prepare(
      absl::StrCat("SELECT ", kAuditColumns, " FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"));
  row.Int(after_seq).Int(limit);
  std::vector<AuditRow> rows;
  while (row.Step()) rows.push_back(AuditAt(row));
  return rows;
}

StoreStats SqliteRows::ReadStats() {
  Use row = Prepare(
      "SELECT (SELECT count(*) FROM resources), (SELECT count(*) FROM blobs), "
      "(SELECT coalesce(sum(size), 0) FROM blobs), (SELECT count(*) FROM audit)");
  row.Step();
  return {row.GetInt(0), row.GetInt(1), row.GetInt(2), row.GetInt(3)};
}

GarbageResult SqliteRows::RemoveBlobs(absl::Time newest, int32_t max_blobs) {
  std::vector<std::pair<int64_t, int64_t>> found;  // id, size
  {
    Use row = Prepare(
        "SELECT id, size FROM blobs WHERE put_time_us <= ? AND NOT EXISTS "
        "(SELECT 1 FROM resource_blobs WHERE blob_id = blobs.id) LIMIT ?");
    row.Int(absl::ToUnixMicros(newest)).Int(int64_t{max_blobs} + 1);
    while (row.Step()) found.emplace_back(row.GetInt(0), row.GetInt(1));
  }
  GarbageResult result;
  result.done = static_cast<int32_t>(found.size()) <= max_blobs;
  if (!result.done) found.resize(max_blobs);
  for (const auto& [id, size] : found) {
    Prepare("DELETE FROM blobs WHERE id = ?").Int(id).Run();
    ++result.blobs_removed;
    result.bytes_removed += size;
  }
  return result;
}

std::vector<ScannedRow> SqliteRows::ScanResources(int64_t after_id, int32_t limit) {
  Use row = Prepare(absl::StrCat("SELECT id, ", kResourceColumns,
                                 " FROM resources WHERE id > ? ORDER BY id LIMIT ?"));
  row.Int(after_id).Int(limit);
  std::vector<ScannedRow> rows;
  while (row.Step()) {
    const bool intact = ResourceAt(row, 1).has_value();
    rows.push_back(
        {row.GetInt(0), row.GetString(1), static_cast<int64_t>(row.GetString(3).size()), intact});
  }
  return rows;
}

std::vector<ScannedRow> SqliteRows::ScanBlobs(int64_t after_id, int64_t max_bytes) {
  Use row = Prepare("SELECT id, sha256, bytes FROM blobs WHERE id > ? ORDER BY id");
  row.Int(after_id);
  std::vector<ScannedRow> rows;
  for (int64_t bytes = 0; bytes < max_bytes && row.Step();) {
    const std::string content = row.GetString(2);
    const Sha256Digest sha256 = row.GetDigest(1);
    bytes += content.size() + 1;
    rows.push_back({row.GetInt(0), absl::StrCat("blob ", ToHex(sha256)),
                    static_cast<int64_t>(content.size()), Sha256(content) == sha256});
  }
  return rows;
}

std::string SqliteRows::QuickCheck(const std::string& table) {
  SQLite::Statement check(database_, absl::StrCat("PRAGMA quick_check(", table, ")"));
  if (!check.executeStep()) return "";
  const std::string answer = check.getColumn(0).getString();
  return answer == "ok" ? "" : answer;
}

int64_t SqliteRows::ReadMeta(const std::string& key) {
  Use row = Prepare("SELECT value FROM meta WHERE key = ?");
  return row.Text(key).Step() ? row.GetInt(0) : 0;
}

void SqliteRows::WriteMeta(const std::string& key, int64_t value) {
  Prepare("UPDATE meta SET value = ? WHERE key = ?").Int(value).Text(key).Run();
}

}  // namespace jalon::server
