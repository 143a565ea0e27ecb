// Messages of the API as files people edit.
#ifndef JALON_CLIENTS_CLI_MESSAGE_FILE_H_
#define JALON_CLIENTS_CLI_MESSAGE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace jalon::client {

// Reads `path` into `message`: JSON when its name ends in `.json`, else protobuf text format.
// Errors: those of ReadFile; kInvalidArgument with `path:line:column: what is wrong`.
absl::Status ParseMessageFile(const std::string& path, google::protobuf::Message& message);

// The message as JSON or text format, one field a line.
std::string MessageText(const google::protobuf::Message& message, bool json);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_MESSAGE_FILE_H_
