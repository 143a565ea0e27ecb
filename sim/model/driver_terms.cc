#include "sim/model/driver_terms.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/base/status_macros.h"
#include "sim/drivers/derived_history.h"

namespace jalon::sim {
namespace {

constexpr int kFewestDriverPeriods = 3;
constexpr double kMoveShare = 0.1;

// Values of a driver over [first - lag, as_of], holes held; how many were seen.
struct HeldValues {
  std::vector<double> values;
  int seen = 0;
  bool starts_late = false;
};

HeldValues Hold(const Driver& driver, const FitPanel& panel, int lag) {
  const Window window{panel.first - lag, panel.as_of};
  HeldValues held;
  held.values = DriverValues(driver, panel.as_of.frequency, window);
  std::optional<double> first;
  for (double value : held.values) {
    if (std::isnan(value)) continue;
    if (!first.has_value()) first = value;
    ++held.seen;
  }
  if (!first.has_value()) return held;
  held.starts_late = std::isnan(held.values.front());
  double last = *first;
  for (double& value : held.values) {
    if (std::isnan(value)) value = last;
    last = value;
  }
  return held;
}

// Collects the terms one prior at a time.
class TermMaker {
 public:
  TermMaker(const FitPanel& panel, const DriverTable& table) : panel_(panel), table_(table) {}

  absl::StatusOr<DriverTerms> Run() {
    for (const ElasticityPrior& prior : table_.priors) Add(prior);
    std::set<std::string> ids = DriversOfExpressions();
    for (const Elasticity& elasticity : terms_.elasticities) ids.insert(elasticity.prior.driver);
    if (ids.empty()) return std::move(terms_);
    DriverClosure closure = CloseOverFormulas(table_, {ids.begin(), ids.end()}, panel_.as_of);
    terms_.derived = std::move(closure.derived);
    JALON_ASSIGN_OR_RETURN(terms_.model, FitVar(table_, closure.free_ids, panel_.as_of.frequency,
                                                {.as_of = panel_.as_of}));
    for (Elasticity& elasticity : terms_.elasticities) {
      elasticity.driver = IndexOf(elasticity.prior.driver);
    }
    return std::move(terms_);
  }

 private:
  // Drivers that derived indicators need, but for those too little known to have a future.
  std::set<std::string> DriversOfExpressions() {
    std::set<std::string> ids;
    for (int k = 0; k < panel_.indicator_count(); ++k) {
      for (const std::string& id : DriversOf(panel_.network->expression(k))) {
        const std::optional<int> d = table_.Find(id);
        if (d && HasAFuture(table_.drivers[*d])) {
          ids.insert(id);
          continue;
        }
        terms_.notes.push_back(absl::StrCat(panel_.network->indicator(k).id, ": driver ", id,
                                            " has fewer than 3 values by then, so that it has no "
                                            "future to compute it with."));
      }
    }
    return ids;
  }

  // Elasticity::driver.
  int IndexOf(const std::string& id) const {
    const std::vector<std::string>& free = terms_.model.driver_ids;
    const auto place = std::lower_bound(free.begin(), free.end(), id);
    if (place != free.end() && *place == id) return static_cast<int>(place - free.begin());
    const auto derived = std::find_if(terms_.derived.begin(), terms_.derived.end(),
                                      [&](const DerivedDriver& d) { return d.id == id; });
    return static_cast<int>(free.size() + (derived - terms_.derived.begin()));
  }

  // True when every driver that a derived one depends on has a history to fit on.
  bool InputsAreKnown(const std::string& id) const {
    const DriverClosure closure = CloseOverFormulas(table_, {id}, panel_.as_of);
    for (const DerivedDriver& derived : closure.derived) {
      if (std::isnan(derived.last_value)) return false;
    }
    return std::all_of(
        closure.free_ids.begin(), closure.free_ids.end(), [&](const std::string& input) {
          return Hold(table_.drivers[*table_.Find(input)], panel_, 0).seen >= kFewestDriverPeriods;
        });
  }

  bool HasAFuture(const Driver& driver) const {
    return Hold(driver, panel_, 0).seen >= kFewestDriverPeriods &&
           (!driver.derived || InputsAreKnown(driver.id));
  }

  void LeaveOut(const ElasticityPrior& prior, absl::string_view why) {
    terms_.notes.push_back(absl::StrCat("The effect of driver ", prior.driver, " on ",
                                        prior.indicator, " is left out: ", why, "."));
  }

  void Add(const ElasticityPrior& prior) {
    const std::optional<int> driver_index = table_.Find(prior.driver);
    const std::optional<int> indicator = panel_.network->FindIndicator(prior.indicator);
    if (!driver_index.has_value()) return LeaveOut(prior, "the driver is unknown");
    if (!indicator.has_value()) return LeaveOut(prior, "the indicator is unknown");
    const Driver& driver = table_.drivers[*driver_index];
    if (!driver.scope.empty() && driver.scope != panel_.network->unit(0).id) {
      return LeaveOut(prior, "the driver describes one unit, not the whole network");
    }
    if (Hold(driver, panel_, 0).seen < kFewestDriverPeriods) {
      return LeaveOut(prior, "the driver has fewer than 3 values by then");
    }
    if (driver.derived && !InputsAreKnown(driver.id)) {
      return LeaveOut(prior, "a driver of its formula has fewer than 3 values by then");
    }
    HeldValues held = Hold(driver, panel_, prior.lag);
    if (prior.transform == ElasticityPrior::Transform::kLog && !ToLogs(held.values)) {
      return LeaveOut(prior, "the logarithm of a value that is not positive");
    }
    if (held.starts_late) {
      terms_.notes.push_back(absl::StrCat("Driver ", prior.driver,
                                          " starts inside the history; it is held at its first "
                                          "value before."));
    }
    Keep(prior, *indicator, held.values);
  }

  static bool ToLogs(std::vector<double>& values) {
    for (double& value : values) {
      if (!(value > 0)) return false;
      value = Log(value);
    }
    return true;
  }

  // `values` cover [first - lag, as_of]: period t of the panel feels values[t].
  void Keep(const ElasticityPrior& prior, int indicator, std::vector<double> values) {
    values.resize(panel_.period_count);
    Elasticity elasticity;
    elasticity.prior = prior;
    elasticity.indicator = indicator;
    elasticity.reference = values.back();
    elasticity.move_count = CountMoves(values);
    if (elasticity.move_count == 0) {
      terms_.notes.push_back(absl::StrCat("Driver ", prior.driver,
                                          " never moved in the history: its effect on ",
                                          prior.indicator, " is what was believed before."));
    }
    for (double& value : values) value -= elasticity.reference;
    terms_.elasticities.push_back(std::move(elasticity));
    terms_.values.push_back(std::move(values));
  }

  const FitPanel& panel_;
  const DriverTable& table_;
  DriverTerms terms_;
};

}  // namespace

absl::StatusOr<DriverTerms> MakeDriverTerms(const FitPanel& panel, const DriverTable& table) {
  return TermMaker(panel, table).Run();
}

int CountMoves(const std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = kMoveShare * (*high - *low);
  if (!(least > 0)) return 0;
  int moves = 0;
  double mark = values.front();
  for (double value : values) {
    if (std::fabs(value - mark) < least) continue;
    ++moves;
    mark = value;
  }
  return moves;
}

}  // namespace jalon::sim
