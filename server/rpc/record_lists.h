// Pages of records that hang on a network, newest first.
#ifndef JALON_SERVER_RPC_RECORD_LISTS_H_
#define JALON_SERVER_RPC_RECORD_LISTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
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

// The resources of one page that a predicate keeps.
struct KeptPage {
  std::vector<Resource> resources;
  std::string next_page_token;
};

// A page of the resources that `keeps(resource)` keeps, as full as the list allows: fewer than
// asked for, or no token, only at the end of the list. Reads on past what is not kept, in pages of
// 1,000. Errors: those of Archive::List and of `keeps`.
absl::StatusOr<KeptPage> ListKept(Archive& archive, ListQuery query,
                                  absl::FunctionRef<absl::StatusOr<bool>(const Resource&)> keeps);

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

// ListChildren for the records that `keeps(record)` keeps: pages are full.
template <typename Record, typename Request, typename Keeps, typename Add>
absl::StatusOr<std::string> ListChildrenThat(Archive& archive, const Request& request,
                                             const char* kind, Keeps keeps, Add add) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckPageSize(request.page_size(), checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_RETURN_IF_ERROR(archive.Get<store::v1::NetworkRecord>(request.parent()).status());
  const auto keeps_resource = [&](const Resource& resource) -> absl::StatusOr<bool> {
    Record record;
    JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
    return keeps(record);
  };
  JALON_ASSIGN_OR_RETURN(const KeptPage page, ListKept(archive,
                                                       {.kind = kind,
                                                        .parent = request.parent(),
                                                        .page_size = request.page_size(),
                                                        .page_token = request.page_token()},
                                                       keeps_resource));
  for (const Resource& resource : page.resources) {
    Record record;
    JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
    add(std::move(record), resource.generation);
  }
  return page.next_page_token;
}

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_RECORD_LISTS_H_
