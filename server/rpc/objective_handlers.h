// What ObjectiveService does, but for uploads (import_objectives.cc).
#ifndef JALON_SERVER_RPC_OBJECTIVE_HANDLERS_H_
#define JALON_SERVER_RPC_OBJECTIVE_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/objective_service.pb.h"
#include "server/convert/objective.h"
#include "server/rpc/call.h"
#include "server/store/store.h"

namespace jalon::server {

absl::StatusOr<v1::ObjectiveSet> CreateObjectiveSet(Call& call,
                                                    const v1::CreateObjectiveSetRequest& request);
absl::StatusOr<v1::ObjectiveSet> GetObjectiveSet(Call& call,
                                                 const v1::GetObjectiveSetRequest& request);
absl::StatusOr<v1::ListObjectiveSetsResponse> ListObjectiveSets(
    Call& call, const v1::ListObjectiveSetsRequest& request);
absl::StatusOr<v1::ObjectiveSet> PublishObjectiveSet(Call& call,
                                                     const v1::PublishObjectiveSetRequest& request);
absl::StatusOr<v1::ListObjectivesResponse> ListObjectives(Call& call,
                                                          const v1::ListObjectivesRequest& request);
// In objective_history.cc.
absl::StatusOr<v1::AnalyzeObjectiveHistoryResponse> AnalyzeObjectiveHistory(
    Call& call, const v1::AnalyzeObjectiveHistoryRequest& request);

// A set about to be kept.
struct StagedObjectives {
  // As shown, without etag.
  v1::ObjectiveSet set;
  // The table's blob, then the record; kAlreadyExists when the name is taken.
  std::vector<Mutation> mutations;
};

// Completes `set` (its name, label, origin and so on are the caller's) with count, hash and state,
// and stages it. `objectives` are valid and in canonical order.
StagedObjectives StageObjectives(v1::ObjectiveSet set, const sim::Network& network,
                                 const std::vector<sim::Objective>& objectives);

// The fields a caller may set; the others are output only.
v1::ObjectiveSet GivenFields(const v1::ObjectiveSet& set);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_OBJECTIVE_HANDLERS_H_
