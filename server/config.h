// The settings of `jalond`: the configuration file, and flags that prevail over it.
#ifndef JALON_SERVER_CONFIG_H_
#define JALON_SERVER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/app.h"
#include "server/observe/log.h"

namespace jalon::server {

struct Config {
  std::string data_directory = "jalon-data";
  std::string listen_address = "127.0.0.1:7443";
  int thread_count = 0;
  LogLevel log_level = LogLevel::kInfo;
  Limits limits;
};

// Reads a configuration in protobuf text format (jalon.store.v1.ServerConfig).
// Errors: kInvalidArgument with line and column of what is not understood, or naming the fields out
// of range.
absl::StatusOr<Config> ParseConfig(absl::string_view text);

// Reads it from a file. Errors: those of ParseConfig, and kNotFound.
absl::StatusOr<Config> ReadConfigFile(const std::string& path);

// `debug`, `info`, `warning` or `error`.
absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view text);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONFIG_H_
