// What NetworkService reads of records: networks, revisions, imports; and the deletion of networks.
#ifndef JALON_SERVER_RPC_NETWORK_READS_H_
#define JALON_SERVER_RPC_NETWORK_READS_H_

#include "absl/status/statusor.h"
#include "jalon/v1/network_service.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

absl::StatusOr<v1::Network> GetNetwork(Call& call, const v1::GetNetworkRequest& request);
absl::StatusOr<v1::ListNetworksResponse> ListNetworks(Call& call,
                                                      const v1::ListNetworksRequest& request);
absl::StatusOr<v1::DeleteNetworkResponse> DeleteNetwork(Call& call,
                                                        const v1::DeleteNetworkRequest& request);
absl::StatusOr<v1::Revision> GetRevision(Call& call, const v1::GetRevisionRequest& request);
absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(Call& call,
                                                        const v1::ListRevisionsRequest& request);
absl::StatusOr<v1::Import> GetImport(Call& call, const v1::GetImportRequest& request);
absl::StatusOr<v1::ListImportsResponse> ListImports(Call& call,
                                                    const v1::ListImportsRequest& request);
absl::StatusOr<v1::ListImportViolationsResponse> ListImportViolations(
    Call& call, const v1::ListImportViolationsRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_NETWORK_READS_H_
