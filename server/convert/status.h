// Failed calls on the wire: stable reasons, all violations, details that fit (DECISIONS D8).
#ifndef JALON_SERVER_CONVERT_STATUS_H_
#define JALON_SERVER_CONVERT_STATUS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jalon/v1/violation.pb.h"
#include "sim/base/violation.h"

namespace jalon::server {

// Above about 6 KB of details a gRPC client sees RESOURCE_EXHAUSTED instead of the error.
inline constexpr size_t kMaxDetailBytes = 4096;
inline constexpr int kMaxDetailViolations = 20;
// Longest message of a failed call, in bytes.
inline constexpr size_t kMaxStatusMessageBytes = 1024;

// `status` with a stable UPPER_SNAKE_CASE reason that programs may branch on, and facts about the
// occurrence. OK stays OK.
absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const std::map<std::string, std::string>& metadata = {});

// A limit that was exceeded: kResourceExhausted with reason LIMIT_EXCEEDED and the metadata
// `limit`, `limit_value`, `value`; the message names the limit and both values.
absl::Status LimitExceeded(absl::string_view limit, int64_t limit_value, int64_t value,
                           absl::string_view unit);

// `status` with the advice to try again after `delay`.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// The reason of a status: the one given by WithReason, VALIDATION_FAILED when it carries
// violations, else the name of its code.
std::string ReasonOf(const absl::Status& status);

// One violation, field by field.
v1::Violation ToProto(const sim::Violation& violation);
sim::Violation FromProto(const v1::Violation& violation);

// The serialised `jalon.v1.Status` of a failed call: ErrorInfo always; the first violations (at
// most 20) with their total count; RetryInfo when advised. Never longer than kMaxDetailBytes:
// violations are left out from the end until it fits.
std::string StatusDetails(const absl::Status& status);

// The message of a failed call, cut to kMaxStatusMessageBytes at a character boundary.
std::string StatusMessage(const absl::Status& status);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_STATUS_H_
