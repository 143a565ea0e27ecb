// Page tokens: where a listing stopped, checked against the query it belongs to.
#ifndef JALON_SERVER_STORE_PAGE_TOKEN_H_
#define JALON_SERVER_STORE_PAGE_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace jalon::server {

// Bounds of one page (see ListQuery::page_size).
inline constexpr int32_t kDefaultPageSize = 50;
inline constexpr int32_t kMaxPageSize = 1000;
inline constexpr int64_t kMaxPageBytes = 4 << 20;

// The last resource of a page: the next one begins strictly after it.
struct PageCursor {
  int64_t create_time_us = 0;
  std::string name;

  friend bool operator==(const PageCursor&, const PageCursor&) = default;
};

// Text for URLs and headers: a check sum over the query's (kind, parent, state) and the cursor,
// then the cursor.
std::string EncodePageToken(const ListQuery& query, const PageCursor& cursor);

// nullopt for an empty token (first page). kInvalidArgument for a token that this query's
// EncodePageToken did not make.
absl::StatusOr<std::optional<PageCursor>> DecodePageToken(const ListQuery& query);

// The page size asked for, within its bounds. kInvalidArgument when negative.
absl::StatusOr<int32_t> EffectivePageSize(const ListQuery& query);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_PAGE_TOKEN_H_
