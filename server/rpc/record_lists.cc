#include "server/rpc/record_lists.h"

#include "absl/time/time.h"
#include "server/store/page_token.h"

namespace jalon::server {
namespace {

std::string TokenAfter(const ListQuery& query, const Resource& last) {
  return EncodePageToken(query, {absl::ToUnixMicros(last.create_time), last.name});
}

}  // namespace

absl::StatusOr<KeptPage> ListKept(Archive& archive, ListQuery query,
                                  absl::FunctionRef<absl::StatusOr<bool>(const Resource&)> keeps) {
  JALON_ASSIGN_OR_RETURN(const int32_t size, EffectivePageSize(query));
  query.page_size = kMaxPageSize;
  KeptPage page;
  do {
    JALON_ASSIGN_OR_RETURN(ListPage chunk, archive.List(query));
    for (Resource& resource : chunk.resources) {
      JALON_ASSIGN_OR_RETURN(const bool kept, keeps(resource));
      if (!kept) continue;
      if (static_cast<int32_t>(page.resources.size()) == size) {
        page.next_page_token = TokenAfter(query, page.resources.back());
        return page;
      }
      page.resources.push_back(std::move(resource));
    }
    query.page_token = chunk.next_page_token;
  } while (!query.page_token.empty());
  return page;
}

}  // namespace jalon::server
