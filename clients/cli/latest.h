// Defaults: the newest revision, model or set of a network.
#ifndef JALON_CLIENTS_CLI_LATEST_H_
#define JALON_CLIENTS_CLI_LATEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/context.h"

namespace jalon::client {

// Full name of the newest revision of the chosen network.
absl::StatusOr<std::string> LatestRevision(Context& context);

// Full name of `id`, or of the newest usable model when `id` is empty.
// Errors: kNotFound with the command that makes one.
absl::StatusOr<std::string> ModelOrLatest(Context& context, const std::string& id);

// Full name of `id`, or of the newest objective set when `id` is empty.
absl::StatusOr<std::string> ObjectiveSetOrLatest(Context& context, const std::string& id);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_LATEST_H_
