#include "server/rpc/network_reads.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/rpc/paging.h"
#include "server/rpc/record_lists.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

constexpr int64_t kViolationsPerBlob = 500;
constexpr PageSizes kViolationPages{.standard = 100, .most = kViolationsPerBlob};

v1::Network WithEtag(v1::Network network, int64_t generation) {
  network.set_etag(absl::StrCat(generation));
  return network;
}

// Resources below a network, by counting the pages of each kind.
absl::StatusOr<int64_t> CountChildren(Archive& archive, const std::string& network) {
  int64_t count = 0;
  for (const char* kind :
       {"revisions", "imports", "scenarios", "objectiveSets", "models", "runs"}) {
    ListQuery query{.kind = kind, .parent = network, .page_size = 1'000};
    do {
      JALON_ASSIGN_OR_RETURN(const ListPage page, archive.List(query));
      count += static_cast<int64_t>(page.resources.size());
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
  }
  return count;
}

// What a repeated call is answered with: nothing else remembers it once the network is gone.
v1::DeleteNetworkResponse Deleted(absl::string_view outcome) {
  v1::DeleteNetworkResponse response;
  int64_t count = 0;
  if (absl::SimpleAtoi(outcome, &count)) response.set_deleted_count(count);
  return response;
}

}  // namespace

absl::StatusOr<v1::Network> GetNetwork(Call& call, const v1::GetNetworkRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kNetworkPattern));
  JALON_ASSIGN_OR_RETURN(auto stored,
                         call.environment().archive.Get<store::v1::NetworkRecord>(request.name()));
  return WithEtag(std::move(*stored.record.mutable_network()), stored.generation);
}

absl::StatusOr<v1::ListNetworksResponse> ListNetworks(Call& call,
                                                      const v1::ListNetworksRequest& request) {
  // Few networks live in one store: all are read, then put in the order of their names.
  Archive& archive = call.environment().archive;
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, "", {50, 1'000}));
  std::vector<v1::Network> networks;
  ListQuery query{.kind = "networks", .parent = "", .page_size = 1'000};
  do {
    JALON_ASSIGN_OR_RETURN(const ListPage page, archive.List(query));
    for (const Resource& resource : page.resources) {
      store::v1::NetworkRecord record;
      JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
      networks.push_back(WithEtag(std::move(*record.mutable_network()), resource.generation));
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  std::sort(networks.begin(), networks.end(),
            [](const v1::Network& a, const v1::Network& b) { return a.name() < b.name(); });
  v1::ListNetworksResponse response;
  const auto total = static_cast<int64_t>(networks.size());
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_networks() = std::move(networks[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::DeleteNetworkResponse> DeleteNetwork(Call& call,
                                                        const v1::DeleteNetworkRequest& request) {
  Archive& archive = call.environment().archive;
  Checks checks;
  CheckName("name", request.name(), kNetworkPattern, checks);
  CheckRequestId(request.request_id(), checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return Deleted(earlier);
  JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::NetworkRecord>(request.name()));
  if (!request.etag().empty() && request.etag() != absl::StrCat(stored.generation)) {
    return absl::AbortedError(
        absl::StrCat(request.name(), " has changed since this etag was read"));
  }
  JALON_ASSIGN_OR_RETURN(const int64_t children, CountChildren(archive, request.name()));
  Transaction transaction;
  transaction.mutations.push_back(DeleteResource{
      .name = request.name(), .expected_generation = stored.generation, .with_children = true});
  JALON_ASSIGN_OR_RETURN(
      const ApplyResult applied,
      call.Apply(std::move(transaction), request.request_id(), absl::StrCat(children + 1)));
  call.environment().fits.CancelBelow(request.name());
  call.environment().runs.CancelBelow(request.name());
  archive.Forget(request.name());
  return Deleted(request.request_id().empty() ? absl::StrCat(children + 1) : applied.outcome);
}

absl::StatusOr<v1::Revision> GetRevision(Call& call, const v1::GetRevisionRequest& request) {
  Archive& archive = call.environment().archive;
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kRevisionPattern));
  JALON_ASSIGN_OR_RETURN(const std::string name, archive.ResolveRevision(request.name()));
  JALON_ASSIGN_OR_RETURN(auto stored, archive.Get<store::v1::RevisionRecord>(name));
  return std::move(*stored.record.mutable_revision());
}

absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(Call& call,
                                                        const v1::ListRevisionsRequest& request) {
  v1::ListRevisionsResponse response;
  JALON_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                         ListChildren<store::v1::RevisionRecord>(
                             call.environment().archive, request, "revisions",
                             [&response](store::v1::RevisionRecord record, int64_t) {
                               *response.add_revisions() = std::move(*record.mutable_revision());
                             }));
  return response;
}

absl::StatusOr<v1::Import> GetImport(Call& call, const v1::GetImportRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kImportPattern));
  JALON_ASSIGN_OR_RETURN(auto stored,
                         call.environment().archive.Get<store::v1::ImportRecord>(request.name()));
  return std::move(*stored.record.mutable_import());
}

absl::StatusOr<v1::ListImportsResponse> ListImports(Call& call,
                                                    const v1::ListImportsRequest& request) {
  // A network whose first import was rejected does not exist, but the import does.
  Archive& archive = call.environment().archive;
  JALON_RETURN_IF_ERROR(CheckNamed("parent", request.parent(), kNetworkPattern));
  v1::ListImportsResponse response;
  JALON_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                         ListRecords<store::v1::ImportRecord>(
                             archive, request, {.kind = "imports", .parent = request.parent()},
                             [&response](store::v1::ImportRecord record, int64_t) {
                               *response.add_imports() = std::move(*record.mutable_import());
                             }));
  if (response.imports().empty()) {
    JALON_RETURN_IF_ERROR(archive.Get<store::v1::NetworkRecord>(request.parent()).status());
  }
  return response;
}

absl::StatusOr<v1::ListImportViolationsResponse> ListImportViolations(
    Call& call, const v1::ListImportViolationsRequest& request) {
  Archive& archive = call.environment().archive;
  JALON_RETURN_IF_ERROR(CheckNamed("parent", request.parent(), kImportPattern));
  JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::ImportRecord>(request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, request.parent(), kViolationPages));
  v1::ListImportViolationsResponse response;
  response.set_total_count(stored.record.import().violation_count());
  const int64_t kept =
      std::min<int64_t>(stored.record.import().violation_count(), sim::Violations::kDefaultLimit);
  int64_t loaded = -1;
  store::v1::ViolationPage page;
  for (int64_t i = paging.first(); i < paging.end(kept); ++i) {
    if (i / kViolationsPerBlob != loaded) {
      loaded = i / kViolationsPerBlob;
      JALON_ASSIGN_OR_RETURN(page, archive.GetMessage<store::v1::ViolationPage>(
                                       stored.record.violation_pages(static_cast<int>(loaded))));
    }
    *response.add_violations() = page.violations(static_cast<int>(i % kViolationsPerBlob));
  }
  response.set_next_page_token(paging.NextToken(kept));
  return response;
}

}  // namespace jalon::server
