// Times and small plots as text.
#ifndef JALON_CLIENTS_CLI_TIME_TEXT_H_
#define JALON_CLIENTS_CLI_TIME_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/timestamp.pb.h"

namespace jalon::client {

// `2026-11-25 14:03:07Z`; empty when unset.
std::string TimeText(const google::protobuf::Timestamp& time);

// The last value; absent when there is none.
std::optional<double> LastOf(const std::vector<double>& values);

// The values as blocks of eight heights, averaged into at most `width` columns; empty when there
// are none.
std::string Sparkline(const std::vector<double>& values, int width);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_TIME_TEXT_H_
