// Objectives by growth on a realised base.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"
#include "sim/base/status_macros.h"
#include "sim/credit/credited_sum.h"
#include "sim/objective/objective.h"

namespace jalon::sim {
namespace {

class GrowthChecker : public RuleChecker {
 public:
  GrowthChecker(const Network& network, const Realisations& realisations, const GrowthRule& rule)
      : network_(network) {
    const bool base_is_window = CheckWindow(rule.base, "base");
    const bool window_is_window = CheckWindow(rule.window, "window");
    if (base_is_window) CheckInside(rule.base, realisations);
    if (base_is_window && window_is_window) {
      Require(rule.base.size() == rule.window.size(), "window", rule.window.ToString(),
              {absl::StrCat("must have as many periods as the base, ", rule.base.size()),
               "SIZE_MISMATCH"});
    }
    RequireFinite(rule.growth_ratio, "growth_ratio");
    CheckDepths(rule.depths);
    CheckIndicators(rule.indicators);
  }

 private:
  bool CheckWindow(const Window& window, const std::string& field) {
    const Frequency frequency = network_.frequency();
    RequireFrequency(window.first, frequency, field + ".first");
    RequireFrequency(window.last, frequency, field + ".last");
    if (window.first.frequency != frequency || window.last.frequency != frequency) return false;
    Require(window.first <= window.last, field, window.ToString(),
            {"must not end before it starts", "EMPTY_WINDOW"});
    return window.first <= window.last;
  }

  void CheckInside(const Window& base, const Realisations& realisations) {
    Require(realisations.window().contains(base.first) && realisations.window().contains(base.last),
            "base", base.ToString(),
            {absl::StrCat("must lie inside the realisations, ", realisations.window().ToString()),
             "OUTSIDE_REALISATIONS"});
  }

  void CheckDepths(const std::vector<int>& depths) {
    Require(!depths.empty(), "depths", "", {"must not be empty", "EMPTY"});
    std::set<int> seen;
    for (size_t i = 0; i < depths.size(); ++i) {
      const std::string field = Element("depths", i);
      Require(depths[i] >= 0 && depths[i] < network_.depth_count(), field, absl::StrCat(depths[i]),
              {absl::StrCat("must be from 0 to ", network_.depth_count() - 1), "OUT_OF_RANGE"});
      Require(seen.insert(depths[i]).second, field, absl::StrCat(depths[i]),
              {"must not be repeated", "DUPLICATE"});
    }
  }

  void CheckIndicators(const std::vector<std::string>& indicators) {
    std::set<std::string> seen;
    for (size_t i = 0; i < indicators.size(); ++i) {
      const std::string field = Element("indicators", i);
      Require(network_.FindIndicator(indicators[i]).has_value(), field, indicators[i],
              {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
      Require(seen.insert(indicators[i]).second, field, indicators[i],
              {"must not be repeated", "DUPLICATE"});
    }
  }

  const Network& network_;
};

double Grown(const Indicator& indicator, double base, double growth_ratio) {
  const double step = growth_ratio * std::fabs(base);
  return indicator.direction == Direction::kHigherIsBetter ? base + step : base - step;
}

std::vector<int> IndicatorsOf(const Network& network, const GrowthRule& rule) {
  std::vector<int> indicators;
  for (const std::string& id : rule.indicators) indicators.push_back(*network.FindIndicator(id));
  for (int k = 0; k < network.indicator_count() && rule.indicators.empty(); ++k) {
    indicators.push_back(k);
  }
  std::sort(indicators.begin(), indicators.end());
  return indicators;
}

std::vector<int> UnitsOf(const Network& network, const GrowthRule& rule) {
  std::vector<int> units;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (std::find(rule.depths.begin(), rule.depths.end(), network.unit_depth(u)) !=
        rule.depths.end()) {
      units.push_back(u);
    }
  }
  return units;
}

class GrowthMaker {
 public:
  GrowthMaker(const Revision& revision, const GrowthRule& rule)
      : network_(revision.network), rule_(rule), sums_(revision) {}

  // The objective of one node, or a count of why there is none.
  void Make(int k, int u) {
    if (!network_.Applies(k, u)) return;
    const Indicator& indicator = network_.indicator(k);
    const double base = sums_.Over({k, u, 0}, rule_.base);
    if (std::isnan(base)) {
      ++result_.missing_base_count;
    } else if (base == 0.0) {
      ++result_.zero_base_count;
    } else {
      result_.objectives.push_back(
          {.unit = network_.unit(u).id,
           .indicator = indicator.id,
           .window = rule_.window,
           .ticks = TicksAtLeast(indicator, Grown(indicator, base, rule_.growth_ratio))});
    }
  }

  GrowthObjectives TakeResult() { return std::move(result_); }

 private:
  const Network& network_;
  const GrowthRule& rule_;
  const CreditedSums sums_;
  GrowthObjectives result_;
};

}  // namespace

absl::StatusOr<GrowthObjectives> MakeGrowthObjectives(const Revision& revision,
                                                      const GrowthRule& rule) {
  const Network& network = revision.network;
  JALON_RETURN_IF_ERROR(
      GrowthChecker(network, revision.realisations, rule).violations().ToStatus());
  GrowthMaker maker(revision, rule);
  for (const int k : IndicatorsOf(network, rule)) {
    for (const int u : UnitsOf(network, rule)) maker.Make(k, u);
  }
  return maker.TakeResult();
}

}  // namespace jalon::sim
