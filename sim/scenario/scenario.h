// A scenario: what is assumed of the drivers, and the dated events of its world.
#ifndef JALON_SIM_SCENARIO_SCENARIO_H_
#define JALON_SIM_SCENARIO_SCENARIO_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/driver_simulator.h"
#include "sim/drivers/drivers.h"
#include "sim/network/channel_table.h"
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

// A part of the sales an event takes away that comes back. Exactly one of channel and unit.
struct LostSalesTransfer {
  // Channel of the same branch they come back through; not the event's own.
  std::string channel;
  // Branch they move to.
  std::string unit;
  // Of the sales taken away, in [0, 1].
  double share = 0.0;

  friend bool operator==(const LostSalesTransfer&, const LostSalesTransfer&) = default;
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
  // Channel it acts through: effect on eta = log(1 + share x effect) (D12). Empty means all sales
  // (share 1).
  std::string channel;
  // The channel's share of sales, in [0, 1], the same for everybody. Absent with a channel: each
  // branch's own share of the revision's ChannelTable. Absent, or 1, without channel.
  std::optional<double> channel_share_ratio;
  // Where the sales it takes away go; shares sum to at most 1, the rest is lost. What comes back
  // through another channel of the branch makes the effect smaller: share x effect x (1 -
  // returned); what moves to a unit raises that unit's sales by as much.
  std::vector<LostSalesTransfer> transfers;
  EffectLaw effect;
  HistoryStatus history_status = HistoryStatus::kAbsent;
  // First period with the event in the history; required when kPartlyIn, absent when kAbsent.
  std::optional<Period> in_history_since;
  // Enacted: part of the baseline world. Proposed: not.
  bool in_baseline = true;
  // Where date and size come from.
  std::string source;
  // The size is nobody's measurement; answers say so.
  bool size_is_assumption = false;

  friend bool operator==(const Event&, const Event&) = default;
};

// One of the worlds that a mixture may turn out to be.
struct Regime {
  std::string id;
  std::string label;
  // Its probability, in [0, 1]. One of weight 0 is never drawn.
  double weight = 0.0;
  std::vector<DriverAssumption> drivers;
  std::vector<Event> events;

  friend bool operator==(const Regime&, const Regime&) = default;
};

// Assumptions and events of one world, or a mixture of such worlds. Refers to ids.
struct Scenario {
  std::string id;
  std::string label;
  std::vector<DriverAssumption> drivers;
  std::vector<Event> events;
  // Of a mixture, 1 to kMaxRegimes worlds, one of which comes true; `drivers` and `events` are then
  // empty. Which one is drawn once a path, in the order given.
  std::vector<Regime> mixture;
  // How sure the weights are, as a number of observations: they follow a Dirichlet law of
  // parameters confidence x weight, whose mean they are ([Ferguson1973]). Absent: they are known.
  std::optional<double> weight_confidence;

  friend bool operator==(const Scenario&, const Scenario&) = default;
};

inline constexpr int kMaxRegimes = 16;
// How far from 1 weights may sum.
inline constexpr double kMixtureSumTolerance = 1e-9;
// Observations that weights may be worth.
inline constexpr double kLeastConfidence = 1.0;
inline constexpr double kMostConfidence = 1e6;

// A world as the engine meets it. Borrows its scenario.
struct World {
  const std::string& id;
  double weight = 1.0;
  const std::vector<DriverAssumption>& drivers;
  const std::vector<Event>& events;
  // Where it stands in field paths: empty, or `mixture[i].`.
  std::string path;
};

// The worlds a scenario may turn out to be, in its order: itself with weight 1, or the regimes of
// its mixture whose weight is above 0.
std::vector<World> WorldsOf(const Scenario& scenario);

// Every broken rule against a network and its drivers: unknown ids, duplicates, wrong frequency,
// empty or non-finite values, effects at or below -1, low > mode > high, shares outside [0, 1], end
// before start, negative ramps, an imposed value a log elasticity cannot take, an anticipation that
// could take away more than 95 % of sales; in a mixture, the same of every regime, regimes twice or
// more than kMaxRegimes of them, weights that are no shares or do not sum to 1, a confidence out of
// its range. Field paths are `events[i].effect.low`, `mixture[j].events[i].effect.low` and so on.
// Reasons: those of ids and labels (sim/base/text.h), UNKNOWN_DRIVER, UNKNOWN_INDICATOR,
// UNKNOWN_SEGMENT, UNKNOWN_UNIT, DUPLICATE_ID, DUPLICATE_DRIVER, DUPLICATE, BAD_FREQUENCY, EMPTY,
// NOT_FINITE, LOG_OF_NON_POSITIVE, END_BEFORE_START, OUT_OF_RANGE, EFFECT_TOO_LOW, NOT_ORDERED,
// MISSING_CHANNEL, MISSING_HISTORY_DATE, HISTORY_DATE_WITHOUT_STATUS, ANTICIPATION_TOO_LARGE,
// TRANSFER_WITHOUT_PLACE, TRANSFER_TO_ITSELF, TRANSFERS_OVER_ONE, TRANSFER_OF_A_GAIN, NOT_A_LEAF,
// NOT_ADDITIVE (a channel on an indicator that does not add over channels), MIXTURE_WITH_CONTENT,
// TOO_MANY_REGIMES, SUM_NOT_ONE, CONFIDENCE_WITHOUT_MIXTURE.
Violations ValidateScenario(const Network& network, const DriverTable& drivers,
                            const Scenario& scenario);

// What events ask of a table of channels. Where one is declared, every channel of an event must be
// in it (UNKNOWN_CHANNEL at `events[i].channel` or `events[i].transfers[j].channel`); where none
// is, an event with a channel must bring its own share (MISSING_CHANNEL_SHARE at
// `events[i].channel_share_ratio`).
Violations CheckEventChannels(const ChannelTable& table, const Scenario& scenario);

// The part of an event's full effect felt in `period`, in [-1, 1]: the ramp inside the event, minus
// the anticipation share before it, 0 elsewhere.
//
// `fitted_at` is the as_of of the model, whose level was fitted on history up to there. When that
// history has the event fully in (status kFullyIn and start <= fitted_at), the event is past its
// ramp: 1 while it lasts. At an earlier `fitted_at`, as in a backtest, the status says nothing and
// the event counts as absent.
double EventWeight(const Event& event, Period period, Period fitted_at);

// The part of an event's full effect that is already in a level fitted at `fitted_at`: 0 for an
// event absent from the history or not started there; the weight felt at `fitted_at` for kPartlyIn
// (from in_history_since on) and kFullyIn. Constant over periods, so that an event in the history
// changes nothing while it stays what it was, and its end gives back what it took.
double ContainedWeight(const Event& event, Period fitted_at);

// What an event multiplies means by, given its size: `share_effect` = channel share x effect.
//   (1 + share_effect x weight) / (1 + share_effect x contained)
// Effect on eta (log link) is the logarithm of it. Both parts are held at or above 0.01.
double EventFactor(double share_effect, double weight, double contained);

// The effect at a uniform draw `u` in (0, 1), by the inverse CDF of its law: monotone in u.
double EffectAt(const EffectLaw& law, double u);

// The courses a scenario gives the drivers of a driver model over a horizon, for DriverSimulator;
// assumptions on drivers the model does not use are left out. Requires a valid scenario.
std::vector<DriverCourse> ResolveCourses(const std::vector<DriverAssumption>& assumptions,
                                         const std::vector<std::string>& driver_ids,
                                         const Window& horizon);

}  // namespace jalon::sim

#endif  // JALON_SIM_SCENARIO_SCENARIO_H_
