#include "clients/cpp/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "clients/cpp/client.h"
#include "jalon/v1/violation.pb.h"

namespace jalon::client {
namespace {

constexpr char kDetailsUrl[] = "jalon.dev/status-details";

// The first detail whose type URL ends with `type`; a default value when there is none.
template <class Detail>
Detail FindDetail(const absl::Status& status, absl::string_view type) {
  Detail found;
  const auto payload = status.GetPayload(kDetailsUrl);
  v1::Status details;
  if (!payload.has_value() || !details.ParseFromString(std::string(*payload))) return found;
  for (const auto& detail : details.details()) {
    const std::string& url = detail.type_url();
    const size_t slash = url.rfind('/');
    if (slash != std::string::npos && url.substr(slash + 1) == type) {
      if (!found.ParseFromString(detail.value())) return Detail();
      return found;
    }
  }
  return found;
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status converted(static_cast<absl::StatusCode>(status.error_code()),
                         status.error_message());
  if (!status.error_details().empty()) {
    converted.SetPayload(kDetailsUrl, absl::Cord(status.error_details()));
  }
  return converted;
}

v1::ViolationDetails ViolationsOf(const absl::Status& status) {
  return FindDetail<v1::ViolationDetails>(status, "jalon.v1.ViolationDetails");
}

std::string ReasonOf(const absl::Status& status) {
  return FindDetail<v1::ErrorInfo>(status, "google.rpc.ErrorInfo").reason();
}

}  // namespace jalon::client
