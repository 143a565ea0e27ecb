// Drivers, their values, and what is believed of their effects.
#include <cmath>

#include "absl/strings/str_cat.h"
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

}  // namespace

std::string WriteDriverList(const sim::Revision& revision) {
  CsvWriter csv(
      {"id", "label_fr", "label_en", "unit", "class", "scope", "frequency", "conversion"});
  for (const sim::Driver& driver : revision.drivers.drivers) {
    csv.Row({driver.id, driver.label_fr, driver.label_en, driver.unit, Text(driver.driver_class),
             driver.scope, driver.frequency == sim::Frequency::kMonth ? "month" : "quarter",
             Text(driver.quarter_rule)});
  }
  return csv.row_count() == 0 ? "" : csv.Take();
}

std::string WriteDrivers(const sim::Revision& revision) {
  CsvWriter csv({"driver", "period", "value"});
  for (const sim::Driver& driver : revision.drivers.drivers) {
    for (size_t t = 0; t < driver.values.size(); ++t) {
      if (std::isnan(driver.values[t])) continue;
      csv.Row({driver.id, (driver.first + static_cast<int>(t)).ToString(),
               NumberText(driver.values[t])});
    }
  }
  return csv.row_count() == 0 ? "" : csv.Take();
}

std::string WriteElasticities(const sim::Revision& revision) {
  CsvWriter csv({"driver", "indicator", "transform", "lag", "mean", "sd", "source"});
  for (const sim::ElasticityPrior& prior : revision.drivers.priors) {
    const bool log = prior.transform == sim::ElasticityPrior::Transform::kLog;
    csv.Row({prior.driver, prior.indicator, log ? "log" : "level", absl::StrCat(prior.lag),
             NumberText(prior.mean), NumberText(prior.sd), prior.source});
  }
  return csv.row_count() == 0 ? "" : csv.Take();
}

}  // namespace jalon::server
