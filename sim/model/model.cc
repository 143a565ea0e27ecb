#include "sim/model/model.h"

#include <cmath>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/text.h"
#include "sim/drivers/derived.h"

namespace jalon::sim {
namespace {

constexpr double kMaxAutoregression = 0.99;
constexpr int kMaxLag = 24;
// Rounding slack of "squares of a row sum to at most 1" and "rows average to 0".
constexpr double kSlack = 1e-9;

// Where a value stands, spelled when its rule is broken: a model has tens of thousands of series,
// and each run looks at them all. Refers to its texts.
class Place {
 public:
  // Implicit: a field is its own name.
  Place(const char* field) : list_(field) {}         // NOLINT(google-explicit-constructor)
  Place(const std::string& field) : list_(field) {}  // NOLINT(google-explicit-constructor)
  Place(absl::string_view list, size_t index) : list_(list), index_(static_cast<int64_t>(index)) {}

  Place operator+(absl::string_view suffix) const {
    Place made = *this;
    made.suffix_ = suffix;
    return made;
  }

  std::string Spelled() const {
    if (index_ < 0) return absl::StrCat(list_, suffix_);
    return absl::StrCat(list_, "[", index_, "]", suffix_);
  }

 private:
  absl::string_view list_;
  int64_t index_ = -1;
  absl::string_view suffix_;
};

// Collects the broken rules of one model.
class Checker {
 public:
  explicit Checker(const Model& model) : model_(model) {}

  Violations Run() {
    CheckHeader();
    CheckGroups();
    CheckSeries();
    CheckBlock("level", model_.level, model_.series.size());
    CheckBlock("trend", model_.trend, model_.groups.size());
    CheckBlock("season", model_.season, model_.groups.size() * SeasonCount());
    CheckSeasonRows();
    CheckBlock("elasticity", model_.elasticity, model_.elasticities.size());
    CheckElasticities();
    CheckLatents("national", model_.national, 1);
    CheckLatents("regional", model_.regional, model_.region_units.size());
    CheckIndicatorTables();
    CheckDrivers();
    CheckDerivedDrivers();
    return std::move(found_);
  }

 private:
  int SeasonCount() const { return PeriodsPerYear(model_.as_of.frequency); }
  int UnitCount() const { return static_cast<int>(model_.unit_ids.size()); }
  int SegmentCount() const { return static_cast<int>(model_.segment_ids.size()); }
  int IndicatorCount() const { return static_cast<int>(model_.indicator_ids.size()); }

  void Add(const Place& field, const std::string& value, const std::string& rule,
           const char* reason) {
    found_.Add({.field = field.Spelled(), .value = value, .rule = rule, .reason = reason});
  }

  void Size(const Place& field, size_t size, size_t expected) {
    if (size == expected) return;
    Add(field, absl::StrCat(size), absl::StrCat("must have ", expected, " entries"),
        "SIZE_MISMATCH");
  }

  void Index(const Place& field, int index, int count) {
    if (0 <= index && index < count) return;
    Add(field, absl::StrCat(index), absl::StrCat("must be in [0, ", count, ")"),
        "INDEX_OUT_OF_RANGE");
  }

  void Finite(const Place& field, double value) {
    if (std::isfinite(value)) return;
    Add(field, absl::StrCat(value), "must be finite", "NOT_FINITE");
  }

  void AllFinite(const std::string& field, std::span<const double> values) {
    for (size_t i = 0; i < values.size(); ++i) Finite(Place(field, i), values[i]);
  }

  // Written so that a NaN fails.
  void AtLeast(const Place& field, double value, double least) {
    if (std::isfinite(value) && value >= least) return;
    Add(field, absl::StrCat(value), absl::StrCat("must be finite and >= ", least), "OUT_OF_RANGE");
  }

  void Above(const Place& field, double value, double bound) {
    if (std::isfinite(value) && value > bound) return;
    Add(field, absl::StrCat(value), absl::StrCat("must be finite and > ", bound), "OUT_OF_RANGE");
  }

  void Within(const Place& field, double value, double low, double high) {
    if (low <= value && value <= high) return;
    Add(field, absl::StrCat(value), absl::StrCat("must be in [", low, ", ", high, "]"),
        "OUT_OF_RANGE");
  }

  void AllAtLeastZero(const std::string& field, std::span<const double> values) {
    for (size_t i = 0; i < values.size(); ++i) AtLeast(Place(field, i), values[i], 0);
  }

  void Ids(const std::string& field, const std::vector<std::string>& ids) {
    if (ids.empty()) Add(field, "", "must not be empty", "REQUIRED");
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i].empty())
        Add(absl::StrCat(field, "[", i, "]"), "", "must not be empty", "REQUIRED");
    }
  }

  void CheckHeader() {
    if (model_.network_id.empty()) Add("network_id", "", "must not be empty", "REQUIRED");
    AtLeast("fit_period_count", model_.fit_period_count, 1);
    Within("trend_damping", model_.trend_damping, 0, 1);
    Ids("unit_ids", model_.unit_ids);
    Ids("segment_ids", model_.segment_ids);
    Ids("indicator_ids", model_.indicator_ids);
    for (size_t r = 0; r < model_.region_units.size(); ++r) {
      const std::string field = absl::StrCat("region_units[", r, "]");
      Index(field, model_.region_units[r], UnitCount());
      if (r > 0 && model_.region_units[r] <= model_.region_units[r - 1]) {
        Add(field, absl::StrCat(model_.region_units[r]), "must ascend", "NOT_ASCENDING");
      }
    }
    CheckExposed();
    CheckMeanEffects();
  }

  void CheckMeanEffects() {
    std::set<std::pair<std::string, int>> seen;
    for (size_t i = 0; i < model_.mean_effects.size(); ++i) {
      const MeanEffect& effect = model_.mean_effects[i];
      const std::string at = absl::StrCat("mean_effects[", i, "]");
      if (effect.mean.empty()) Add(at + ".mean", "", "must not be empty", "REQUIRED");
      Index(at + ".indicator", effect.indicator, IndicatorCount());
      CheckLogLink(at + ".indicator", effect.indicator);
      Finite(at + ".beta_mean", effect.beta_mean);
      AtLeast(at + ".beta_sd", effect.beta_sd, 0);
      Within(at + ".information_share", effect.information_share, 0, 1);
      Finite(at + ".prior_mean", effect.prior_mean);
      AtLeast(at + ".prior_sd", effect.prior_sd, 0);
      AtLeast(at + ".branch_count", effect.branch_count, 0);
      if (!seen.insert({effect.mean, effect.indicator}).second) {
        Add(at + ".mean", effect.mean, "must act once on an indicator", "DUPLICATE_ID");
      }
    }
  }

  void CheckExposed() {
    const std::vector<int>& exposed = model_.exposed_indicators;
    for (size_t i = 0; i < exposed.size(); ++i) {
      const std::string field = absl::StrCat("exposed_indicators[", i, "]");
      Index(field, exposed[i], static_cast<int>(model_.indicator_ids.size()));
      if (i > 0 && exposed[i] <= exposed[i - 1]) {
        Add(field, absl::StrCat(exposed[i]), "must ascend", "NOT_ASCENDING");
      }
      CheckLogLink(field, exposed[i]);
    }
  }

  // Days multiply a mean: a term of eta on the log link alone.
  void CheckLogLink(const std::string& field, int indicator) {
    for (const ModelSeries& series : model_.series) {
      if (series.indicator != indicator || series.link == Link::kLog) continue;
      Add(field, absl::StrCat(indicator), "must have series with the log link only", "WRONG_LINK");
      return;
    }
  }

  bool IsRegion(int unit) const {
    for (int region : model_.region_units) {
      if (region == unit) return true;
    }
    return false;
  }

  void CheckGroups() {
    for (size_t g = 0; g < model_.groups.size(); ++g) {
      const ModelGroup& group = model_.groups[g];
      const std::string at = absl::StrCat("groups[", g, "]");
      if (!IsRegion(group.region)) {
        Add(at + ".region", absl::StrCat(group.region), "must be one of region_units",
            "UNKNOWN_REGION");
      }
      Index(at + ".segment", group.segment, SegmentCount());
      Index(at + ".indicator", group.indicator, IndicatorCount());
    }
  }

  void CheckSeries() {
    for (size_t i = 0; i < model_.series.size(); ++i) {
      const ModelSeries& series = model_.series[i];
      const Place at("series", i);
      Index(at + ".unit", series.unit, UnitCount());
      Index(at + ".segment", series.segment, SegmentCount());
      Index(at + ".indicator", series.indicator, IndicatorCount());
      Index(at + ".group", series.group, static_cast<int>(model_.groups.size()));
      CheckGroupOf(at, series);
      CheckLaw(at, series);
    }
  }

  void CheckGroupOf(const Place& at, const ModelSeries& series) {
    if (series.group < 0 || series.group >= static_cast<int>(model_.groups.size())) return;
    const ModelGroup& group = model_.groups[series.group];
    if (group.segment == series.segment && group.indicator == series.indicator) return;
    Add(at + ".group", absl::StrCat(series.group),
        "must be a group of the series' segment and indicator", "WRONG_GROUP");
  }

  void CheckLaw(const Place& at, const ModelSeries& series) {
    AtLeast(at + ".series_effect_sd", series.series_effect_sd, 0);
    const bool is_stock = series.law == Law::kStock || series.law == Law::kExactStock;
    Finite(at + ".opening_stock", series.opening_stock);
    if (!is_stock && series.opening_stock != 0.0) {
      Add(at + ".opening_stock", absl::StrCat(series.opening_stock), "must be 0 unless a stock",
          "OUT_OF_RANGE");
    }
    if (series.law == Law::kNegativeBinomial) {
      AtLeast(at + ".dispersion", series.dispersion, 1);
    } else if (is_stock) {
      AtLeast(at + ".dispersion", series.dispersion, 0);
    } else {
      Above(at + ".dispersion", series.dispersion, 0);
    }
    if (series.law == Law::kCompoundGamma) Above(at + ".shape", series.shape, 0);
    if (series.law == Law::kStudentT || series.law == Law::kStock)
      Above(at + ".shape", series.shape, 2);
    Above(at + ".unit_scale", series.unit_scale, 0);
    if (series.link != Link::kIdentity && series.unit_scale != 1.0) {
      Add(at + ".unit_scale", absl::StrCat(series.unit_scale),
          "must be 1 unless the link is identity", "OUT_OF_RANGE");
    }
    const bool any_sign = series.law == Law::kStudentT || is_stock;
    if (any_sign != (series.link == Link::kIdentity)) {
      Add(at + ".link", "",
          "identity goes with the Student law and with stocks, and only with them", "WRONG_LINK");
    }
  }

  void CheckBlock(const std::string& at, const ParameterBlock& block, size_t expected) {
    Size(at + ".mean", block.mean.size(), expected);
    Size(at + ".own_variance", block.own_variance.size(), expected);
    if (block.rank < 0) {
      Add(at + ".rank", absl::StrCat(block.rank), "must be >= 0", "OUT_OF_RANGE");
    } else {
      Size(at + ".shared_factor", block.shared_factor.size(), expected * block.rank);
    }
    AllFinite(at + ".mean", block.mean);
    AllFinite(at + ".shared_factor", block.shared_factor);
    AllAtLeastZero(at + ".own_variance", block.own_variance);
  }

  void CheckSeasonRows() {
    const size_t width = SeasonCount();
    for (size_t g = 0; (g + 1) * width <= model_.season.mean.size(); ++g) {
      double sum = 0.0;
      for (size_t m = 0; m < width; ++m) sum += model_.season.mean[g * width + m];
      if (std::fabs(sum) <= kSlack * width || !std::isfinite(sum)) continue;
      Add(absl::StrCat("season.mean[", g * width, "]"), absl::StrCat(sum / width),
          "the row must average to 0", "SEASON_NOT_CENTRED");
    }
  }

  void CheckElasticities() {
    for (size_t e = 0; e < model_.elasticities.size(); ++e) {
      const Elasticity& elasticity = model_.elasticities[e];
      const std::string at = absl::StrCat("elasticities[", e, "]");
      Index(at + ".driver", elasticity.driver,
            model_.drivers.driver_count() + static_cast<int>(model_.derived_drivers.size()));
      Index(at + ".indicator", elasticity.indicator, IndicatorCount());
      Within(at + ".prior.lag", elasticity.prior.lag, 0, kMaxLag);
      Finite(at + ".prior.mean", elasticity.prior.mean);
      Above(at + ".prior.sd", elasticity.prior.sd, 0);
      Finite(at + ".reference", elasticity.reference);
      Within(at + ".information_share", elasticity.information_share, 0, 1);
      AtLeast(at + ".move_count", elasticity.move_count, 0);
    }
  }

  void CheckLatents(const std::string& at, const LatentBlock& block, size_t units) {
    const size_t count = model_.indicator_ids.size();
    Size(at + ".laws", block.laws.size(), count);
    for (size_t k = 0; k < block.laws.size(); ++k) {
      const std::string law = absl::StrCat(at, ".laws[", k, "]");
      Within(law + ".autoregression", block.laws[k].autoregression, 0, kMaxAutoregression);
      AtLeast(law + ".innovation_sd", block.laws[k].innovation_sd, 0);
      AtLeast(law + ".persistent_sd", block.laws[k].persistent_sd, 0);
    }
    Size(at + ".state_mean", block.state_mean.size(), count * units);
    Size(at + ".state_sd", block.state_sd.size(), count * units);
    AllFinite(at + ".state_mean", block.state_mean);
    AllAtLeastZero(at + ".state_sd", block.state_sd);
    CheckLoadings(at, block);
  }

  void CheckLoadings(const std::string& at, const LatentBlock& block) {
    if (block.rank < 0) {
      Add(at + ".rank", absl::StrCat(block.rank), "must be >= 0", "OUT_OF_RANGE");
      return;
    }
    Size(at + ".loadings", block.loadings.size(), model_.indicator_ids.size() * block.rank);
    const size_t rank = block.rank;
    for (size_t k = 0; rank > 0 && (k + 1) * rank <= block.loadings.size(); ++k) {
      double squares = 0.0;
      for (size_t j = 0; j < rank; ++j) {
        squares += block.loadings[k * rank + j] * block.loadings[k * rank + j];
      }
      if (squares <= 1.0 + kSlack) continue;
      Add(absl::StrCat(at, ".loadings[", k * rank, "]"), absl::StrCat(squares),
          "squares of the row must be finite and sum to at most 1", "OUT_OF_RANGE");
    }
  }

  void CheckIndicatorTables() {
    const size_t count = model_.indicator_ids.size();
    Size("branch_loading", model_.branch_loading.size(), count);
    AllFinite("branch_loading", model_.branch_loading);
    Size("diagnostics", model_.diagnostics.size(), count);
    for (size_t k = 0; k < model_.diagnostics.size(); ++k) {
      const IndicatorDiagnostics& it = model_.diagnostics[k];
      const std::string at = absl::StrCat("diagnostics[", k, "]");
      AllFinite(at, std::vector<double>{it.zero_share, it.national_variance_share,
                                        it.regional_variance_share, it.branch_variance_share,
                                        it.noise_variance_share, it.effective_years});
    }
  }

  void CheckDrivers() {
    const VarModel& var = model_.drivers;
    const size_t count = var.driver_ids.size();
    if (count > 0) Ids("drivers.driver_ids", var.driver_ids);
    Size("drivers.intercept", var.intercept.size(), count);
    Size("drivers.coefficients", var.coefficients.size(), count * count);
    Size("drivers.innovation_factor", var.innovation_factor.size(), count * count);
    Size("drivers.last_values", var.last_values.size(), count);
    AllFinite("drivers.intercept", var.intercept);
    AllFinite("drivers.coefficients", var.coefficients);
    AllFinite("drivers.innovation_factor", var.innovation_factor);
    AllFinite("drivers.last_values", var.last_values);
  }

  void CheckDerivedDrivers() {
    std::set<std::string> seen(model_.drivers.driver_ids.begin(), model_.drivers.driver_ids.end());
    for (size_t d = 0; d < model_.derived_drivers.size(); ++d) {
      const DerivedDriver& driver = model_.derived_drivers[d];
      const std::string at = absl::StrCat("derived_drivers[", d, "]");
      if (const auto problem = IdProblem(driver.id, at + ".id")) found_.Add(*problem);
      if (!seen.insert(driver.id).second) {
        Add(at + ".id", driver.id, "must not be repeated", "DUPLICATE_ID");
      }
      Finite(at + ".last_value", driver.last_value);
      found_.Merge(ValidateDerivedRule(driver.rule, at + ".rule"));
    }
    if (!found_.empty()) return;
    const absl::StatusOr<DerivedDrivers> order =
        DerivedDrivers::Create(model_.derived_drivers, model_.drivers.driver_ids);
    if (!order.ok()) found_.Merge(ViolationsFromStatus(order.status()));
  }

  const Model& model_;
  Violations found_;
};

}  // namespace

Violations ValidateModel(const Model& model) { return Checker(model).Run(); }

}  // namespace jalon::sim
