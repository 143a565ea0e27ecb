#include "sim/network/means_rules.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/network/realisations.h"

namespace jalon::sim {
namespace {

// Planned values reach as far as a simulation does.
constexpr size_t kMostPeriods = Realisations::kMaxPeriods + 60;
// Of an elasticity and of its standard deviation.
constexpr double kMostElasticity = 5.0;
constexpr double kLeastSd = 1e-6;

class MeansChecker : public RuleChecker {
 public:
  MeansChecker(const Network& network, const MeansTable& table) : network_(network) {
    for (size_t i = 0; i < table.series.size(); ++i) {
      path_ = Element("means", i);
      CheckPlace(table.series[i], i);
      CheckValues(table.series[i]);
      CheckPlan(table.series[i]);
      means_.insert(table.series[i].mean);
    }
    for (size_t i = 0; i < table.effects.size(); ++i) {
      path_ = Element("mean_effects", i);
      CheckEffect(table.effects[i], i);
    }
    for (size_t i = 0; i < table.unmoved.size(); ++i) {
      Require(means_.contains(table.unmoved[i]), Element("unmoved", i), table.unmoved[i],
              {"must be a mean of some branch", "UNKNOWN_MEAN"});
    }
    Require(table.effects.size() <= kMostMeanEffects, "mean_effects",
            absl::StrCat(table.effects.size()),
            {absl::StrCat("must be at most ", kMostMeanEffects), "TOO_MANY_EFFECTS"});
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckPlace(const MeanSeries& series, size_t i) {
    RequireId(series.mean, Field("mean"));
    const std::optional<int> unit = network_.FindUnit(series.unit);
    Require(unit.has_value(), Field("unit"), series.unit,
            {"must be the id of a unit", "UNKNOWN_UNIT"});
    Require(!unit || network_.is_leaf(*unit), Field("unit"), series.unit,
            {"must be a branch: means of units above branches are their sums", "NOT_A_LEAF"});
    if (const auto earlier = pairs_.Earlier(absl::StrCat(series.mean, "/", series.unit), i)) {
      Require(false, Field("mean"), series.mean,
              {absl::StrCat("must be given once per unit; means[", *earlier, "] gives it too"),
               "DUPLICATE_ID"});
    }
  }

  void CheckValues(const MeanSeries& series) {
    RequireFrequency(series.first, network_.frequency(), Field("first"));
    Require(series.values.size() == series.planned.size() && series.values.size() <= kMostPeriods,
            Field("values"), absl::StrCat(series.values.size()),
            {"must have one mark `planned` each, and be at most 660", "BAD_SHAPE"});
    for (size_t j = 0; j < series.values.size(); ++j) {
      const double value = series.values[j];
      const std::string field = Field(Element("values", j));
      Require(!std::isinf(value), field, absl::StrCat(value),
              {"must be a finite number", "NOT_FINITE"});
      Require(!(value < 0.0) || std::isinf(value), field, absl::StrCat(value),
              {"must be >= 0", "NEGATIVE"});
    }
  }

  // What was planned is not kept once a later period was seen: nothing says which one holds.
  void CheckPlan(const MeanSeries& series) {
    const size_t count = std::min(series.values.size(), series.planned.size());
    size_t seen_end = 0;
    for (size_t j = 0; j < count; ++j) {
      if (!std::isnan(series.values[j]) && !series.planned[j]) seen_end = j + 1;
    }
    for (size_t j = 0; j < seen_end; ++j) {
      if (!series.planned[j] || std::isnan(series.values[j])) continue;
      const std::string last = (series.first + static_cast<int>(seen_end - 1)).ToString();
      Require(false, Field(Element("values", j)), (series.first + static_cast<int>(j)).ToString(),
              {absl::StrCat("must not be planned: the mean was seen up to ", last),
               "PLAN_OVERLAPS_HISTORY"});
    }
  }

  void CheckEffect(const MeanEffectPrior& effect, size_t i) {
    Require(means_.contains(effect.mean), Field("mean"), effect.mean,
            {"must be a mean of some branch", "UNKNOWN_MEAN"});
    const std::optional<int> k = network_.FindIndicator(effect.indicator);
    Require(k.has_value(), Field("indicator"), effect.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    Require(!k || IsProportional(network_.indicator(*k).kind), Field("indicator"), effect.indicator,
            {"must be a count or an amount: nothing else is proportional to a mean",
             "MEAN_ON_OTHER_KIND"});
    RequireWithin(effect.prior_mean, -kMostElasticity, "elasticity");
    RequireWithin(effect.prior_sd, kLeastSd, "sd");
    if (const auto earlier =
            effects_.Earlier(absl::StrCat(effect.mean, "/", effect.indicator), i)) {
      Require(false, Field("mean"), effect.mean,
              {absl::StrCat("must act once on an indicator; mean_effects[", *earlier,
                            "] declares it too"),
               "DUPLICATE_ID"});
    }
  }

  static bool IsProportional(IndicatorKind kind) {
    return kind == IndicatorKind::kCount || kind == IndicatorKind::kAmount;
  }

  // NaN is refused.
  void RequireWithin(double value, double least, absl::string_view field) {
    Require(least <= value && value <= kMostElasticity, Field(field), absl::StrCat(value),
            {absl::StrCat("must be in [", least, ", ", kMostElasticity, "]"), "OUT_OF_RANGE"});
  }

  const Network& network_;
  DuplicateFinder pairs_;
  DuplicateFinder effects_;
  std::set<std::string> means_;
  std::string path_;
};

}  // namespace

Violations CheckMeans(const Network& network, const MeansTable& table) {
  return MeansChecker(network, table).violations();
}

MeansTable Sorted(MeansTable table) {
  std::sort(table.unmoved.begin(), table.unmoved.end());
  table.unmoved.erase(std::unique(table.unmoved.begin(), table.unmoved.end()), table.unmoved.end());
  std::sort(table.series.begin(), table.series.end(), [](const MeanSeries& a, const MeanSeries& b) {
    return std::tie(a.mean, a.unit) < std::tie(b.mean, b.unit);
  });
  const auto before = [](const MeanEffectPrior& a, const MeanEffectPrior& b) {
    return std::tie(a.mean, a.indicator) < std::tie(b.mean, b.indicator);
  };
  std::sort(table.effects.begin(), table.effects.end(), before);
  return table;
}

}  // namespace jalon::sim
