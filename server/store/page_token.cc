#include "server/store/page_token.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "server/base/bytes.h"
#include "server/base/sha256.h"

namespace jalon::server {
namespace {

constexpr size_t kSumBytes = 8;

void AppendOptional(ByteWriter& writer, const std::optional<std::string>& value) {
  writer.U64(value.has_value());
  if (value) writer.String(*value);
}

std::string CursorBytes(const PageCursor& cursor) {
  return ByteWriter().I64(cursor.create_time_us).String(cursor.name).bytes();
}

std::string Sum(const ListQuery& query, absl::string_view cursor_bytes) {
  ByteWriter writer;
  writer.String("jalon page 1").String(query.kind);
  AppendOptional(writer, query.parent);
  AppendOptional(writer, query.state);
  writer.Raw(cursor_bytes);
  return DigestBytes(Sha256(writer.bytes())).substr(0, kSumBytes);
}

absl::Status BadToken() {
  return absl::InvalidArgumentError(
      "page_token: not a token of this listing; pass next_page_token of the page before with the "
      "same parent and filter, or nothing for the first page");
}

}  // namespace

std::string EncodePageToken(const ListQuery& query, const PageCursor& cursor) {
  const std::string bytes = CursorBytes(cursor);
  return absl::WebSafeBase64Escape(Sum(query, bytes) + bytes);
}

absl::StatusOr<std::optional<PageCursor>> DecodePageToken(const ListQuery& query) {
  if (query.page_token.empty()) return std::nullopt;
  std::string raw;
  if (!absl::WebSafeBase64Unescape(query.page_token, &raw) || raw.size() < kSumBytes) {
    return BadToken();
  }
  const absl::string_view bytes = absl::string_view(raw).substr(kSumBytes);
  if (absl::string_view(raw).substr(0, kSumBytes) != Sum(query, bytes)) return BadToken();
  ByteReader reader(bytes);
  const std::optional<int64_t> time = reader.I64();
  const std::optional<absl::string_view> name = reader.String();
  if (!time || !name || !reader.AtEnd()) return BadToken();
  return PageCursor{*time, std::string(*name)};
}

absl::StatusOr<int32_t> EffectivePageSize(const ListQuery& query) {
  if (query.page_size < 0) return absl::InvalidArgumentError("page_size: must be >= 0");
  if (query.page_size == 0) return kDefaultPageSize;
  return std::min(query.page_size, kMaxPageSize);
}

}  // namespace jalon::server
