#include "clients/cli/time_text.h"

#include <algorithm>

#include "absl/time/time.h"

namespace jalon::client {

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

std::optional<double> LastOf(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return values.back();
}

std::string Sparkline(const std::vector<double>& values, int width) {
  static const char* const kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty() || width <= 0) return "";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const size_t columns = std::min<size_t>(values.size(), static_cast<size_t>(width));
  std::string line;
  for (size_t c = 0; c < columns; ++c) {
    const size_t first = c * values.size() / columns;
    const size_t last = std::max(first + 1, (c + 1) * values.size() / columns);
    double sum = 0;
    for (size_t i = first; i < last; ++i) sum += values[i];
    const double mean = sum / static_cast<double>(last - first);
    const double share = *high > *low ? (mean - *low) / (*high - *low) : 0.5;
    line += kBlocks[std::clamp(static_cast<int>(share * 8), 0, 7)];
  }
  return line;
}

}  // namespace jalon::client
