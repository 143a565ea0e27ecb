// Who calls, and whether it may (DECISIONS D14).
#ifndef JALON_SERVER_RPC_PRINCIPAL_H_
#define JALON_SERVER_RPC_PRINCIPAL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// A caller. Callers on one machine share one: ports come and go with connections, and a request id
// must be found again after a reconnection.
struct Principal {
  std::string id;
  std::vector<std::string> roles;
};

// The caller behind a gRPC peer (`ipv4:127.0.0.1:53412`, `unix:`, `inproc`): `local:` and the peer
// without its port. The only place where callers get their identity.
Principal PrincipalOfPeer(absl::string_view peer);

// Whether `principal` may call `method` on `resource` (empty when the method names none). Every
// caller may do everything until rights exist.
absl::Status Authorize(const Principal& principal, absl::string_view method,
                       absl::string_view resource);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_PRINCIPAL_H_
