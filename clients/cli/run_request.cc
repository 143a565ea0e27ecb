#include "clients/cli/run_request.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command.h"
#include "clients/cli/latest.h"
#include "clients/cli/watch.h"

namespace jalon::client {
namespace {

constexpr size_t kMostLevels = 199;

absl::Status SetTargets(const RunArguments& a, v1::TargetSpec& targets) {
  targets.mutable_windows()->Assign(a.windows.begin(), a.windows.end());
  targets.mutable_levels()->Assign(a.levels.begin(), a.levels.end());
  targets.mutable_units()->Assign(a.units.begin(), a.units.end());
  targets.mutable_segments()->Assign(a.segments.begin(), a.segments.end());
  targets.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  if (!a.quantiles.empty()) {
    auto levels = ParseLevels(a.quantiles);
    if (!levels.ok()) return levels.status();
    targets.mutable_quantile_levels()->Assign(levels->begin(), levels->end());
  }
  if (!a.ro_levels.empty()) {
    auto levels = ParseLevels(a.ro_levels);
    if (!levels.ok()) return levels.status();
    targets.mutable_ro_levels()->Assign(levels->begin(), levels->end());
  }
  if (!a.score_levels.empty()) {
    auto levels = ParseLevels(a.score_levels);
    if (!levels.ok()) return levels.status();
    targets.mutable_score_levels()->Assign(levels->begin(), levels->end());
  }
  targets.set_without_scores(a.no_scores);
  for (const std::string& text : a.joint_sets) {
    auto set = ParseJointSet(text);
    if (!set.ok()) return set.status();
    *targets.add_joint_sets() = *std::move(set);
  }
  return absl::OkStatus();
}

void SetPrecision(const RunArguments& a, v1::Run& run) {
  if (a.paths.has_value()) run.mutable_precision()->set_max_path_count(*a.paths);
  if (a.half_width.has_value()) run.mutable_precision()->set_target_half_width(*a.half_width);
  if (a.confidence.has_value()) run.mutable_precision()->set_confidence_level(*a.confidence);
  if (a.time_budget_seconds.has_value()) {
    const double seconds = std::floor(*a.time_budget_seconds);
    auto* budget = run.mutable_precision()->mutable_time_budget();
    budget->set_seconds(static_cast<int64_t>(seconds));
    budget->set_nanos(static_cast<int32_t>((*a.time_budget_seconds - seconds) * 1e9));
  }
}

absl::Status SetOptionalName(Context& context, const std::string& collection, const std::string& id,
                             std::string* field) {
  if (id.empty()) return absl::OkStatus();
  auto name = context.FullName(collection, id);
  if (!name.ok()) return name.status();
  *field = *std::move(name);
  return absl::OkStatus();
}

void WriteCost(Context& context, const v1::CostEstimate& cost) {
  TableWriter table = context.table({{"what", "Cost", "Coût"}, {"value", "", ""}});
  std::string decision = v1::CostEstimate::Decision_Name(cost.decision());
  table.Row({"decision", absl::StrCat(decision.substr(9), " ", cost.detail())});
  table.Row({"rows", cost.row_count()});
  table.Row({"series", cost.series_count()});
  table.Row({"periods", int64_t{cost.period_count()}});
  table.Row({"CPU seconds", cost.cpu_milliseconds() / 1000});
  table.Row({"wall seconds", cost.wall_milliseconds() / 1000});
  table.Row({"peak MiB", static_cast<double>(cost.peak_bytes()) / (1 << 20)});
  table.Finish();
}

}  // namespace

void AddRunOptions(const Command& command, RunArguments& a) {
  command.Option("--model", a.model, "Model; default: the newest");
  command.Option("--scenario", a.scenario, "Scenario; default: nothing assumed");
  command.Option("--revision", a.revision, "Revision; default: the model's");
  command.Option("--as-of", a.as_of, "Last realised period used; default: the model's");
  command.Option("--level", a.levels, "Only units of these levels, e.g. region");
  command.Option("--unit", a.units, "Only these units and below");
  command.Option("--segment", a.segments, "Only these segments");
  command.Option("--indicator", a.indicators, "Only these indicators");
  command.Option("--paths", a.paths, "Most paths to simulate; default 4,096");
  command.Option("--half-width", a.half_width, "Stop when every P is known this well, e.g. 0.01");
  command.Option("--confidence", a.confidence, "Confidence of half-widths; default 0.95");
  command.Option("--time-budget", a.time_budget_seconds, "Most seconds to simulate");
  command.Option("--seed", a.seed, "Seed; default: chosen by the server and printed");
  command.Option("--estimator", a.estimator,
                 "Closed forms where there are some, or whole paths; default conditional",
                 {.one_of = {"conditional", "sampled"}});
  command.Option("--id", a.id, "Id of the run; default: made by the server");
  command.Option("--label", a.label, "Label for people");
  command.Flag("--dry-run", a.dry_run, "Predict the cost, simulate nothing");
}

absl::StatusOr<std::vector<double>> ParseLevels(const std::string& text) {
  const auto bad = [&text] {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text, "': expected levels as 0.1,0.5,0.9 or first:last:step, at most ", kMostLevels));
  };
  std::vector<double> levels;
  const bool is_range = text.find(':') != std::string::npos;
  for (const absl::string_view part : absl::StrSplit(text, is_range ? ':' : ',')) {
    double level = 0;
    if (!absl::SimpleAtod(part, &level) || !std::isfinite(level)) return bad();
    levels.push_back(level);
  }
  if (!is_range)
    return levels.size() <= kMostLevels ? levels : absl::StatusOr<std::vector<double>>(bad());
  if (levels.size() != 3 || levels[2] <= 0 || levels[1] < levels[0]) return bad();
  const double count = std::floor((levels[1] - levels[0]) / levels[2] + 0.5) + 1;
  if (count > kMostLevels) return bad();
  std::vector<double> range;
  range.reserve(static_cast<size_t>(count));
  for (int i = 0; i < static_cast<int>(count); ++i) {
    // Rounded, so that 0.01:0.99:0.01 asks for 0.07 and not for 0.07 plus a crumb.
    range.push_back(std::round((levels[0] + i * levels[2]) * 1e9) / 1e9);
  }
  return range;
}

absl::StatusOr<v1::JointSet> ParseJointSet(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t colon = std::min(text.find(':', equals), text.size());
  if (equals == std::string::npos || equals == 0 || colon <= equals + 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "': expected LABEL=UNIT,UNIT or LABEL=UNIT,UNIT:INDICATOR"));
  }
  v1::JointSet set;
  set.set_label(text.substr(0, equals));
  const std::string units = text.substr(equals + 1, colon - equals - 1);
  for (const absl::string_view unit : absl::StrSplit(units, ',')) {
    set.add_units(std::string(unit));
  }
  if (colon == text.size()) return set;
  for (const absl::string_view indicator : absl::StrSplit(text.substr(colon + 1), ',')) {
    set.add_indicators(std::string(indicator));
  }
  return set;
}

absl::StatusOr<v1::CreateRunRequest> MakeRunRequest(Context& context, const RunArguments& a) {
  v1::CreateRunRequest request;
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  const bool has_baseline = !a.baseline.empty();
  absl::StatusOr<std::string> model = std::string();
  if (!has_baseline || !a.model.empty()) model = ModelOrLatest(context, a.model);
  if (!model.ok()) return model.status();
  request.set_parent(*parent);
  request.set_run_id(a.id);
  request.set_request_id(NewRequestId());
  v1::Run& run = *request.mutable_run();
  run.set_display_name(a.label);
  run.set_model(*model);
  run.set_as_of(a.as_of);
  if (a.seed.has_value()) run.set_seed(*a.seed);
  if (a.estimator == "sampled") run.set_estimator(v1::ESTIMATOR_SAMPLED);
  if (a.estimator == "conditional") run.set_estimator(v1::ESTIMATOR_CONDITIONAL);
  if (a.check_laws.has_value()) run.set_law_check_paths(static_cast<int32_t>(*a.check_laws));
  SetPrecision(a, run);
  absl::Status status = SetTargets(a, *run.mutable_targets());
  if (has_baseline && run.targets().ByteSizeLong() == 0) run.clear_targets();
  status.Update(SetOptionalName(context, "runs", a.baseline, run.mutable_baseline()));
  status.Update(SetOptionalName(context, "scenarios", a.scenario, run.mutable_scenario()));
  status.Update(SetOptionalName(context, "revisions", a.revision, run.mutable_revision()));
  status.Update(
      SetOptionalName(context, "objectiveSets", a.objectives, run.mutable_objective_set()));
  if (!status.ok()) return status;
  return request;
}

absl::StatusOr<std::optional<v1::Run>> CreateAndFollow(Context& context,
                                                       const v1::CreateRunRequest& request,
                                                       bool dry_run) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  if (dry_run) {
    v1::EstimateCostRequest estimate;
    *estimate.mutable_run() = request;
    auto cost = (*client)->EstimateCost(estimate);
    if (!cost.ok()) return cost.status();
    WriteCost(context, *cost);
    return std::optional<v1::Run>();
  }
  auto created = (*client)->CreateRun(request);
  if (!created.ok()) return created.status();
  auto run = FollowRun(context, created->name());
  if (!run.ok()) return run.status();
  return std::optional<v1::Run>(*std::move(run));
}

}  // namespace jalon::client
