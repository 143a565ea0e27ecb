// States as words.
#ifndef JALON_CLIENTS_CLI_STATE_TEXT_H_
#define JALON_CLIENTS_CLI_STATE_TEXT_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace jalon::client {

// `STATE_SUCCEEDED` -> `succeeded`.
inline std::string StateText(absl::string_view enumerator) {
  absl::ConsumePrefix(&enumerator, "STATE_");
  return absl::AsciiStrToLower(enumerator);
}

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_STATE_TEXT_H_
