// Bytes of messages that are hashed or kept under their hash.
#ifndef JALON_SERVER_CONVERT_SERIALIZE_H_
#define JALON_SERVER_CONVERT_SERIALIZE_H_

#include <string>

namespace google::protobuf {
class MessageLite;
}

namespace jalon::server {

// The message's bytes, equal for equal messages: fields by number, maps by key.
std::string DeterministicBytes(const google::protobuf::MessageLite& message);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_SERIALIZE_H_
