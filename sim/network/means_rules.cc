#include "sim/network/means_rules.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/network/realisations.h"

namespace jalon::sim {
namespace {

// Planned values reach as far as a simulation does.
constexpr size_t kMostPeriods = Realisations::kMaxPeriods + 60;

class MeansChecker : public RuleChecker {
 public:
  MeansChecker(const Network& network, const MeansTable& table) : network_(network) {
    for (size_t i = 0; i < table.series.size(); ++i) {
      path_ = Element("means", i);
      CheckPlace(table.series[i], i);
      CheckValues(table.series[i]);
    }
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

  const Network& network_;
  DuplicateFinder pairs_;
  std::string path_;
};

}  // namespace

Violations CheckMeans(const Network& network, const MeansTable& table) {
  return MeansChecker(network, table).violations();
}

MeansTable Sorted(MeansTable table) {
  std::sort(table.series.begin(), table.series.end(), [](const MeanSeries& a, const MeanSeries& b) {
    return std::tie(a.mean, a.unit) < std::tie(b.mean, b.unit);
  });
  return table;
}

}  // namespace jalon::sim
