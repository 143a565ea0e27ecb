// Reads channels, credit and means, and proves that totals reconcile.
#ifndef JALON_SERVER_RPC_NETWORK_TABLES_H_
#define JALON_SERVER_RPC_NETWORK_TABLES_H_

#include "absl/status/statusor.h"
#include "jalon/v1/network_service.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

absl::StatusOr<v1::ListChannelsResponse> ListChannels(Call& call,
                                                      const v1::ListChannelsRequest& request);
absl::StatusOr<v1::ListCreditResponse> ListCredit(Call& call, const v1::ListCreditRequest& request);
absl::StatusOr<v1::ListMeansResponse> ListMeans(Call& call, const v1::ListMeansRequest& request);
absl::StatusOr<v1::ReconcileResponse> Reconcile(Call& call, const v1::ReconcileRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_NETWORK_TABLES_H_
