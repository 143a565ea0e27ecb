#include "server/convert/status.h"

#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";
constexpr char kViolationsUrl[] = "type.googleapis.com/jalon.v1.ViolationDetails";
constexpr size_t kMaxDetailTextBytes = 400;

void Pack(const google::protobuf::Message& message, const char* url, v1::Status& status) {
  google::protobuf::Any* any = status.add_details();
  any->set_type_url(url);
  message.SerializeToString(any->mutable_value());
}

v1::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  v1::ErrorInfo info;
  if (const auto payload = status.GetPayload(kErrorInfoUrl)) {
    info.ParseFromString(std::string(*payload));
    return info;
  }
  const bool violated = !sim::ViolationsFromStatus(status).empty();
  info.set_reason(violated ? "VALIDATION_FAILED" : absl::StatusCodeToString(status.code()));
  info.set_domain("jalon");
  return info;
}

// Everything but violations.
v1::Status Envelope(const absl::Status& status) {
  v1::Status result;
  result.set_code(static_cast<int>(status.code()));
  result.set_message(StatusMessage(status));
  Pack(ErrorInfoOf(status), kErrorInfoUrl, result);
  if (const auto retry = status.GetPayload(kRetryInfoUrl)) {
    google::protobuf::Any* any = result.add_details();
    any->set_type_url(kRetryInfoUrl);
    any->set_value(std::string(*retry));
  }
  return result;
}

// At most `limit` bytes, cut at a character boundary: a message with half a character is no
// message.
std::string ValidUtf8Prefix(absl::string_view text, size_t limit) {
  size_t size = std::min(text.size(), limit);
  while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

// Texts that a caller may have made long are cut, so that one violation cannot fill the details.
v1::Violation Shortened(const sim::Violation& violation) {
  sim::Violation cut = violation;
  for (std::string* text : {&cut.field, &cut.rule, &cut.message, &cut.file}) {
    *text = ValidUtf8Prefix(*text, kMaxDetailTextBytes);
  }
  return ToProto(cut);
}

}  // namespace

absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const std::map<std::string, std::string>& metadata) {
  if (status.ok()) return status;
  v1::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("jalon");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

absl::Status LimitExceeded(absl::string_view limit, int64_t limit_value, int64_t value,
                           absl::string_view unit) {
  return WithReason(absl::ResourceExhaustedError(absl::StrCat("limit ", limit, " = ", limit_value,
                                                              " ", unit, " exceeded: ", value)),
                    "LIMIT_EXCEEDED",
                    {{"limit", std::string(limit)},
                     {"limit_value", absl::StrCat(limit_value)},
                     {"value", absl::StrCat(value)}});
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  if (status.ok()) return status;
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  status.SetPayload(kRetryInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

std::string ReasonOf(const absl::Status& status) { return ErrorInfoOf(status).reason(); }

v1::Violation ToProto(const sim::Violation& violation) {
  v1::Violation proto;
  proto.set_field(violation.field);
  proto.set_value(violation.value);
  proto.set_rule(violation.rule);
  proto.set_reason(violation.reason);
  proto.set_message(violation.message);
  proto.set_file(violation.file);
  proto.set_line(violation.line);
  proto.set_column(violation.column);
  return proto;
}

sim::Violation FromProto(const v1::Violation& violation) {
  return {.field = violation.field(),
          .value = violation.value(),
          .rule = violation.rule(),
          .reason = violation.reason(),
          .message = violation.message(),
          .file = violation.file(),
          .line = violation.line(),
          .column = violation.column()};
}

std::string StatusDetails(const absl::Status& status) {
  v1::Status envelope = Envelope(status);
  const sim::Violations violations = sim::ViolationsFromStatus(status);
  if (violations.empty()) return envelope.SerializeAsString();
  v1::ViolationDetails details;
  details.set_total_count(violations.total_count());
  // Room for the tags and lengths of the envelope around the packed message.
  const size_t room = kMaxDetailBytes - std::min(kMaxDetailBytes, envelope.ByteSizeLong() + 96);
  for (const sim::Violation& violation : violations.kept()) {
    if (details.violations_size() == kMaxDetailViolations) break;
    *details.add_violations() = Shortened(violation);
    if (details.ByteSizeLong() <= room) continue;
    details.mutable_violations()->RemoveLast();
    break;
  }
  Pack(details, kViolationsUrl, envelope);
  return envelope.SerializeAsString();
}

std::string StatusMessage(const absl::Status& status) {
  return ValidUtf8Prefix({status.message().data(), status.message().size()},
                         kMaxStatusMessageBytes);
}

}  // namespace jalon::server
