#include "server/convert/text_proto.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "sim/base/violation.h"

namespace jalon::server {
namespace {

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!violation.reason.empty()) return;
    violation = {
        .rule = message, .reason = "BAD_TEXT_PROTO", .line = line + 1, .column = column + 1};
    violation.message = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  sim::Violation violation;
};

}  // namespace

std::string WriteTextProto(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  return text;
}

absl::Status ReadTextProto(absl::string_view text, google::protobuf::Message* message) {
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  google::protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&stream, message)) return sim::ViolationStatus(error.violation);
  // Escapes (`\377`) can spell what no message on the wire may hold.
  if (message->ParseFromString(message->SerializeAsString())) return absl::OkStatus();
  return sim::ViolationStatus({.rule = "must be UTF-8 in every text", .reason = "NOT_UTF8"});
}

}  // namespace jalon::server
