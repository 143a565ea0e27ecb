#include "server/rpc/principal.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace jalon::server {

Principal PrincipalOfPeer(absl::string_view peer) {
  absl::string_view host = peer;
  if (absl::StartsWith(peer, "ipv4:") || absl::StartsWith(peer, "ipv6:")) {
    host = peer.substr(0, peer.rfind(':'));
  } else if (absl::StartsWith(peer, "unix:")) {
    host = "unix";
  } else if (peer.empty() || absl::StartsWith(peer, "inproc")) {
    host = "inproc";
  }
  return {absl::StrCat("local:", host.substr(0, 200)), {}};
}

absl::Status Authorize(const Principal&, absl::string_view, absl::string_view) {
  return absl::OkStatus();
}

}  // namespace jalon::server
