#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

std::string ElasticityId(const ElasticityPrior& prior) {
  return absl::StrCat("elasticity\x1f", prior.driver, "\x1f", prior.indicator, "\x1f", prior.lag);
}

// Units a driver describes: [first, end). The whole network without a scope.
std::pair<int, int> ScopeOf(const Revision& revision, absl::string_view driver_id) {
  const Network& network = revision.network;
  const std::optional<int> driver = revision.drivers.Find(driver_id);
  if (!driver || revision.drivers.drivers[*driver].scope.empty()) return {0, network.unit_count()};
  const std::optional<int> unit = network.FindUnit(revision.drivers.drivers[*driver].scope);
  if (!unit) return {0, network.unit_count()};
  return {*unit, network.unit_end(*unit)};
}

// Whether a scope lies strictly inside a region of the model: a group profile cannot carry it.
bool FinerThanRegion(const PlanInput& input, const ModelIndex& index, std::pair<int, int> scope) {
  const Network& network = input.revision.network;
  return std::any_of(input.model.region_units.begin(), input.model.region_units.end(), [&](int u) {
    const int region = index.units[u];
    return region >= 0 && region < scope.first && scope.second <= network.unit_end(region);
  });
}

// Id of an elasticity's driver.
const std::string& DriverIdOf(const Model& model, int driver) {
  const int free_count = model.drivers.driver_count();
  return driver < free_count ? model.drivers.driver_ids[driver]
                             : model.derived_drivers[driver - free_count].id;
}

// A driver and its value in the last period of the model.
struct LastValue {
  const std::string& id;
  Period last;
  double value = 0.0;
};

// Values of one driver over `window` as known at as_of.
std::vector<double> KnownValues(const PlanInput& input, const LastValue& driver,
                                const Window& window) {
  // Far enough back to find a last value to hold.
  const Window wide{std::min(window.first, driver.last) - 120, window.last};
  std::vector<double> values(wide.size(), kMissing);
  const DriverTable& table = input.revision.drivers;
  if (const std::optional<int> index = table.Find(driver.id)) {
    values = DriverValues(KnownAt(table.drivers[*index], input.as_of), input.as_of.frequency, wide);
  }
  double held = kMissing;
  for (int t = 0; t < wide.size(); ++t) {
    const Period period = wide.first + t;
    if (period > input.as_of) {
      values[t] = kMissing;
      continue;
    }
    if (std::isnan(values[t])) values[t] = held;
    if (std::isnan(values[t]) && period >= driver.last) values[t] = driver.value;
    held = values[t];
  }
  return {values.begin() + (window.first - wide.first), values.end()};
}

int LongestLag(const Plan& plan) {
  int lag = 0;
  for (const PlanElasticity& e : plan.elasticities) {
    lag = std::max(lag, plan.shared.elasticities[e.elasticity].prior.lag);
  }
  return lag;
}

// Histories of derived drivers, and what each world tells of them.
void AddDerived(const PlanInput& input, const std::vector<World>& worlds, DriverPart& part) {
  const Model& model = input.model;
  for (size_t d = 0; d < model.derived_drivers.size(); ++d) {
    const DerivedDriver& driver = model.derived_drivers[d];
    const std::vector<double> values =
        KnownValues(input, {driver.id, model.as_of, driver.last_value}, part.window);
    part.history.insert(part.history.end(), values.begin(), values.end());
    for (size_t r = 0; r < worlds.size(); ++r) {
      std::vector<DriverCourse> courses =
          ResolveCourses(worlds[r].drivers, {driver.id}, {input.as_of + 1, part.window.last});
      for (DriverCourse& course : courses) {
        course.driver = static_cast<int>(d);
        part.regimes[r].derived_courses.push_back(std::move(course));
      }
    }
  }
}

// One regime for each world, without its drivers.
std::vector<PlanRegime> RegimesWithoutDrivers(const std::vector<World>& worlds) {
  std::vector<PlanRegime> regimes;
  double sum = 0.0;
  for (const World& world : worlds) {
    sum += world.weight;
    regimes.push_back({.id = world.id, .weight = world.weight, .cumulated = sum});
  }
  // What rounding left of the sum belongs to the last one.
  regimes.back().cumulated = 1.0;
  return regimes;
}

// Periods up to as_of in which a driver of a derived indicator is needed: the windows of the slots
// it multiplies.
Window PastOf(const Plan& plan, int rate) {
  Window past{plan.as_of + 1, plan.as_of};
  for (const PlanSlot& slot : plan.slots) {
    if (slot.reading.rate != rate) continue;
    past.first = std::min(past.first, slot.reading.window.first);
  }
  return past;
}

// Drivers of derived indicators that are not known yet in a period where they are needed.
Violations CheckRates(const Plan& plan, const Model& model, const DriverPart& part) {
  Violations violations;
  for (size_t r = 0; r < plan.rates.size(); ++r) {
    const Window past = PastOf(plan, static_cast<int>(r));
    for (const PlanDriverFactor& factor : plan.rates[r].factors) {
      for (const auto& [driver, coefficient] : factor.weights) {
        const size_t row = static_cast<size_t>(driver) * part.window.size();
        // Once known, a driver stays known.
        if (past.size() == 0 || !std::isnan(part.history[row + (past.first - part.window.first)])) {
          continue;
        }
        violations.Add(
            {.field = "targets",
             .value = absl::StrCat(DriverIdOf(model, driver), " ", past.first.ToString()),
             .rule = "must be known in every period of a derived indicator's window",
             .reason = "DRIVER_WITHOUT_VALUE"});
      }
    }
  }
  return violations;
}

}  // namespace

ElasticityPart ResolveElasticities(const PlanInput& input, const ModelIndex& index,
                                   const Plan& plan) {
  ElasticityPart part;
  const Model& model = input.model;
  for (size_t e = 0; e < model.elasticities.size(); ++e) {
    const Elasticity& elasticity = model.elasticities[e];
    const std::string& driver_id = DriverIdOf(model, elasticity.driver);
    const auto scope = ScopeOf(input.revision, driver_id);
    if (FinerThanRegion(input, index, scope)) {
      part.violations.Add({.field = absl::StrCat("model.elasticities[", e, "].driver"),
                           .value = driver_id,
                           .rule = "must describe the network or a region",
                           .reason = "DRIVER_SCOPE_TOO_FINE"});
      continue;
    }
    PlanElasticity resolved{.id64 = Hash64(ElasticityId(elasticity.prior)),
                            .elasticity = static_cast<int>(e)};
    for (int g = 0; g < plan.group_count(); ++g) {
      const PlanGroup& group = plan.groups[g];
      if (group.indicator != elasticity.indicator) continue;
      const int region = index.units[model.groups[group.model_group].region];
      if (scope.first <= region && region < scope.second) resolved.groups.push_back(g);
    }
    if (!resolved.groups.empty()) part.elasticities.push_back(std::move(resolved));
  }
  return part;
}

absl::StatusOr<DriverPart> ResolveDrivers(const PlanInput& input, const Plan& plan) {
  const VarModel& var = input.model.drivers;
  DriverPart part;
  JALON_ASSIGN_OR_RETURN(part.derived,
                         DerivedDrivers::Create(input.model.derived_drivers, var.driver_ids));
  part.window = {
      std::min(plan.horizon.first - LongestLag(plan), input.as_of) - part.derived.reach(),
      std::max(plan.horizon.last, input.as_of)};
  const int known = input.as_of - part.window.first;
  std::vector<double> start;
  for (int d = 0; d < var.driver_count(); ++d) {
    const std::vector<double> values =
        KnownValues(input, {var.driver_ids[d], var.last, var.last_values[d]}, part.window);
    start.push_back(std::isnan(values[known]) ? var.last_values[d] : values[known]);
    part.history.insert(part.history.end(), values.begin(), values.end());
  }
  const std::vector<World> worlds = WorldsOf(input.scenario);
  part.regimes = RegimesWithoutDrivers(worlds);
  AddDerived(input, worlds, part);
  JALON_RETURN_IF_ERROR(CheckRates(plan, input.model, part).ToStatus());
  const int simulated = part.window.last - input.as_of;
  if ((plan.elasticities.empty() && plan.rates.empty()) || simulated == 0) return part;
  for (size_t r = 0; r < worlds.size(); ++r) {
    JALON_ASSIGN_OR_RETURN(
        part.regimes[r].driver_simulator,
        DriverSimulator::Create(
            var, start,
            ResolveCourses(worlds[r].drivers, var.driver_ids, {input.as_of + 1, part.window.last}),
            simulated));
  }
  return part;
}

}  // namespace jalon::sim
