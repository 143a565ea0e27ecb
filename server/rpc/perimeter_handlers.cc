#include "server/rpc/perimeter_handlers.h"

#include <vector>

#include "server/convert/perimeter.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"

namespace jalon::server {

absl::StatusOr<v1::ListPerimeterChangesResponse> ListPerimeterChanges(
    Call& call, const v1::ListPerimeterChangesRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  const sim::Revision& value = revision->value;
  if (!request.unit().empty() && !value.network.FindUnit(request.unit())) {
    Checks checks;
    checks.Add("unit", request.unit(), "must be a unit of the network", "UNKNOWN_UNIT");
    return checks.ToStatus();
  }
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  std::vector<const sim::PerimeterChange*> changes;
  for (const sim::PerimeterChange& change : value.perimeter.changes) {
    if (request.unit().empty() || change.unit == request.unit() ||
        change.receiver == request.unit()) {
      changes.push_back(&change);
    }
  }
  const auto total = static_cast<int64_t>(changes.size());
  const sim::Period target = sim::TargetDate(value.perimeter, value.realisations.window());
  v1::ListPerimeterChangesResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_changes() = ToProto(*changes[i]);
    response.mutable_changes()->rbegin()->set_in_target(changes[i]->date <= target);
  }
  response.set_next_page_token(paging.NextToken(total));
  response.set_target_date(target.ToString());
  return response;
}

}  // namespace jalon::server
