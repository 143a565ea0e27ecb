#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"
#include "sim/drivers/derived_history.h"
#include "sim/drivers/drivers.h"

namespace jalon::sim {
namespace {

constexpr int kMaxLag = 24;

class DriverChecker : public RuleChecker {
 public:
  explicit DriverChecker(const DriverTable& table) {
    for (size_t i = 0; i < table.drivers.size(); ++i) {
      path_ = Element("drivers", i);
      CheckIdentity(table.drivers[i], i);
      CheckValues(table.drivers[i]);
    }
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckIdentity(const Driver& driver, int64_t i) {
    RequireId(driver.id, Field("id"));
    if (const auto earlier = ids_.Earlier(driver.id, i)) {
      Require(false, Field("id"), driver.id,
              {absl::StrCat("must differ from drivers[", *earlier, "].id"), "DUPLICATE_ID"});
    }
    RequireLabel(driver.label_fr, Field("label_fr"));
    RequireLabel(driver.label_en, Field("label_en"));
    RequireLabel(driver.unit, Field("unit"));
    if (!driver.scope.empty()) RequireId(driver.scope, Field("scope"));
    RequireFrequency(driver.first, driver.frequency, Field("first"));
  }

  void CheckValues(const Driver& driver) {
    int known = 0;
    for (size_t j = 0; j < driver.values.size(); ++j) {
      if (std::isnan(driver.values[j])) continue;
      ++known;
      RequireFinite(driver.values[j], Field(Element("values", j)));
    }
    Require(known > 0, Field("values"), "", {"must have a value", "NO_VALUES"});
  }

  DuplicateFinder ids_;
  std::string path_;
};

class PriorChecker : public RuleChecker {
 public:
  explicit PriorChecker(const DriverTable& table) : table_(table) {
    for (size_t i = 0; i < table.priors.size(); ++i) {
      path_ = Element("priors", i);
      CheckPlace(table.priors[i], i);
      CheckNumbers(table.priors[i]);
    }
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckPlace(const ElasticityPrior& prior, int64_t i) {
    const std::optional<int> driver = table_.Find(prior.driver);
    Require(driver.has_value(), Field("driver"), prior.driver,
            {"must be the id of a driver", "UNKNOWN_DRIVER"});
    RequireId(prior.indicator, Field("indicator"));
    const auto [first, is_new] =
        places_.emplace(std::tuple(prior.driver, prior.indicator, prior.lag), i);
    Require(
        is_new, path_, absl::StrCat(prior.driver, "/", prior.indicator, "/", prior.lag),
        {absl::StrCat("must differ from priors[", first->second, "] in driver, indicator or lag"),
         "DUPLICATE_PRIOR"});
    if (driver) CheckTransform(prior, table_.drivers[*driver]);
  }

  void CheckTransform(const ElasticityPrior& prior, const Driver& driver) {
    if (prior.transform != ElasticityPrior::Transform::kLog) return;
    for (size_t j = 0; j < driver.values.size(); ++j) {
      if (!(driver.values[j] <= 0.0)) continue;
      Require(false, Field("transform"), absl::StrCat(driver.values[j]),
              {absl::StrCat("must not be LOG: ", driver.id, " is not positive in ",
                            (driver.first + static_cast<int>(j)).ToString()),
               "LOG_OF_NON_POSITIVE"});
      return;
    }
  }

  void CheckNumbers(const ElasticityPrior& prior) {
    Require(prior.lag >= 0 && prior.lag <= kMaxLag, Field("lag"), absl::StrCat(prior.lag),
            {"must be from 0 to 24 periods", "OUT_OF_RANGE"});
    RequireFinite(prior.mean, Field("mean"));
    Require(std::isfinite(prior.sd) && prior.sd > 0.0, Field("sd"), absl::StrCat(prior.sd),
            {"must be a finite number greater than 0", "NOT_POSITIVE"});
    Require(!prior.source.empty(), Field("source"), "",
            {"must say where the numbers come from", "MISSING_SOURCE"});
    RequireLabel(prior.source, Field("source"));
  }

  const DriverTable& table_;
  std::map<std::tuple<std::string, std::string, int>, int64_t> places_;
  std::string path_;
};

}  // namespace

Violations ValidateDrivers(const DriverTable& table) {
  Violations violations = DriverChecker(table).violations();
  violations.Merge(ValidateDerived(table));
  violations.Merge(PriorChecker(table).violations());
  return violations;
}

}  // namespace jalon::sim
