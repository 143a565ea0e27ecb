#include "clients/cli/latest.h"

#include "absl/strings/str_cat.h"

namespace jalon::client {

absl::StatusOr<std::string> LatestRevision(Context& context) {
  auto name = context.network();
  if (!name.ok()) return name.status();
  auto client = context.client();
  if (!client.ok()) return client.status();
  v1::GetNetworkRequest request;
  request.set_name(*name);
  auto network = (*client)->GetNetwork(request);
  if (!network.ok()) return network.status();
  return network->latest_revision();
}

absl::StatusOr<std::string> ModelOrLatest(Context& context, const std::string& id) {
  if (!id.empty()) return context.FullName("models", id);
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  auto client = context.client();
  if (!client.ok()) return client.status();
  v1::ListModelsRequest request;
  request.set_parent(*parent);
  auto models = (*client)->ListModels(request);
  if (!models.ok()) return models.status();
  for (const auto& model : models->models()) {
    if (model.state() == v1::Model::STATE_SUCCEEDED) return model.name();
  }
  return absl::NotFoundError(absl::StrCat(*parent,
                                          " has no model yet; fit one with `jalon fit "
                                          "--network ",
                                          ShortId(*parent), "`"));
}

absl::StatusOr<std::string> ObjectiveSetOrLatest(Context& context, const std::string& id) {
  if (!id.empty()) return context.FullName("objectiveSets", id);
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  auto client = context.client();
  if (!client.ok()) return client.status();
  v1::ListObjectiveSetsRequest request;
  request.set_parent(*parent);
  request.set_page_size(1);
  auto sets = (*client)->ListObjectiveSets(request);
  if (!sets.ok()) return sets.status();
  if (sets->objective_sets().empty()) {
    return absl::NotFoundError(absl::StrCat(
        *parent, " has no objective set yet; make one with `jalon objectives create` or `import`"));
  }
  return sets->objective_sets(0).name();
}

}  // namespace jalon::client
