// Pages of records that hang on a network, newest first.
#ifndef JALON_SERVER_RPC_RECORD_LISTS_H_
#define JALON_SERVER_RPC_RECORD_LISTS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/rpc/call.h"
#include "server/rpc/request_checks.h"
#include "server/run/archive.h"

namespace jalon::server {

// Reads the page that `request` asks for and calls `add(record, generation)` for each record.
// `query` says which records; returns the next page's token.
template <typename Record, typename Request, typename Add>
absl::StatusOr<std::string> ListRecords(Archive& archive, const Request& request, ListQuery query,
                                        Add add) {
  Checks checks;
  CheckPageSize(request.page_size(), checks);
  if (!checks.ok()) return checks.ToStatus();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  JALON_ASSIGN_OR_RETURN(const ListPage page, archive.List(std::move(query)));
  for (const Resource& resource : page.resources) {
    Record record;
    JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
    add(std::move(record), resource.generation);
  }
  return page.next_page_token;
}

// ListRecords for the children of the network `request.parent()`, which must exist.
template <typename Record, typename Request, typename Add>
absl::StatusOr<std::string> ListChildren(Archive& archive, const Request& request, const char* kind,
                                         Add add) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckPageSize(request.page_size(), checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_RETURN_IF_ERROR(archive.Get<store::v1::NetworkRecord>(request.parent()).status());
  return ListRecords<Record>(archive, request, {.kind = kind, .parent = request.parent()},
                             std::move(add));
}

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_RECORD_LISTS_H_
