// Drivers, their values, and what is believed of their effects.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

std::string Text(sim::DriverClass driver_class) {
  switch (driver_class) {
    case sim::DriverClass::kEconomic:
      return "economic";
    case sim::DriverClass::kCompetitive:
      return "competitive";
    case sim::DriverClass::kRegulatory:
      return "regulatory";
    case sim::DriverClass::kInternal:
      return "internal";
    case sim::DriverClass::kCustomer:
      return "customer";
  }
  return "";
}

std::string Text(sim::QuarterRule rule) {
  switch (rule) {
    case sim::QuarterRule::kStep:
      return "step";
    case sim::QuarterRule::kLinear:
      return "linear";
    case sim::QuarterRule::kThird:
      return "third";
  }
  return "";
}

std::string Text(sim::DeviationLaw::Kind kind) {
  switch (kind) {
    case sim::DeviationLaw::Kind::kFixed:
      return "fixed";
    case sim::DeviationLaw::Kind::kTriangular:
      return "triangular";
    case sim::DeviationLaw::Kind::kNormal:
      return "normal";
  }
  return "";
}

// The columns of a formula; empty for a driver without one.
std::vector<std::string> RuleCells(const sim::Driver& driver) {
  if (!driver.derived) return std::vector<std::string>(11);
  const sim::DerivedRule& rule = *driver.derived;
  const sim::DeviationLaw& law = rule.deviation;
  return {rule.formula,
          rule.rounding_step > 0 ? NumberText(rule.rounding_step) : "",
          NumberText(rule.floor),
          NumberText(rule.cap),
          absl::StrJoin(rule.effective_months, " "),
          absl::StrCat(rule.announcement_lag),
          Text(law.kind),
          NumberText(law.probability),
          NumberText(law.low),
          NumberText(law.size),
          NumberText(law.high)};
}

}  // namespace

std::string WriteDriverList(const sim::Revision& revision) {
  CsvWriter csv({"id", "label_fr", "label_en", "unit", "class", "scope", "frequency", "conversion",
                 "formula", "rounding", "floor", "cap", "effective_months", "announcement_lag",
                 "deviation_law", "deviation_probability", "deviation_low", "deviation",
                 "deviation_high"});
  for (const sim::Driver& driver : revision.drivers.drivers) {
    std::vector<std::string> cells = {
        driver.id,
        driver.label_fr,
        driver.label_en,
        driver.unit,
        Text(driver.driver_class),
        driver.scope,
        driver.frequency == sim::Frequency::kMonth ? "month" : "quarter",
        Text(driver.quarter_rule)};
    for (std::string& cell : RuleCells(driver)) cells.push_back(std::move(cell));
    csv.Row(cells);
  }
  return csv.TakeRows();
}

std::string WriteDrivers(const sim::Revision& revision) {
  CsvWriter csv({"driver", "period", "value"});
  for (const sim::Driver& driver : revision.drivers.drivers) {
    // What a formula computed, it computes again.
    if (driver.derived && !driver.derived->has_own_history) continue;
    for (size_t t = 0; t < driver.values.size(); ++t) {
      if (std::isnan(driver.values[t])) continue;
      csv.Row({driver.id, (driver.first + static_cast<int>(t)).ToString(),
               NumberText(driver.values[t])});
    }
  }
  return csv.TakeRows();
}

std::string WriteElasticities(const sim::Revision& revision) {
  CsvWriter csv({"driver", "indicator", "transform", "lag", "mean", "sd", "source"});
  for (const sim::ElasticityPrior& prior : revision.drivers.priors) {
    const bool log = prior.transform == sim::ElasticityPrior::Transform::kLog;
    csv.Row({prior.driver, prior.indicator, log ? "log" : "level", absl::StrCat(prior.lag),
             NumberText(prior.mean), NumberText(prior.sd), prior.source});
  }
  return csv.TakeRows();
}

}  // namespace jalon::server
