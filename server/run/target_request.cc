#include "server/run/target_request.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/time.h"

namespace jalon::server {
namespace {

constexpr int kMaxWindows = 600;
constexpr int kMaxQuantiles = 199;
constexpr int kMaxRoLevels = 32;
constexpr int64_t kMaxPaths = int64_t{1} << 24;

void ReadWindows(const v1::TargetSpec& proto, sim::Frequency frequency, Checks& checks,
                 TargetRequest* request) {
  if (proto.windows_size() > kMaxWindows) {
    checks.Add("windows", absl::StrCat(proto.windows_size()), "must be at most 600",
               "TOO_MANY_WINDOWS");
    return;
  }
  for (int i = 0; i < proto.windows_size(); ++i) {
    const auto window =
        checks.Window(absl::StrCat("windows[", i, "]"), proto.windows(i), frequency);
    if (window.has_value()) request->windows.push_back(*window);
  }
}

void ReadLevels(const v1::TargetSpec& proto, const sim::Network& network, Checks& checks,
                TargetRequest* request) {
  for (int depth = 0; depth < network.depth_count(); ++depth) {
    const auto asked =
        std::find(proto.levels().begin(), proto.levels().end(), network.level_name(depth));
    if (proto.levels().empty() || asked != proto.levels().end()) request->depths.push_back(depth);
  }
  for (int i = 0; i < proto.levels_size(); ++i) {
    bool known = false;
    for (int depth = 0; depth < network.depth_count(); ++depth) {
      known |= network.level_name(depth) == proto.levels(i);
    }
    if (known) continue;
    checks.Add(absl::StrCat("levels[", i, "]"), proto.levels(i),
               "must be the name of a level of the network", "UNKNOWN_LEVEL");
  }
}

template <typename Repeated, typename Find>
std::vector<int> ReadIds(absl::string_view field, const Repeated& ids, Find find, Checks& checks) {
  std::vector<int> indices;
  for (int i = 0; i < ids.size(); ++i) {
    if (const std::optional<int> index = find(ids[i])) {
      indices.push_back(*index);
      continue;
    }
    checks.Add(absl::StrCat(field, "[", i, "]"), ids[i], "must be in the network", "UNKNOWN_ID");
  }
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

std::vector<double> SortedLevels(std::vector<double> levels) {
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

void ReadQuantiles(const v1::TargetSpec& proto, Checks& checks, TargetRequest* request) {
  if (proto.quantile_levels_size() > kMaxQuantiles) {
    checks.Add("quantile_levels", absl::StrCat(proto.quantile_levels_size()),
               "must be at most 199 levels", "TOO_MANY_LEVELS");
  }
  for (int i = 0; i < proto.quantile_levels_size(); ++i) {
    checks.Inside(absl::StrCat("quantile_levels[", i, "]"), proto.quantile_levels(i), 0, 1);
  }
  request->quantile_levels = {proto.quantile_levels().begin(), proto.quantile_levels().end()};
  if (request->quantile_levels.empty()) {
    request->quantile_levels = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
  }
  request->quantile_levels = SortedLevels(std::move(request->quantile_levels));
}

void ReadRoLevels(const v1::TargetSpec& proto, Checks& checks, TargetRequest* request) {
  if (proto.ro_levels_size() > kMaxRoLevels) {
    checks.Add("ro_levels", absl::StrCat(proto.ro_levels_size()), "must be at most 32 levels",
               "TOO_MANY_LEVELS");
  }
  for (int i = 0; i < proto.ro_levels_size(); ++i) {
    checks.Inside(absl::StrCat("ro_levels[", i, "]"), proto.ro_levels(i), 0, 1'000);
  }
  request->ro_levels = {proto.ro_levels().begin(), proto.ro_levels().end()};
  if (request->ro_levels.empty()) request->ro_levels = {0.6, 0.8, 0.9, 1.0, 1.1, 1.3};
  request->ro_levels = SortedLevels(std::move(request->ro_levels));
}

}  // namespace

TargetRequest ReadTargets(const v1::TargetSpec& proto, const sim::Network& network,
                          bool has_objectives, Checks& checks) {
  TargetRequest request;
  ReadWindows(proto, network.frequency(), checks, &request);
  if (!has_objectives) checks.Required("windows", proto.windows_size() > 0);
  if (proto.granularity() != v1::TargetSpec::GRANULARITY_UNSPECIFIED) {
    request.granularity = proto.granularity();
  }
  ReadLevels(proto, network, checks, &request);
  request.units = ReadIds(
      "units", proto.units(), [&](const std::string& id) { return network.FindUnit(id); }, checks);
  if (proto.units().empty()) request.units = {0};
  request.segments = ReadIds(
      "segments", proto.segments(), [&](const std::string& id) { return network.FindSegment(id); },
      checks);
  for (int s = 0; proto.segments().empty() && s < network.segment_count(); ++s) {
    request.segments.push_back(s);
  }
  request.indicators = ReadIds(
      "indicators", proto.indicators(),
      [&](const std::string& id) { return network.FindIndicator(id); }, checks);
  for (int k = 0; proto.indicators().empty() && k < network.indicator_count(); ++k) {
    request.indicators.push_back(k);
  }
  ReadQuantiles(proto, checks, &request);
  ReadRoLevels(proto, checks, &request);
  request.objectives_only = proto.has_objectives_only() ? proto.objectives_only()
                                                        : has_objectives && proto.windows().empty();
  if (request.objectives_only && !has_objectives) {
    checks.Add("objectives_only", "true", "needs an objective set", "NEEDS_OBJECTIVE_SET");
  }
  return request;
}

PrecisionRequest ReadPrecision(const v1::Precision& proto, Checks& checks) {
  PrecisionRequest request;
  if (proto.has_target_half_width()) {
    request.target_half_width = proto.target_half_width();
    checks.Inside("target_half_width", proto.target_half_width(), 0, 0.5);
  }
  if (proto.has_confidence_level()) {
    request.confidence_level = proto.confidence_level();
    checks.Inside("confidence_level", proto.confidence_level(), 0, 1);
  }
  if (proto.has_max_path_count()) {
    request.max_path_count = (proto.max_path_count() + 15) / 16 * 16;
    checks.InRange("max_path_count", static_cast<double>(proto.max_path_count()), 1, kMaxPaths);
  }
  if (proto.has_time_budget()) {
    request.time_budget = FromProto(proto.time_budget());
    if (*request.time_budget <= absl::ZeroDuration()) {
      checks.Add("time_budget", absl::FormatDuration(*request.time_budget), "must be > 0",
                 "OUT_OF_RANGE");
    }
  }
  return request;
}

}  // namespace jalon::server
