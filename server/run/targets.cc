#include "server/run/targets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/law_check.h"
#include "server/convert/status.h"
#include "server/convert/time.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/credit/credited_sum.h"
#include "sim/engine/target_parts.h"

namespace jalon::server {
namespace {

constexpr int kMaxWindows = 600;
constexpr int kMaxQuantiles = 199;
constexpr int kMaxRoLevels = 32;
constexpr int64_t kMaxPaths = int64_t{1} << 24;
// At most this many columns of rows of stocks and ratios.
constexpr int kKindColumns = 3;

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

// Counts series in any rectangle in constant time per segment.
class SeriesCounts {
 public:
  SeriesCounts(const sim::Network& network, const sim::Realisations& realisations)
      : segment_count_(network.segment_count()), stride_(network.unit_count() + 1) {
    before_.resize(static_cast<size_t>(network.indicator_count()) * segment_count_ * stride_);
    for (const sim::SeriesKey& key : realisations.keys()) {
      ++before_[Offset(key.indicator, key.segment) + key.unit + 1];
    }
    for (size_t line = 0; line < before_.size(); line += stride_) {
      for (size_t u = 1; u < stride_; ++u) before_[line + u] += before_[line + u - 1];
    }
  }

  bool Any(const sim::NodeRange& range) const {
    for (int s = range.segment_first; s < range.segment_end; ++s) {
      const size_t line = Offset(range.indicator, s);
      if (before_[line + range.unit_end] > before_[line + range.unit_first]) return true;
    }
    return false;
  }

 private:
  size_t Offset(int indicator, int segment) const {
    return (static_cast<size_t>(indicator) * segment_count_ + segment) * stride_;
  }

  const int segment_count_;
  const size_t stride_;
  std::vector<int32_t> before_;
};

// A node is worth a row when it has series, and when its value is made of sums of theirs.
bool IsComputable(const sim::Network& network, const SeriesCounts& counts,
                  const sim::NodeRange& range) {
  return sim::AddsUp(network, range) &&
         sim::HasSeriesBehind(network, range,
                              [&](const sim::NodeRange& part) { return counts.Any(part); });
}

// The windows of the request, each with its periods where asked, and those of the objectives when
// rows without objective may stand beside them.
std::set<sim::Window> RowWindows(const RowsInput& input) {
  std::vector<sim::Window> asked = input.request.windows;
  if (asked.empty() && input.objectives != nullptr) {
    for (const sim::Objective& objective : input.objectives->objectives) {
      asked.push_back(objective.window);
    }
  }
  std::set<sim::Window> windows;
  using Spec = v1::TargetSpec;
  for (const sim::Window& window : asked) {
    if (input.request.granularity != Spec::GRANULARITY_PERIOD) windows.insert(window);
    if (input.request.granularity != Spec::GRANULARITY_PERIOD &&
        input.request.granularity != Spec::GRANULARITY_BOTH) {
      continue;
    }
    for (sim::Period p = window.first; p <= window.last; p = p + 1) windows.insert({p, p});
  }
  return windows;
}

// A row before its window has a number.
struct Node {
  AxisRow row;
  sim::Window window;

  friend bool operator<(const Node& a, const Node& b) {
    if (const auto order = a.row <=> b.row; order != 0) return order < 0;
    return a.window < b.window;
  }
};

void AddRequestedNodes(const RowsInput& input, const SeriesCounts& counts,
                       std::map<Node, double>* nodes) {
  if (input.request.objectives_only) return;
  const sim::Network& network = input.network;
  const std::set<sim::Window> windows = RowWindows(input);
  std::vector<bool> unit_wanted(network.unit_count());
  for (const int top : input.request.units) {
    for (int u = top; u < network.unit_end(top); ++u) unit_wanted[u] = true;
  }
  std::vector<bool> depth_wanted(network.depth_count());
  for (const int depth : input.request.depths) depth_wanted[depth] = true;
  for (const int k : input.request.indicators) {
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!unit_wanted[u] || !depth_wanted[network.unit_depth(u)]) continue;
      for (const int s : input.request.segments) {
        if (!IsComputable(network, counts, sim::RangeOf(network, k, u, s))) continue;
        for (const sim::Window& window : windows) {
          nodes->try_emplace({{k, u, s}, window}, sim::kMissing);
        }
      }
    }
  }
}

// Objectives inside the request's units, segments and indicators, whatever their level.
absl::Status AddObjectives(const RowsInput& input, const SeriesCounts& counts,
                           std::map<Node, double>* nodes) {
  const sim::Network& network = input.network;
  const auto asked = [](const std::vector<int>& indices, int i) {
    return std::binary_search(indices.begin(), indices.end(), i);
  };
  std::vector<bool> unit_wanted(network.unit_count());
  for (const int top : input.request.units) {
    for (int u = top; u < network.unit_end(top); ++u) unit_wanted[u] = true;
  }
  Checks checks;
  for (size_t i = 0; i < input.objectives->nodes.size(); ++i) {
    const auto& [k, u, s] = input.objectives->nodes[i];
    const sim::Objective& objective = input.objectives->objectives[i];
    if (!unit_wanted[u] || !asked(input.request.indicators, k) ||
        !asked(input.request.segments, s)) {
      continue;
    }
    if (!IsComputable(network, counts, sim::RangeOf(network, k, u, s))) {
      checks.Add(absl::StrCat("objective_set.objectives[", i, "]"),
                 absl::StrCat(objective.unit, " ", objective.segment, " ", objective.indicator),
                 "must be on a node with series that add up to it", "OBJECTIVE_WITHOUT_SERIES");
      continue;
    }
    (*nodes)[{{k, u, s}, objective.window}] =
        sim::ObjectiveValue(network.indicator(k), objective.ticks);
  }
  return checks.ToStatus();
}

v1::StatisticSpec Spec(v1::Statistic statistic, double level = 0) {
  v1::StatisticSpec spec;
  spec.set_statistic(statistic);
  spec.set_level(level);
  return spec;
}

std::vector<v1::StatisticSpec> ColumnSpecs(const TargetRequest& request, bool has_objectives) {
  std::vector<v1::StatisticSpec> specs;
  if (has_objectives) {
    specs.push_back(Spec(v1::STATISTIC_OBJECTIVE));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_PROBABILITY));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_LOW));
    specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_HIGH));
    for (const double level : request.ro_levels) {
      specs.push_back(Spec(v1::STATISTIC_RO_PROBABILITY, level));
    }
  }
  specs.push_back(Spec(v1::STATISTIC_MEAN));
  specs.push_back(Spec(v1::STATISTIC_MEAN_STANDARD_ERROR));
  specs.push_back(Spec(v1::STATISTIC_STANDARD_DEVIATION));
  for (const double level : request.quantile_levels) {
    specs.push_back(Spec(v1::STATISTIC_QUANTILE, level));
  }
  specs.push_back(Spec(v1::STATISTIC_REALISED_TO_DATE));
  return specs;
}

// Whether what a variation over `target`'s window starts from lies inside the history.
bool HasOpening(const RowsInput& input, const sim::Target& target) {
  const int k = target.range.indicator;
  if (input.network.indicator(k).basis != sim::AttainmentBasis::kVariation) return false;
  const sim::Window opening = sim::OpeningWindow(input.network, k, target.window);
  return sim::FirstPeriodNeeded(input.network, k, opening) >= input.realisations.first();
}

// Gives a target its thresholds: the objective, then R/O at each level where it has a meaning.
void AddThresholds(const RowsInput& input, double objective, sim::Target& target) {
  if (std::isnan(objective)) return;
  const sim::Indicator& indicator = input.network.indicator(target.range.indicator);
  target.thresholds = {objective};
  const bool varies = indicator.basis == sim::AttainmentBasis::kVariation;
  if (varies && !HasOpening(input, target)) return;
  std::vector<double> weights = {0.0};
  std::vector<double> thresholds = {objective};
  for (const double level : input.request.ro_levels) {
    const auto threshold = sim::ThresholdAtRatio(indicator, objective, level);
    if (!threshold.has_value()) return;
    thresholds.push_back(threshold->value);
    weights.push_back(threshold->opening_weight);
  }
  target.thresholds = std::move(thresholds);
  if (!varies) return;
  target.opening = sim::TargetOpening{
      .window = sim::OpeningWindow(input.network, target.range.indicator, target.window),
      .weights = std::move(weights),
      .objective = objective};
}

bool IsRatio(const sim::Target& target) { return target.aggregation == sim::Aggregation::kRatio; }

// Columns that only some indicators have: what variations start from, ratios that do not exist.
void AddKindColumns(const RunRows& rows, std::vector<v1::StatisticSpec>* specs) {
  const std::vector<sim::Target>& targets = rows.targets;
  if (std::any_of(targets.begin(), targets.end(),
                  [](const sim::Target& target) { return target.opening.has_value(); })) {
    specs->push_back(Spec(v1::STATISTIC_OPENING_VALUE));
    specs->push_back(Spec(v1::STATISTIC_RO_UNDEFINED_PROBABILITY));
  }
  if (std::any_of(targets.begin(), targets.end(), IsRatio)) {
    specs->push_back(Spec(v1::STATISTIC_NO_RATIO_PROBABILITY));
  }
}

double At(const std::vector<double>& values, size_t i) {
  return i < values.size() ? values[i] : sim::kMissing;
}

// P(R/O >= level): missing where R/O has a meaning on no path.
double RoProbability(const sim::TargetEstimate& estimate, size_t place) {
  return estimate.ro_undefined_share == 1.0 ? sim::kMissing : At(estimate.probability, 1 + place);
}

// Statistics that only some rows have.
double KindCell(v1::Statistic statistic, const sim::Target& target,
                const sim::TargetEstimate& estimate) {
  switch (statistic) {
    case v1::STATISTIC_OPENING_VALUE:
      return target.opening ? estimate.opening_mean : sim::kMissing;
    case v1::STATISTIC_RO_UNDEFINED_PROBABILITY:
      return target.opening ? estimate.ro_undefined_share : sim::kMissing;
    case v1::STATISTIC_NO_RATIO_PROBABILITY:
      return IsRatio(target) ? estimate.no_ratio_share : sim::kMissing;
    default:
      return sim::kMissing;
  }
}

// The value of one statistic of one row; `place` counts columns of one statistic from 0.
double CellOf(const v1::StatisticSpec& spec, const sim::Target& target,
              const sim::TargetEstimate& estimate, size_t place) {
  switch (spec.statistic()) {
    case v1::STATISTIC_ATTAINMENT_PROBABILITY:
      return At(estimate.probability, 0);
    case v1::STATISTIC_ATTAINMENT_LOW:
      return At(estimate.probability_low, 0);
    case v1::STATISTIC_ATTAINMENT_HIGH:
      return At(estimate.probability_high, 0);
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW:
      return estimate.knowledge_low;
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH:
      return estimate.knowledge_high;
    case v1::STATISTIC_RO_PROBABILITY:
      return RoProbability(estimate, place);
    case v1::STATISTIC_MEAN:
      return estimate.mean;
    case v1::STATISTIC_MEAN_STANDARD_ERROR:
      return estimate.mean_standard_error;
    case v1::STATISTIC_STANDARD_DEVIATION:
      return estimate.standard_deviation;
    case v1::STATISTIC_QUANTILE:
      return At(estimate.quantiles, place);
    default:
      return KindCell(spec.statistic(), target, estimate);
  }
}

// What is known of a window whose periods are `values`, NaN where missing.
double KnownSoFar(const std::vector<double>& values, sim::Aggregation aggregation) {
  double total = 0;
  int count = 0;
  double last = sim::kMissing;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    total += value;
    last = value;
    ++count;
  }
  if (count == 0) return sim::kMissing;
  if (aggregation == sim::Aggregation::kSum) return total;
  return aggregation == sim::Aggregation::kMean ? total / count : last;
}

double RealisedSide(const sim::Revision& revision, const sim::CreditedSums& sums,
                    const sim::SeriesKey& node, const sim::Window& past) {
  return KnownSoFar(sums.Values(node, past),
                    revision.network.indicator(node.indicator).aggregation);
}

double RealisedRatio(const sim::Revision& revision, const sim::CreditedSums& sums,
                     const sim::SeriesKey& node, const sim::Window& past) {
  const int above = revision.network.numerator_index(node.indicator);
  const int below = revision.network.denominator_index(node.indicator);
  const double denominator = RealisedSide(revision, sums, {below, node.unit, node.segment}, past);
  if (denominator == 0) return sim::kMissing;
  return RealisedSide(revision, sums, {above, node.unit, node.segment}, past) / denominator;
}

// The part of a target's window realised by `as_of`: of a ratio, numerator over denominator so far.
// Sums hold the eliminations of their units, as those of the engine do.
double RealisedPart(const sim::Revision& revision, const sim::CreditedSums& sums,
                    const sim::Target& target, sim::Period as_of) {
  const sim::Window past{std::max(target.window.first, revision.realisations.first()),
                         std::min(target.window.last, as_of)};
  if (past.size() == 0) return sim::kMissing;
  const sim::SeriesKey node{target.range.indicator, target.range.unit_first,
                            target.range.segment_first};
  if (IsRatio(target)) return RealisedRatio(revision, sums, node, past);
  return KnownSoFar(sums.Values(node, past), target.aggregation);
}

std::vector<double> LawColumn(const std::vector<sim::LawUsed>& laws) {
  std::vector<double> column;
  column.reserve(laws.size());
  for (const sim::LawUsed law : laws) column.push_back(ToProto(law));
  return column;
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

absl::StatusOr<RunRows> MakeRows(const RowsInput& input) {
  const SeriesCounts counts(input.network, input.realisations);
  // An ordered map gives canonical order and at most one row per node.
  std::map<Node, double> nodes;
  AddRequestedNodes(input, counts, &nodes);
  if (input.objectives != nullptr) JALON_RETURN_IF_ERROR(AddObjectives(input, counts, &nodes));
  if (nodes.empty()) {
    return sim::ViolationStatus({.field = "run.targets",
                                 .rule = "must select at least one node with series",
                                 .reason = "NOTHING_TO_COMPUTE"});
  }
  RunRows result{.ro_levels = input.request.ro_levels,
                 .has_objectives = input.objectives != nullptr};
  result.specs = ColumnSpecs(input.request, result.has_objectives);
  const auto cells = static_cast<int64_t>(nodes.size() * (result.specs.size() + kKindColumns));
  if (cells > input.max_cells) {
    return LimitExceeded("result_cells", input.max_cells, cells, "numbers");
  }
  std::map<sim::Window, int> window_index;
  for (const auto& [node, objective] : nodes) window_index[node.window] = 0;
  for (auto& [window, index] : window_index) {
    index = static_cast<int>(result.windows.size());
    result.windows.push_back(window);
  }
  for (const auto& [node, objective] : nodes) {
    AxisRow row = node.row;
    row.window = window_index.at(node.window);
    const sim::Indicator& indicator = input.network.indicator(row.indicator);
    result.rows.push_back(row);
    result.objectives.push_back(objective);
    result.targets.push_back(
        {.range = sim::RangeOf(input.network, row.indicator, row.unit, row.segment),
         .window = node.window,
         .aggregation = indicator.aggregation,
         .direction = indicator.direction});
    AddThresholds(input, objective, result.targets.back());
  }
  AddKindColumns(result, &result.specs);
  return result;
}

void AddConditionalColumns(RunRows& rows) {
  if (rows.has_objectives) {
    rows.specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW));
    rows.specs.push_back(Spec(v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH));
  }
  rows.specs.push_back(Spec(v1::STATISTIC_LAW));
}

ResultTable MakeTable(const RunRows& rows, const sim::Checkpoint& checkpoint,
                      const std::vector<double>& realised_to_date) {
  const std::vector<sim::TargetEstimate>& estimates = checkpoint.estimates;
  ResultTable table{.path_count = checkpoint.path_count, .specs = rows.specs};
  v1::Statistic last = v1::STATISTIC_UNSPECIFIED;
  size_t place = 0;
  for (const v1::StatisticSpec& spec : rows.specs) {
    place = spec.statistic() == last ? place + 1 : 0;
    last = spec.statistic();
    if (spec.statistic() == v1::STATISTIC_OBJECTIVE) {
      table.columns.push_back(rows.objectives);
      continue;
    }
    if (spec.statistic() == v1::STATISTIC_REALISED_TO_DATE) {
      table.columns.push_back(realised_to_date);
      continue;
    }
    if (spec.statistic() == v1::STATISTIC_LAW) {
      table.columns.push_back(LawColumn(checkpoint.laws));
      continue;
    }
    std::vector<double>& column = table.columns.emplace_back();
    column.reserve(estimates.size());
    for (size_t row = 0; row < estimates.size(); ++row) {
      column.push_back(CellOf(spec, rows.targets[row], estimates[row], place));
    }
  }
  return table;
}

std::vector<double> RealisedToDate(const sim::Revision& revision, const RunRows& rows,
                                   sim::Period as_of) {
  std::vector<double> values;
  values.reserve(rows.targets.size());
  const sim::CreditedSums sums(revision);
  for (const sim::Target& target : rows.targets) {
    values.push_back(RealisedPart(revision, sums, target, as_of));
  }
  return values;
}

}  // namespace jalon::server
