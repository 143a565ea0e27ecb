// Messages as text people edit (protobuf text format).
#ifndef JALON_SERVER_CONVERT_TEXT_PROTO_H_
#define JALON_SERVER_CONVERT_TEXT_PROTO_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace jalon::server {

// Every double comes back with the same bits.
std::string WriteTextProto(const google::protobuf::Message& message);

// Errors: kInvalidArgument naming line and column of the first thing not understood, or NOT_UTF8.
absl::Status ReadTextProto(absl::string_view text, google::protobuf::Message* message);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_TEXT_PROTO_H_
