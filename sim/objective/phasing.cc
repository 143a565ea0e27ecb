#include "sim/objective/phasing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"

namespace jalon::sim {
namespace {

// Nearest whole number, halves up; exact for every double within 2^53.
int64_t RoundTick(double value) {
  const double below = std::floor(value);
  return static_cast<int64_t>(value - below >= 0.5 ? below + 1 : below);
}

// Cumulated ticks of resolved objectives.
class Phaser {
 public:
  Phaser(const Network& network, const std::vector<ResolvedObjective>& resolved, PhasingSizes sizes)
      : network_(network), resolved_(resolved), sizes_(sizes), cumulated_(resolved.size()) {
    for (size_t i = 0; i < resolved.size(); ++i) {
      index_[KeyOf(resolved[i], resolved[i].unit)] = static_cast<int>(i);
    }
  }

  // Children first: canonical order has units depth-first within an indicator.
  void Run() {
    for (int i = static_cast<int>(resolved_.size()) - 1; i >= 0; --i) {
      const ResolvedObjective& objective = resolved_[i];
      if (!IsPhased(network_.indicator(objective.indicator), objective.window)) continue;
      cumulated_[i] = SumOfChildren(objective);
      if (cumulated_[i].empty()) cumulated_[i] = FromSizes(objective);
    }
  }

  // Empty for an objective that is not phased.
  const std::vector<int64_t>& cumulated(size_t i) const { return cumulated_[i]; }
  const Violations& violations() const { return violations_; }

 private:
  // An objective without its unit, then the unit.
  using Key = std::tuple<int, int, Window, int>;
  static Key KeyOf(const ResolvedObjective& objective, int unit) {
    return {objective.indicator, objective.segment, objective.window, unit};
  }

  // Sums of the children's cumulated ticks when the objective is the sum of theirs; else empty.
  std::vector<int64_t> SumOfChildren(const ResolvedObjective& objective) const {
    std::vector<int64_t> sums(objective.window.size(), 0);
    if (network_.is_leaf(objective.unit)) return {};
    const int end = network_.unit_end(objective.unit);
    for (int child = objective.unit + 1; child < end; child = network_.unit_end(child)) {
      if (!network_.Applies(objective.indicator, child)) continue;
      const auto found = index_.find(KeyOf(objective, child));
      if (found == index_.end() || cumulated_[found->second].empty()) return {};
      for (size_t t = 0; t < sums.size(); ++t) sums[t] += cumulated_[found->second][t];
    }
    if (sums.back() != objective.ticks) return {};
    return sums;
  }

  std::vector<int64_t> FromSizes(const ResolvedObjective& objective) {
    const Indicator& indicator = network_.indicator(objective.indicator);
    const std::vector<double> sizes = sizes_(objective);
    const std::vector<double> targets = CumulatedTargets(indicator, objective.ticks, sizes);
    if (targets.size() == static_cast<size_t>(objective.window.size())) {
      return RoundCumulated(objective.ticks, targets);
    }
    violations_.Add({.field = absl::StrCat("objectives[", objective.index, "]"),
                     .value = absl::StrCat(network_.unit(objective.unit).id, " / ",
                                           network_.segment(objective.segment).id, " / ",
                                           indicator.id, " ", objective.window.ToString()),
                     .rule = "must have a known size in each of its periods; a count or an amount, "
                             "none below zero and not all zero",
                     .reason = "NO_PROFILE"});
    return {};
  }

  const Network& network_;
  const std::vector<ResolvedObjective>& resolved_;
  PhasingSizes sizes_;
  std::map<Key, int> index_;
  std::vector<std::vector<int64_t>> cumulated_;
  Violations violations_;
};

// Appends the cumulated objectives of one.
void Append(const Objective& objective, const std::vector<int64_t>& cumulated,
            std::vector<Objective>& phased) {
  for (size_t t = 0; t < cumulated.size(); ++t) {
    Objective part = objective;
    part.window.last = objective.window.first + static_cast<int>(t);
    part.ticks = cumulated[t];
    if (t + 1 < cumulated.size()) {
      part.reason.clear();
      part.pinned = false;
    }
    phased.push_back(std::move(part));
  }
}

}  // namespace

bool IsPhased(const Indicator& indicator, const Window& window) {
  const bool is_flow = indicator.kind == IndicatorKind::kCount ||
                       indicator.kind == IndicatorKind::kAmount ||
                       indicator.kind == IndicatorKind::kNetFlow;
  return is_flow && indicator.aggregation == Aggregation::kSum && window.size() > 1;
}

std::vector<int64_t> RoundCumulated(int64_t ticks, std::span<const double> cumulated) {
  std::vector<int64_t> rounded;
  for (const double value : cumulated) rounded.push_back(RoundTick(value));
  if (!rounded.empty()) rounded.back() = ticks;
  return rounded;
}

std::vector<double> CumulatedTargets(const Indicator& indicator, int64_t ticks,
                                     std::span<const double> sizes) {
  const bool additive = indicator.kind == IndicatorKind::kNetFlow;
  std::vector<double> sums;
  double sum = 0.0;
  for (const double size : sizes) {
    if (!std::isfinite(size) || (!additive && size < 0)) return {};
    sum += size;
    sums.push_back(sum);
  }
  if (!std::isfinite(sum) || (!additive && !(sum > 0))) return {};
  const double asked = static_cast<double>(ticks);
  const double step = indicator.rounding_step;
  const double count = static_cast<double>(sizes.size());
  for (size_t t = 0; t < sums.size(); ++t) {
    const double share = static_cast<double>(t + 1) / count;
    sums[t] = additive ? sums[t] / step + (asked - sum / step) * share : asked * (sums[t] / sum);
  }
  return sums;
}

std::vector<double> LinearSizes(const Network& network, const ResolvedObjective& objective) {
  const bool additive = network.indicator(objective.indicator).kind == IndicatorKind::kNetFlow;
  return std::vector<double>(objective.window.size(), additive ? 0.0 : 1.0);
}

std::vector<double> RealisedSizes(const CreditedSums& sums, const ResolvedObjective& objective,
                                  const Window& base) {
  return sums.Values({objective.indicator, objective.unit, objective.segment}, base);
}

ImportedSizes::ImportedSizes(const Network& network, const PhasingTable& table)
    : network_(network) {
  for (const PhasingShare& share : table.shares) {
    const int unit = share.unit.empty() ? 0 : network.FindUnit(share.unit).value();
    std::vector<double>& shares = shares_[{network.FindIndicator(share.indicator).value(), unit}];
    shares.resize(PeriodsPerYear(network.frequency()), 0.0);
    shares[share.season] = share.share;
  }
}

std::vector<double> ImportedSizes::operator()(const ResolvedObjective& objective) const {
  auto found = shares_.end();
  for (int u = objective.unit; u >= 0 && found == shares_.end(); u = network_.unit_parent(u)) {
    found = shares_.find({objective.indicator, u});
  }
  if (found == shares_.end()) return {};
  std::vector<double> sizes;
  double sum = 0.0;
  for (int t = 0; t < objective.window.size(); ++t) {
    sizes.push_back(found->second[(objective.window.first + t).season()]);
    sum += sizes.back();
  }
  if (!(sum > 0)) return {};
  const bool additive = network_.indicator(objective.indicator).kind == IndicatorKind::kNetFlow;
  // Of a net flow the objective itself, so that nothing is left to spread evenly.
  for (double& size : sizes) size *= additive ? objective.value / sum : 1.0;
  return sizes;
}

absl::StatusOr<PhasedObjectives> PhaseObjectives(const Network& network,
                                                 const std::vector<Objective>& objectives,
                                                 PhasingSizes sizes) {
  JALON_ASSIGN_OR_RETURN(const std::vector<ResolvedObjective> resolved,
                         ResolveObjectives(network, objectives));
  Phaser phaser(network, resolved, sizes);
  phaser.Run();
  JALON_RETURN_IF_ERROR(phaser.violations().ToStatus());
  PhasedObjectives phased;
  for (size_t i = 0; i < resolved.size(); ++i) {
    const Objective& objective = objectives[resolved[i].index];
    if (phaser.cumulated(i).empty()) {
      phased.objectives.push_back(objective);
      ++phased.unphased_count;
    } else {
      Append(objective, phaser.cumulated(i), phased.objectives);
    }
  }
  return phased;
}

}  // namespace jalon::sim
