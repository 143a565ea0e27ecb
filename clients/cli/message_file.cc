#include "clients/cli/message_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/files.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace jalon::client {
namespace {

// Keeps the first error of a text-format parse, with its place.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstError(std::string path) : path_(std::move(path)) {}
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) {
      text_ = absl::StrCat(path_, ":", line + 1, ":", column + 1, ": ", message);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string path_;
  std::string text_;
};

}  // namespace

absl::Status ParseMessage(const std::string& path, const std::string& text,
                          google::protobuf::Message& message) {
  if (absl::EndsWith(path, ".json")) {
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, &message);
    if (parsed.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", std::string(parsed.message().data(), parsed.message().size())));
  }
  FirstError errors(path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (parser.ParseFromString(text, &message)) return absl::OkStatus();
  return absl::InvalidArgumentError(errors.text());
}

absl::Status ParseMessageFile(const std::string& path, google::protobuf::Message& message) {
  auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  return ParseMessage(path, *bytes, message);
}

std::string MessageText(const google::protobuf::Message& message, bool json) {
  std::string text;
  if (!json) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintToString(message, &text);
    return text;
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &text, options);
  return printed.ok() ? text : std::string();
}

}  // namespace jalon::client
