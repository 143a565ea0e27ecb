#include "server/run/score_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/score/weights.h"

namespace jalon::server {
namespace {

constexpr int kMaxJointSets = 32;
constexpr int kMaxJointUnits = 1'000;
constexpr int kMaxScoreLevels = 32;
constexpr size_t kMaxLabelBytes = 200;

// A unit and a window of the run's, with the rows that have an objective there.
struct Group {
  int unit = 0;
  int window = 0;
  // Ascending, hence by indicator then segment.
  std::vector<int> rows;
};

std::vector<Group> GroupRows(const RunRows& rows) {
  std::map<std::pair<int, int>, std::vector<int>> by_place;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    if (std::isnan(rows.objectives[i])) continue;
    by_place[{rows.rows[i].unit, rows.rows[i].window}].push_back(static_cast<int>(i));
  }
  std::vector<Group> groups;
  groups.reserve(by_place.size());
  for (auto& [place, members] : by_place) {
    groups.push_back({place.first, place.second, std::move(members)});
  }
  return groups;
}

// How R/O follows from a realisation: R/O = 1 + (Y - objective) / scale, or on the variation.
struct RatioRule {
  double scale = 1.0;
  bool on_variation = false;
};

// nullopt where R/O has no meaning.
std::optional<RatioRule> RatioRuleOf(const ScoreRowsInput& input, int row) {
  const sim::Target& target = input.rows.targets[row];
  const sim::Indicator& indicator = input.network.indicator(target.range.indicator);
  if (indicator.basis == sim::AttainmentBasis::kVariation) {
    if (!target.opening.has_value()) return std::nullopt;
    return RatioRule{.on_variation = true};
  }
  const double objective = input.rows.objectives[row];
  const std::optional<double> twice = sim::RealisationAtRatio(indicator, objective, 2.0);
  if (!twice.has_value() || *twice == objective) return std::nullopt;
  return RatioRule{.scale = *twice - objective};
}

// Objectives of the whole set that the run leaves out, by unit, indicator and window.
class LeftOut {
 public:
  explicit LeftOut(const ScoreRowsInput& input) {
    std::set<std::tuple<int, int, int, sim::Window>> kept;
    // Only units with a row have scores.
    std::vector<bool> has_rows(input.network.unit_count());
    for (const AxisRow& row : input.rows.rows) {
      kept.emplace(row.unit, row.indicator, row.segment, input.rows.windows[row.window]);
      has_rows[row.unit] = true;
    }
    for (size_t i = 0; i < input.objectives.nodes.size(); ++i) {
      const auto& [k, u, s] = input.objectives.nodes[i];
      if (!has_rows[u]) continue;
      const sim::Window& window = input.objectives.objectives[i].window;
      if (!kept.contains({u, k, s, window})) places_.emplace(u, k, window);
    }
  }
  bool Has(int unit, int indicator, const sim::Window& window) const {
    return places_.contains({unit, indicator, window});
  }

 private:
  std::set<std::tuple<int, int, sim::Window>> places_;
};

v1::StatisticSpec Spec(v1::Statistic statistic, double level = 0) {
  v1::StatisticSpec spec;
  spec.set_statistic(statistic);
  spec.set_level(level);
  return spec;
}

std::vector<double> ScoreLevels(const ScoreRowsInput& input) {
  std::set<double> levels(input.request.score_levels().begin(), input.request.score_levels().end());
  if (levels.empty()) levels.insert(input.rows.ro_levels.begin(), input.rows.ro_levels.end());
  return {levels.begin(), levels.end()};
}

class ScoreRowsMaker {
 public:
  explicit ScoreRowsMaker(const ScoreRowsInput& input)
      : input_(input), weights_(input.network, input.policy), left_out_(input) {}

  absl::StatusOr<ScoreRows> Make() {
    result_.plan.ladder = input_.policy.ladder;
    if (has_weights()) result_.plan.levels = ScoreLevels(input_);
    for (const Group& group : GroupRows(input_.rows)) AddScore(group);
    std::sort(result_.weight_rows.begin(), result_.weight_rows.end(),
              [](const WeightRow& a, const WeightRow& b) { return a.row < b.row; });
    JALON_RETURN_IF_ERROR(AddJointSets());
    AddSpecs();
    AddAxes();
    AddNotices();
    return std::move(result_);
  }

 private:
  bool has_weights() const { return !input_.policy.weights.empty(); }

  sim::PlanObjective ObjectiveOf(int row) const { return {row, input_.rows.objectives[row]}; }

  void AddScore(const Group& group) {
    const sim::Window& window = input_.rows.windows[group.window];
    sim::PlanScore score{.quality = weights_.QualityOf(group.unit, window)};
    for (const int row : group.rows) score.objectives.push_back(ObjectiveOf(row));
    std::vector<sim::UnitWeight> weights = weights_.Of(group.unit, window);
    if (IsPartial(weights, group)) {
      ++partial_count_;
    } else {
      AddTerms(weights, group, score);
    }
    result_.rows.push_back({.unit = group.unit, .window = group.window});
    result_.plan.scores.push_back(std::move(score));
  }

  // Whether an objective that weighs in the score is not computed by this run.
  bool IsPartial(const std::vector<sim::UnitWeight>& weights, const Group& group) const {
    const sim::Window& window = input_.rows.windows[group.window];
    return std::any_of(weights.begin(), weights.end(), [&](const sim::UnitWeight& weight) {
      return weight.declared > 0.0 && left_out_.Has(group.unit, weight.indicator, window);
    });
  }

  // Rows of an indicator's objectives: the one for all segments when there is one.
  std::vector<int> RowsOf(int indicator, const Group& group) const {
    std::vector<int> rows;
    for (const int row : group.rows) {
      if (input_.rows.rows[row].indicator != indicator) continue;
      if (input_.rows.rows[row].segment == 0) return {row};
      rows.push_back(row);
    }
    return rows;
  }

  void AddTerms(std::vector<sim::UnitWeight>& weights, const Group& group, sim::PlanScore& score) {
    std::vector<std::vector<int>> counted(weights.size());
    for (size_t i = 0; i < weights.size(); ++i) {
      if (weights[i].state != sim::WeightState::kCounted) continue;
      const std::vector<int> rows = RowsOf(weights[i].indicator, group);
      for (const int row : rows) {
        if (RatioRuleOf(input_, row)) counted[i].push_back(row);
      }
      if (!counted[i].empty()) continue;
      weights[i].state = rows.empty() ? sim::WeightState::kNoObjective : sim::WeightState::kNoRatio;
    }
    sim::Redistribute(weights);
    for (size_t i = 0; i < weights.size(); ++i) AddRows(weights[i], counted[i], group, score);
  }

  // The rows of one indicator's weight, and its terms.
  void AddRows(const sim::UnitWeight& weight, const std::vector<int>& rows, const Group& group,
               sim::PlanScore& score) {
    if (rows.empty()) {
      result_.weight_rows.push_back({.row = {weight.indicator, group.unit, 0, group.window},
                                     .declared = weight.declared,
                                     .score = static_cast<int>(result_.rows.size())});
      return;
    }
    const double parts = static_cast<double>(rows.size());
    for (const int row : rows) {
      WeightRow weight_row{.row = input_.rows.rows[row],
                           .declared = weight.declared / parts,
                           .weight = weight.weight / parts,
                           .score = static_cast<int>(result_.rows.size())};
      if (weight.weight > 0.0) {
        weight_row.term = static_cast<int>(score.terms.size());
        score.terms.push_back(TermOf(weight, row, weight_row.weight));
      }
      result_.weight_rows.push_back(weight_row);
    }
  }

  sim::PlanScoreTerm TermOf(const sim::UnitWeight& weight, int row, double share) const {
    constexpr double kUnbounded = std::numeric_limits<double>::infinity();
    const RatioRule rule = *RatioRuleOf(input_, row);
    return {.objective = ObjectiveOf(row),
            .scale = rule.scale,
            .on_variation = rule.on_variation,
            .term = {.weight = share,
                     .floor = weight.floor.value_or(-kUnbounded),
                     .cap = weight.cap.value_or(kUnbounded)}};
  }

  absl::Status AddJointSets() {
    Checks checks("run.targets");
    for (int i = 0; i < input_.request.joint_sets_size(); ++i) {
      AddJointSet(input_.request.joint_sets(i), absl::StrCat("joint_sets[", i, "]"), checks);
    }
    return checks.ToStatus();
  }

  // One answer per window in which every unit of the set has an objective.
  void AddJointSet(const v1::JointSet& set, const std::string& field, Checks& checks) {
    std::set<int> units, indicators;
    for (const std::string& id : set.units()) units.insert(*input_.network.FindUnit(id));
    for (const std::string& id : set.indicators()) {
      indicators.insert(*input_.network.FindIndicator(id));
    }
    std::map<int, std::map<int, std::vector<sim::PlanObjective>>> by_window;
    std::set<int> seen;
    for (size_t i = 0; i < input_.rows.rows.size(); ++i) {
      const AxisRow& row = input_.rows.rows[i];
      if (std::isnan(input_.rows.objectives[i]) || !units.contains(row.unit)) continue;
      if (!indicators.empty() && !indicators.contains(row.indicator)) continue;
      by_window[row.window][row.unit].push_back(ObjectiveOf(static_cast<int>(i)));
      seen.insert(row.unit);
    }
    int answers = 0;
    for (const auto& [window, by_unit] : by_window) {
      if (by_unit.size() < units.size()) continue;
      AddJointAnswer(set, window, by_unit);
      ++answers;
    }
    if (answers > 0) return;
    for (int i = 0; i < set.units_size(); ++i) {
      if (seen.size() < units.size() && seen.contains(*input_.network.FindUnit(set.units(i)))) {
        continue;
      }
      checks.Add(absl::StrCat(field, ".units[", i, "]"), set.units(i),
                 "must have an objective in the run, in a window that all units of the set share",
                 "NO_OBJECTIVE");
    }
  }

  void AddJointAnswer(const v1::JointSet& set, int window,
                      const std::map<int, std::vector<sim::PlanObjective>>& by_unit) {
    std::vector<sim::PlanObjective>& objectives = result_.plan.joint_sets.emplace_back();
    for (const auto& [unit, theirs] : by_unit) {
      objectives.insert(objectives.end(), theirs.begin(), theirs.end());
    }
    v1::JointAttainment& joint = result_.joint_sets.emplace_back();
    *joint.mutable_set() = set;
    joint.set_window(input_.rows.windows[window].ToString());
    joint.set_objective_count(static_cast<int64_t>(objectives.size()));
  }

  void AddSpecs() {
    std::vector<v1::StatisticSpec>& specs = result_.specs;
    if (has_weights()) AddScoreSpecs(specs);
    specs.push_back(Spec(v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY));
    specs.push_back(Spec(v1::STATISTIC_JOINT_ATTAINMENT_LOW));
    specs.push_back(Spec(v1::STATISTIC_JOINT_ATTAINMENT_HIGH));
    specs.push_back(Spec(v1::STATISTIC_JOINT_OBJECTIVE_COUNT));
    if (!has_weights()) return;
    if (!input_.policy.ladder.empty()) {
      specs.push_back(Spec(v1::STATISTIC_PAYOFF_MEAN));
      specs.push_back(Spec(v1::STATISTIC_PAYOFF_MEAN_STANDARD_ERROR));
      specs.push_back(Spec(v1::STATISTIC_QUALITY_FACTOR));
    }
    result_.weight_specs = {Spec(v1::STATISTIC_DECLARED_WEIGHT), Spec(v1::STATISTIC_WEIGHT),
                            Spec(v1::STATISTIC_EFFECTIVE_WEIGHT),
                            Spec(v1::STATISTIC_BOUNDED_RO_MEAN)};
  }

  void AddScoreSpecs(std::vector<v1::StatisticSpec>& specs) const {
    specs.push_back(Spec(v1::STATISTIC_SCORE_MEAN));
    specs.push_back(Spec(v1::STATISTIC_SCORE_MEAN_STANDARD_ERROR));
    specs.push_back(Spec(v1::STATISTIC_SCORE_STANDARD_DEVIATION));
    for (const v1::StatisticSpec& spec : input_.rows.specs) {
      if (spec.statistic() != v1::STATISTIC_QUANTILE) continue;
      specs.push_back(Spec(v1::STATISTIC_SCORE_QUANTILE, spec.level()));
    }
    for (const double level : result_.plan.levels) {
      specs.push_back(Spec(v1::STATISTIC_SCORE_PROBABILITY, level));
    }
  }

  void AddAxes() {
    result_.axis = std::make_shared<const RowAxis>(
        RowAxis::OfUnits(input_.network, input_.rows.windows, result_.rows));
    std::vector<AxisRow> rows;
    for (const WeightRow& weight_row : result_.weight_rows) rows.push_back(weight_row.row);
    result_.weight_axis =
        std::make_shared<const RowAxis>(RowAxis(input_.network, input_.rows.windows, rows));
  }

  void AddNotices() {
    const auto total = static_cast<int64_t>(result_.rows.size());
    if (has_weights() && partial_count_ < total) {
      result_.notices.push_back("scores and payoffs are sampled, as joint attainments are");
    }
    if (partial_count_ == 0) return;
    result_.notices.push_back(
        absl::StrCat(partial_count_, " of ", total,
                     " scores are left out: the run computes a part of their objectives only"));
  }

  const ScoreRowsInput& input_;
  const sim::WeightTable weights_;
  const LeftOut left_out_;
  ScoreRows result_;
  int64_t partial_count_ = 0;
};

// The value of one statistic of scores; `place` counts columns of the same statistic from 0.
double ScoreCell(const v1::StatisticSpec& spec, const sim::PlanScore& score,
                 const sim::ScoreEstimate& estimate, size_t place) {
  switch (spec.statistic()) {
    case v1::STATISTIC_SCORE_MEAN:
      return estimate.mean;
    case v1::STATISTIC_SCORE_MEAN_STANDARD_ERROR:
      return estimate.mean_standard_error;
    case v1::STATISTIC_SCORE_STANDARD_DEVIATION:
      return estimate.standard_deviation;
    case v1::STATISTIC_SCORE_QUANTILE:
      return estimate.quantiles[place];
    case v1::STATISTIC_SCORE_PROBABILITY:
      return estimate.level_probability[place];
    case v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY:
      return estimate.joint.value;
    case v1::STATISTIC_JOINT_ATTAINMENT_LOW:
      return estimate.joint.low;
    case v1::STATISTIC_JOINT_ATTAINMENT_HIGH:
      return estimate.joint.high;
    case v1::STATISTIC_JOINT_OBJECTIVE_COUNT:
      return static_cast<double>(score.objectives.size());
    case v1::STATISTIC_PAYOFF_MEAN:
      return estimate.payoff_mean;
    case v1::STATISTIC_PAYOFF_MEAN_STANDARD_ERROR:
      return estimate.payoff_standard_error;
    case v1::STATISTIC_QUALITY_FACTOR:
      return score.terms.empty() ? sim::kMissing : score.quality;
    default:
      return sim::kMissing;
  }
}

double WeightCell(const v1::StatisticSpec& spec, const WeightRow& row,
                  const sim::ScoreEstimate& estimate) {
  switch (spec.statistic()) {
    case v1::STATISTIC_DECLARED_WEIGHT:
      return row.declared;
    case v1::STATISTIC_WEIGHT:
      return row.weight;
    case v1::STATISTIC_EFFECTIVE_WEIGHT:
      return row.term < 0 ? sim::kMissing : estimate.effective_weight[row.term];
    case v1::STATISTIC_BOUNDED_RO_MEAN:
      return row.term < 0 ? sim::kMissing : estimate.ratio_mean[row.term];
    default:
      return sim::kMissing;
  }
}

// Places of columns among those of their statistic: 0, 1, 2... for quantiles.
std::vector<size_t> PlacesOf(const std::vector<v1::StatisticSpec>& specs) {
  std::map<v1::Statistic, size_t> next;
  std::vector<size_t> places;
  places.reserve(specs.size());
  for (const v1::StatisticSpec& spec : specs) places.push_back(next[spec.statistic()]++);
  return places;
}

void CheckJointSet(const v1::JointSet& set, const sim::Network& network, const std::string& field,
                   Checks& checks) {
  const std::string label = absl::StrCat(field, ".label"), units = absl::StrCat(field, ".units");
  checks.Required(label, !set.label().empty());
  checks.Text(label, set.label(), kMaxLabelBytes);
  checks.Required(units, !set.units().empty());
  checks.InRange(units, set.units_size(), 0, kMaxJointUnits);
  for (int i = 0; i < set.units_size(); ++i) {
    if (network.FindUnit(set.units(i))) continue;
    checks.Add(absl::StrCat(units, "[", i, "]"), set.units(i), "must be in the network",
               "UNKNOWN_ID");
  }
  for (int i = 0; i < set.indicators_size(); ++i) {
    if (network.FindIndicator(set.indicators(i))) continue;
    checks.Add(absl::StrCat(field, ".indicators[", i, "]"), set.indicators(i),
               "must be in the network", "UNKNOWN_ID");
  }
}

}  // namespace

void CheckScoreRequest(const v1::TargetSpec& request, const sim::Network& network, Checks& checks) {
  checks.InRange("joint_sets", request.joint_sets_size(), 0, kMaxJointSets);
  std::set<std::string> labels;
  for (int i = 0; i < request.joint_sets_size(); ++i) {
    const std::string field = absl::StrCat("joint_sets[", i, "]");
    CheckJointSet(request.joint_sets(i), network, field, checks);
    if (labels.insert(request.joint_sets(i).label()).second) continue;
    checks.Add(absl::StrCat(field, ".label"), request.joint_sets(i).label(),
               "must differ from that of other sets", "DUPLICATE");
  }
  checks.InRange("score_levels", request.score_levels_size(), 0, kMaxScoreLevels);
  for (int i = 0; i < request.score_levels_size(); ++i) {
    checks.Inside(absl::StrCat("score_levels[", i, "]"), request.score_levels(i), 0, 1'000);
  }
  if (request.without_scores() && request.joint_sets_size() + request.score_levels_size() > 0) {
    checks.Add("without_scores", "true", "must be false with joint_sets or score_levels",
               "SCORES_LEFT_OUT");
  }
}

absl::StatusOr<ScoreRows> MakeScoreRows(const ScoreRowsInput& input) {
  return ScoreRowsMaker(input).Make();
}

std::shared_ptr<const ScoreTables> MakeScoreTables(const ScoreRows& rows,
                                                   const sim::ScoreEstimates& estimates,
                                                   const std::string& table_id,
                                                   int64_t path_count) {
  if (rows.rows.empty()) return nullptr;
  auto tables = std::make_shared<ScoreTables>();
  tables->axis = rows.axis;
  tables->weight_axis = rows.weight_axis;
  tables->scores = {.table_id = table_id, .path_count = path_count, .specs = rows.specs};
  const std::vector<size_t> places = PlacesOf(rows.specs);
  for (size_t c = 0; c < rows.specs.size(); ++c) {
    std::vector<double>& column = tables->scores.columns.emplace_back();
    for (size_t s = 0; s < rows.rows.size(); ++s) {
      column.push_back(
          ScoreCell(rows.specs[c], rows.plan.scores[s], estimates.scores[s], places[c]));
    }
  }
  tables->weights = {.table_id = table_id, .path_count = path_count, .specs = rows.weight_specs};
  for (const v1::StatisticSpec& spec : rows.weight_specs) {
    std::vector<double>& column = tables->weights.columns.emplace_back();
    for (const WeightRow& row : rows.weight_rows) {
      column.push_back(WeightCell(spec, row, estimates.scores[row.score]));
    }
  }
  tables->joint_sets = rows.joint_sets;
  for (size_t j = 0; j < tables->joint_sets.size(); ++j) {
    tables->joint_sets[j].set_probability(estimates.joint_sets[j].value);
    tables->joint_sets[j].set_probability_low(estimates.joint_sets[j].low);
    tables->joint_sets[j].set_probability_high(estimates.joint_sets[j].high);
  }
  return tables;
}

}  // namespace jalon::server
