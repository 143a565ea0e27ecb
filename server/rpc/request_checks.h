// Checks that many requests share: names, ids, page sizes.
#ifndef JALON_SERVER_RPC_REQUEST_CHECKS_H_
#define JALON_SERVER_RPC_REQUEST_CHECKS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/convert/checks.h"

namespace jalon::server {

// Patterns of resource names: one `*` per id.
inline constexpr char kNetworkPattern[] = "networks/*";
inline constexpr char kRevisionPattern[] = "networks/*/revisions/*";
inline constexpr char kImportPattern[] = "networks/*/imports/*";
inline constexpr char kScenarioPattern[] = "networks/*/scenarios/*";
inline constexpr char kObjectiveSetPattern[] = "networks/*/objectiveSets/*";
inline constexpr char kModelPattern[] = "networks/*/models/*";
inline constexpr char kRunPattern[] = "networks/*/runs/*";

// MISSING_FIELD for an empty name, BAD_NAME for one that does not follow `pattern`.
bool CheckName(absl::string_view field, absl::string_view name, absl::string_view pattern,
               Checks& checks);
// CheckName for a request with nothing else to check.
absl::Status CheckNamed(absl::string_view field, absl::string_view name, absl::string_view pattern);
// BAD_SLUG unless `id` is empty or a slug.
void CheckId(absl::string_view field, absl::string_view id, Checks& checks);
// TEXT_TOO_LONG above 64 bytes.
void CheckRequestId(absl::string_view request_id, Checks& checks);
// OUT_OF_RANGE for a negative page size.
void CheckPageSize(int64_t page_size, Checks& checks);

// `networks/fr` of any name below it.
std::string NetworkOf(absl::string_view name);
// The last id of a name.
absl::string_view IdOf(absl::string_view name);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_REQUEST_CHECKS_H_
