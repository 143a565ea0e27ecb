#include "sim/network/network_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

bool IsCurrency(absl::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), absl::ascii_isupper);
}

class HeaderChecker : public RuleChecker {
 public:
  explicit HeaderChecker(const NetworkSpec& spec) {
    Add(SlugProblem(spec.id, "id"));
    RequireLabel(spec.label, "label");
    Require(IsCurrency(spec.currency), "currency", spec.currency,
            {"must be an ISO 4217 code of three capital letters", "BAD_CURRENCY"});
    Require(!spec.units.empty(), "units", "", {"must not be empty", "EMPTY"});
    Require(!spec.indicators.empty(), "indicators", "", {"must not be empty", "EMPTY"});
  }
};

class IndicatorChecker : public RuleChecker {
 public:
  explicit IndicatorChecker(const NetworkSpec& spec) : spec_(spec) {
    for (const Unit& unit : spec.units) unit_kinds_.push_back(unit.kind);
    std::sort(unit_kinds_.begin(), unit_kinds_.end());
    for (size_t i = 0; i < spec.indicators.size(); ++i) {
      path_ = Element("indicators", i);
      CheckIdentity(spec.indicators[i], i);
      CheckTexts(spec.indicators[i]);
      CheckMeasure(spec.indicators[i]);
      CheckAttainment(spec.indicators[i]);
      CheckWhereAndWhen(spec.indicators[i]);
    }
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckIdentity(const Indicator& indicator, size_t i) {
    RequireId(indicator.id, Field("id"));
    if (const auto earlier = ids_.Earlier(indicator.id, i)) {
      Require(false, Field("id"), indicator.id,
              {absl::StrCat("must differ from indicators[", *earlier, "].id"), "DUPLICATE_ID"});
    }
  }

  void CheckTexts(const Indicator& indicator) {
    RequireLabel(indicator.label_fr, Field("label_fr"));
    RequireLabel(indicator.label_en, Field("label_en"));
    RequireLabel(indicator.product, Field("product"));
    RequireLabel(indicator.family, Field("family"));
  }

  void CheckMeasure(const Indicator& indicator) {
    constexpr absl::string_view kReason = "KIND_MEASURE_MISMATCH";
    const bool is_ratio = indicator.kind == IndicatorKind::kRatio;
    if (is_ratio || indicator.measure == Measure::kRatio) {
      Require(is_ratio && indicator.measure == Measure::kRatio, Field("measure"),
              indicator.measure == Measure::kRatio ? "RATIO" : "",
              {"must be RATIO for an indicator of kind RATIO, and only for one", kReason});
    } else if (indicator.kind == IndicatorKind::kCount) {
      Require(indicator.measure == Measure::kCount, Field("measure"), "MONEY",
              {"must be COUNT for an indicator of kind COUNT", kReason});
    }
  }

  void CheckAttainment(const Indicator& indicator) {
    CheckScale(indicator);
    if (indicator.attainment_floor) {
      RequireFinite(*indicator.attainment_floor, Field("attainment_floor"));
    }
    if (indicator.attainment_cap) {
      RequireFinite(*indicator.attainment_cap, Field("attainment_cap"));
    }
    if (indicator.attainment_floor && indicator.attainment_cap) {
      Require(!(*indicator.attainment_floor >= *indicator.attainment_cap),
              Field("attainment_floor"), absl::StrCat(*indicator.attainment_floor),
              {"must be less than attainment_cap", "FLOOR_NOT_BELOW_CAP"});
    }
    RequirePositive(indicator.rounding_step, "rounding_step");
  }

  void CheckScale(const Indicator& indicator) {
    const std::optional<double>& scale = indicator.attainment_scale;
    if (indicator.basis != AttainmentBasis::kScaled) {
      Require(!scale, Field("attainment_scale"), absl::StrCat(scale.value_or(0.0)),
              {"must be left out unless basis is SCALED", "SCALE_WITHOUT_BASIS"});
    } else if (!scale) {
      Require(false, Field("attainment_scale"), "",
              {"must be given when basis is SCALED", "MISSING_SCALE"});
    } else {
      RequirePositive(*scale, "attainment_scale");
    }
  }

  void RequirePositive(double number, absl::string_view name) {
    Require(std::isfinite(number) && number > 0, Field(name), absl::StrCat(number),
            {"must be a finite number greater than 0", "NOT_POSITIVE"});
  }

  void CheckExposure(const Indicator& indicator) {
    const bool is_flow =
        indicator.kind == IndicatorKind::kCount || indicator.kind == IndicatorKind::kAmount;
    Require(is_flow || indicator.exposure == Exposure::kNone, Field("exposure"), "opening_days",
            {"must be left out unless kind is COUNT or AMOUNT", "FIELD_OF_ANOTHER_KIND"});
  }

  void CheckWhereAndWhen(const Indicator& indicator) {
    CheckExposure(indicator);
    if (indicator.provisional_from) {
      RequireFrequency(*indicator.provisional_from, spec_.frequency, Field("provisional_from"));
    }
    for (size_t j = 0; j < indicator.unit_kinds.size(); ++j) {
      const std::string& kind = indicator.unit_kinds[j];
      Require(std::binary_search(unit_kinds_.begin(), unit_kinds_.end(), kind),
              Field(Element("unit_kinds", j)), kind,
              {"must be the kind of some unit", "UNKNOWN_UNIT_KIND"});
    }
  }

  const NetworkSpec& spec_;
  std::vector<std::string> unit_kinds_;
  DuplicateFinder ids_;
  std::string path_;
};

}  // namespace

Violations CheckHeader(const NetworkSpec& spec) { return HeaderChecker(spec).violations(); }

Violations CheckIndicators(const NetworkSpec& spec) { return IndicatorChecker(spec).violations(); }

Violations Network::Validate(const NetworkSpec& spec) {
  Violations violations = CheckHeader(spec);
  violations.Merge(CheckUnits(spec));
  violations.Merge(CheckAttributes(spec));
  violations.Merge(CheckSegments(spec));
  violations.Merge(CheckIndicators(spec));
  violations.Merge(CheckKinds(spec));
  return violations;
}

}  // namespace jalon::sim
