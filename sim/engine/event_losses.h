// Where the sales that events take away go: lost, back through another channel, or to another unit.
#ifndef JALON_SIM_ENGINE_EVENT_LOSSES_H_
#define JALON_SIM_ENGINE_EVENT_LOSSES_H_

#include <string>
#include <vector>

#include "sim/engine/plan.h"

namespace jalon::sim {

// What one event does to one indicator of a unit (everything below it, all segments) over a window.
struct EventLosses {
  std::string event;
  // Index into WorldsOf the scenario: the regime it happens in; 0 without a mixture.
  int regime = 0;
  // Network indices.
  int indicator = 0;
  int unit = 0;
  // Sales of the window without the event, in the indicator's unit.
  double without = 0.0;
  // Sales taken away before anything comes back: lost + returned + moved, to the last bit of their
  // sum.
  double taken = 0.0;
  double lost = 0.0;
  // One per transfer of the event: what comes back through its channel, or moves to its unit.
  std::vector<double> transferred;
  // What arrives from the other units: 0 but at units that transfers name, and above them.
  double received = 0.0;
  // Share of the channel, weighted by sales, in [0, 1].
  double channel_share = 0.0;
  // Part of those sales whose share is an assumption of the table, in [0, 1].
  double assumed_share = 0.0;
};

// Rows by regime, event (in the scenario's order), indicator, unit, each as if its regime came
// true, for units at most `depth` levels below the root and indicators the event acts on. The
// scenario must have passed BuildPlan on the same input.
//
// "Without the event" is the year up to the model's as_of come again: each period of `window` after
// input.as_of has the sales its season had then, corrected for the part of the event they contain;
// realised periods of the window count for nothing. Effects are the means of their laws. That is
// the basis on which transfers between units are measured (EventReach), so what leaves is what
// arrives. It is not a forecast: trend, drivers and other events are not in it.
std::vector<EventLosses> LossesOfEvents(const PlanInput& input, const Window& window, int depth);

// Mean of an effect's law; the cut of a normal one counts for nothing.
double EffectMean(const EffectLaw& law);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_EVENT_LOSSES_H_
