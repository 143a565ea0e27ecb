// Exit codes of `jalon` (docs/errors.md).
#ifndef JALON_CLIENTS_CLI_EXIT_CODE_H_
#define JALON_CLIENTS_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace jalon::client {

inline constexpr int kExitOk = 0;
// `jalon doctor` found something wrong; `jalon status` met a server that is not serving.
inline constexpr int kExitUnhealthy = 1;
// The command line itself is wrong.
inline constexpr int kExitUsage = 2;
// An answer was obtained, but not the precision asked for.
inline constexpr int kExitNotConverged = 3;
// Ctrl-C.
inline constexpr int kExitInterrupted = 130;

// 64 + the gRPC code of a failed call; 0 when OK.
inline int ExitCodeOf(const absl::Status& status) {
  return status.ok() ? kExitOk : 64 + static_cast<int>(status.raw_code());
}

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_EXIT_CODE_H_
