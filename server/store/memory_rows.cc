#include "server/store/memory_rows.h"

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"

namespace jalon::server {
namespace {

// The collection id of a name that was checked before.
std::string KindOf(const Resource& resource) {
  return ParseResourceName(resource.name)->collection;
}

std::pair<int64_t, std::string> OrderOf(const Resource& resource) {
  return {-absl::ToUnixMicros(resource.create_time), resource.name};
}

}  // namespace

void MemoryRows::Index(const Resource& resource) {
  by_kind[KindOf(resource)].insert(OrderOf(resource));
}

void MemoryRows::Unindex(const Resource& resource) {
  by_kind[KindOf(resource)].erase(OrderOf(resource));
}

std::optional<ResourceVersion> MemoryRows::FindVersion(absl::string_view name) {
  const auto found = resources.find(std::string(name));
  if (found == resources.end()) return std::nullopt;
  return ResourceVersion{found->second.resource.generation, found->second.resource.create_time};
}

void MemoryRows::WriteResource(const Resource& resource) {
  const auto found = resources.find(resource.name);
  if (found != resources.end()) {
    undo_.push_back([this, old = found->second.resource] { resources[old.name].resource = old; });
    found->second.resource = resource;
    return;
  }
  resources[resource.name].resource = resource;
  Index(resource);
  undo_.push_back([this, resource] {
    Unindex(resource);
    resources.erase(resource.name);
  });
}

void MemoryRows::EraseResource(absl::string_view name) {
  const auto found = resources.find(std::string(name));
  undo_.push_back([this, old = found->second] {
    resources[old.resource.name] = old;
    Index(old.resource);
  });
  Unindex(found->second.resource);
  resources.erase(found);
}

bool MemoryRows::HasChildren(absl::string_view name) {
  const auto first = resources.lower_bound(absl::StrCat(name, "/"));
  return first != resources.end() && first->first < absl::StrCat(name, "0");
}

void MemoryRows::EraseChildren(absl::string_view name) {
  const std::string first = absl::StrCat(name, "/");
  while (HasChildren(name)) EraseResource(std::string(resources.lower_bound(first)->first));
}

int64_t MemoryRows::NextGeneration() {
  // A refused transaction gives its numbers back, as a rollback of the file does.
  undo_.push_back([this] { --generation_; });
  return ++generation_;
}

void MemoryRows::WriteBlob(const Sha256Digest& sha256, absl::string_view bytes, absl::Time now) {
  const auto [place, inserted] = blobs.try_emplace(sha256, Blob{std::string(bytes), now});
  if (inserted) {
    undo_.push_back([this, sha256] { blobs.erase(sha256); });
    return;
  }
  undo_.push_back([this, sha256, old = place->second.put_time] { blobs[sha256].put_time = old; });
  place->second.put_time = now;
}

void MemoryRows::WriteReferences(absl::string_view name, const std::vector<Sha256Digest>& digests) {
  Entry& entry = resources[std::string(name)];
  undo_.push_back(
      [this, key = std::string(name), old = entry.blobs] { resources[key].blobs = old; });
  entry.blobs = {digests.begin(), digests.end()};
}

std::optional<RequestId> MemoryRows::ReadRequest(absl::string_view principal,
                                                 absl::string_view id) {
  const auto found = requests.find({std::string(principal), std::string(id)});
  if (found == requests.end()) return std::nullopt;
  return found->second;
}

void MemoryRows::WriteRequest(const RequestId& request, absl::Time) {
  const std::pair<std::string, std::string> key = {request.principal, request.id};
  requests[key] = request;
  undo_.push_back([this, key] { requests.erase(key); });
}

std::optional<AuditRow> MemoryRows::LastAudit() {
  if (audit.empty()) return std::nullopt;
  return audit.back();
}

void MemoryRows::WriteAudit(const AuditRow& row) {
  audit.push_back(row);
  undo_.push_back([this] { audit.pop_back(); });
}

void MemoryRows::Rollback() {
  for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) (*step)();
  undo_.clear();
}

}  // namespace jalon::server
