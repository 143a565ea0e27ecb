#include "server/rpc/request_checks.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/ids.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxRequestIdBytes = 64;

bool Follows(absl::string_view name, absl::string_view pattern) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  if (parts.size() != wanted.size()) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (wanted[i] == "*" ? !IsSlug(parts[i]) : parts[i] != wanted[i]) return false;
  }
  return true;
}

}  // namespace

bool CheckName(absl::string_view field, absl::string_view name, absl::string_view pattern,
               Checks& checks) {
  if (!checks.Required(field, !name.empty())) return false;
  if (Follows(name, pattern)) return true;
  checks.Add(field, std::string(name),
             absl::StrCat("must be ", pattern, ", each * 1 to 63 of a-z 0-9 -"), "BAD_NAME");
  return false;
}

absl::Status CheckNamed(absl::string_view field, absl::string_view name,
                        absl::string_view pattern) {
  Checks checks;
  CheckName(field, name, pattern, checks);
  return checks.ToStatus();
}

void CheckId(absl::string_view field, absl::string_view id, Checks& checks) {
  if (id.empty() || IsSlug(id)) return;
  checks.Add(field, std::string(id), kSlugRule, "BAD_SLUG");
}

void CheckRequestId(absl::string_view request_id, Checks& checks) {
  checks.Text("request_id", request_id, kMaxRequestIdBytes);
}

void CheckPageSize(int64_t page_size, Checks& checks) {
  if (page_size >= 0) return;
  checks.Add("page_size", absl::StrCat(page_size), "must be >= 0", "OUT_OF_RANGE");
}

std::string NetworkOf(absl::string_view name) {
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return std::string(name);
  return std::string(name.substr(0, name.find('/', slash + 1)));
}

absl::string_view IdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace jalon::server
