// A scenario: what is assumed of the drivers, and the dated events of its world.
#ifndef JALON_SIM_SCENARIO_SCENARIO_H_
#define JALON_SIM_SCENARIO_SCENARIO_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/network/network.h"

namespace jalon::sim {

// What is assumed of one driver. Drivers not named are free: the driver model simulates them.
struct DriverAssumption {
  enum class Mode {
    kImpose,  // the path is `values`, without uncertainty
    kShift,   // the simulated path plus `values`
  };
  std::string driver;
  Mode mode = Mode::kImpose;
  // Period of values[0], at the network's frequency. After the last value kImpose holds it and
  // kShift keeps its last shift; before `first` the driver is free.
  Period first;
  std::vector<double> values;
  // Whether the other free drivers follow through the driver model (conditional mean); by default
  // an imposed driver moves nobody (DESIGN section 6).
  bool moves_others = false;

  friend bool operator==(const DriverAssumption&, const DriverAssumption&) = default;
};

// The law of an event's effect: the relative change of sales at full size, -0.2 for -20 %.
struct EffectLaw {
  enum class Kind {
    kFixed,       // mode
    kTriangular,  // low <= mode <= high
    kNormal,      // mean mode, sd (high - low) / (2 x 1.2816): low and high are P10 and P90;
                  // draws are cut at [-0.95, 3]
  };
  Kind kind = Kind::kFixed;
  double low = 0.0;
  double mode = 0.0;
  double high = 0.0;

  friend bool operator==(const EffectLaw&, const EffectLaw&) = default;
};

enum class EventClass { kEconomic, kCompetitive, kRegulatory, kInternal, kCustomer };

// How much of an event is already inside the history the model was fitted on.
enum class HistoryStatus { kAbsent, kPartlyIn, kFullyIn };

// A dated change: a rule, a competitor's move, a closure nearby.
struct Event {
  std::string id;
  std::string label_fr;
  std::string label_en;
  EventClass event_class = EventClass::kRegulatory;
  // First period with an effect (before anticipation).
  Period start;
  // Last period with an effect; absent means for good.
  std::optional<Period> end;
  // Periods to reach full size: 0 or 1 is at once; n > 1 grows linearly, 1/n in the first period.
  int ramp_periods = 0;
  // Sales pulled forward: over the `anticipation_periods` before `start`, each period changes by
  // minus `anticipation_share` x effect.
  int anticipation_periods = 0;
  double anticipation_share = 0.0;
  // What it acts on. Empty means all. A unit or segment stands for everything below it.
  std::vector<std::string> indicators;
  std::vector<std::string> segments;
  std::vector<std::string> units;
  // Channel it acts through and that channel's share of sales, in [0, 1]: effect on eta =
  // log(1 + share x effect) (D12). Empty channel means all sales (share 1).
  std::string channel;
  double channel_share_ratio = 1.0;
  EffectLaw effect;
  HistoryStatus history_status = HistoryStatus::kAbsent;
  // First period with the event in the history; required when kPartlyIn.
  std::optional<Period> in_history_since;
  // Enacted: part of the baseline world. Proposed: not.
  bool in_baseline = true;
  // Where date and size come from.
  std::string source;
  // The size is nobody's measurement; answers say so.
  bool size_is_assumption = false;

  friend bool operator==(const Event&, const Event&) = default;
};

// Assumptions and events of one world. Refers to ids.
struct Scenario {
  std::string id;
  std::string label;
  std::vector<DriverAssumption> drivers;
  std::vector<Event> events;

  friend bool operator==(const Scenario&, const Scenario&) = default;
};

// Every broken rule against a network and its drivers: unknown ids, duplicates, wrong frequency,
// empty or non-finite values, effects at or below -1, low > mode > high, shares outside [0, 1], end
// before start, negative ramps. Field paths are `events[i].effect.low` and so on.
Violations ValidateScenario(const Network& network, const DriverTable& drivers,
                            const Scenario& scenario);

// The part of an event's full effect felt in `period`, in [-1, 1]: the ramp inside the event, minus
// the anticipation share before it, 0 elsewhere and for the part already in the history.
double EventWeight(const Event& event, Period period);

// The effect at a uniform draw `u` in (0, 1), by the inverse CDF of its law: monotone in u.
double EffectAt(const EffectLaw& law, double u);

}  // namespace jalon::sim

#endif  // JALON_SIM_SCENARIO_SCENARIO_H_
