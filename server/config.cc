#include "server/config.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "jalon/store/v1/config.pb.h"
#include "server/convert/text_proto.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"

namespace jalon::server {
namespace {

Limits LimitsOf(const store::v1::LimitsConfig& config) {
  Limits limits;
  if (config.has_calls()) limits.calls = config.calls();
  if (config.has_calls_per_caller()) limits.calls_per_caller = config.calls_per_caller();
  if (config.has_upload_sessions()) limits.upload_sessions = config.upload_sessions();
  if (config.has_upload_bytes()) limits.upload_bytes = config.upload_bytes();
  if (config.has_upload_idle_seconds()) limits.upload_idle_seconds = config.upload_idle_seconds();
  if (config.has_jobs()) limits.jobs = config.jobs();
  if (config.has_jobs_per_caller()) limits.jobs_per_caller = config.jobs_per_caller();
  limits.run_bytes = config.has_run_bytes() ? config.run_bytes() : DefaultRunBytes();
  if (config.has_result_cells()) limits.result_cells = config.result_cells();
  if (config.has_run_seconds()) limits.run_seconds = config.run_seconds();
  if (config.has_cache_bytes()) limits.cache_bytes = config.cache_bytes();
  if (config.has_baseline_bytes()) limits.baseline_bytes = config.baseline_bytes();
  return limits;
}

}  // namespace

absl::StatusOr<Config> ParseConfig(absl::string_view text) {
  store::v1::ServerConfig proto;
  JALON_RETURN_IF_ERROR(ReadTextProto(text, &proto));
  Config config;
  if (!proto.data_directory().empty()) config.data_directory = proto.data_directory();
  if (!proto.listen_address().empty()) config.listen_address = proto.listen_address();
  config.thread_count = proto.thread_count();
  if (config.thread_count < 0 || config.thread_count > 1'024) {
    return sim::ViolationStatus({.field = "thread_count",
                                 .value = absl::StrCat(config.thread_count),
                                 .rule = "must be 1 to 1,024",
                                 .reason = "OUT_OF_RANGE"});
  }
  if (!proto.log_level().empty()) {
    JALON_ASSIGN_OR_RETURN(config.log_level, ParseLogLevel(proto.log_level()));
  }
  config.limits = LimitsOf(proto.limits());
  JALON_RETURN_IF_ERROR(ValidateLimits(config.limits));
  return config;
}

absl::StatusOr<Config> ReadConfigFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read the configuration ", path));
  std::ostringstream text;
  text << file.rdbuf();
  return ParseConfig(text.str());
}

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  return sim::ViolationStatus({.field = "log_level",
                               .value = std::string(text),
                               .rule = "must be debug, info, warning or error",
                               .reason = "UNKNOWN_LOG_LEVEL"});
}

}  // namespace jalon::server
