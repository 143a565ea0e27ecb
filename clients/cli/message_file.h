// Messages of the API as files people edit.
#ifndef JALON_CLIENTS_CLI_MESSAGE_FILE_H_
#define JALON_CLIENTS_CLI_MESSAGE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace jalon::client {

// Reads `text`, the content of `path`, into `message`: JSON when the name ends in `.json`, else
// protobuf text format.
// Errors: kInvalidArgument with `path:line:column: what is wrong`.
absl::Status ParseMessage(const std::string& path, const std::string& text,
                          google::protobuf::Message& message);
// ParseMessage for the file `path`. Errors: those of ReadFile and ParseMessage.
absl::Status ParseMessageFile(const std::string& path, google::protobuf::Message& message);

// The message as JSON or text format, one field a line.
std::string MessageText(const google::protobuf::Message& message, bool json);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_MESSAGE_FILE_H_
