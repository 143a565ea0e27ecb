// Properties of scenarios: what their events and assumptions do, whatever their order and names.
#include "sim/scenario/scenario.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/properties/fixed_seed.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

const Period kFittedAt = Period::Month(2025, 12);

int IntIn(int low, int high) { return *rc::gen::inRange(low, high + 1); }
double ShareIn(double low, double high) { return low + (high - low) * IntIn(0, 1000) / 1000.0; }

Event RandomEvent() {
  Event event = FixedEvent("event", ShareIn(-0.5, 0.5));
  event.start = kFittedAt + IntIn(-12, 12);
  if (IntIn(0, 1) == 1) event.end = event.start + IntIn(0, 12);
  event.ramp_periods = IntIn(0, 6);
  event.anticipation_periods = IntIn(0, 3);
  event.anticipation_share = ShareIn(0.0, 0.9);
  event.history_status =
      *rc::gen::element(HistoryStatus::kAbsent, HistoryStatus::kPartlyIn, HistoryStatus::kFullyIn);
  if (event.history_status != HistoryStatus::kAbsent) event.in_history_since = event.start;
  return event;
}

RC_GTEST_PROP(ScenarioProperty, AnEventIsFeltBetweenItsAnticipationAndItsFullSize, ()) {
  const Event event = RandomEvent();
  const double contained = ContainedWeight(event, kFittedAt);
  RC_ASSERT(-event.anticipation_share <= contained && contained <= 1.0);
  for (int h = -24; h <= 36; ++h) {
    const double weight = EventWeight(event, kFittedAt + h, kFittedAt);
    RC_ASSERT(-event.anticipation_share <= weight && weight <= 1.0);
  }
}

RC_GTEST_PROP(ScenarioProperty, AnEventMovedInTimeWithItsHistoryDoesTheSame, ()) {
  const Event event = RandomEvent();
  const int months = IntIn(-24, 24);
  Event moved = event;
  moved.start = moved.start + months;
  if (moved.end) moved.end = *moved.end + months;
  if (moved.in_history_since) moved.in_history_since = *moved.in_history_since + months;
  RC_ASSERT(ContainedWeight(moved, kFittedAt + months) == ContainedWeight(event, kFittedAt));
  for (int h = -24; h <= 36; ++h) {
    RC_ASSERT(EventWeight(moved, kFittedAt + (h + months), kFittedAt + months) ==
              EventWeight(event, kFittedAt + h, kFittedAt));
  }
}

RC_GTEST_PROP(ScenarioProperty, AnEventWhollyInTheHistoryChangesNothingWhileItLasts, ()) {
  Event event = RandomEvent();
  event.history_status = HistoryStatus::kFullyIn;
  event.start = kFittedAt - IntIn(0, 12);
  event.end.reset();
  const double contained = ContainedWeight(event, kFittedAt);
  for (int h = 1; h <= 24; ++h) {
    const double weight = EventWeight(event, kFittedAt + h, kFittedAt);
    RC_ASSERT(EventFactor(event.effect.mode, weight, contained) == 1.0);
  }
}

RC_GTEST_PROP(ScenarioProperty, AnEffectStaysInsideItsLawAndGrowsWithItsDraw, ()) {
  EffectLaw law{.kind = EffectLaw::Kind::kTriangular};
  law.low = ShareIn(-0.6, 0.2);
  law.mode = law.low + ShareIn(0.0, 0.4);
  law.high = law.mode + ShareIn(0.0, 0.4);
  double previous = law.low;
  for (int i = 0; i < 100; ++i) {
    const double effect = EffectAt(law, (i + 0.5) / 100.0);
    RC_ASSERT(previous <= effect && effect <= law.high);
    previous = effect;
  }
}

RC_GTEST_PROP(ScenarioProperty, TheOrderOfAssumptionsChangesNoCourse, ()) {
  std::vector<std::string> ids = {"a", "b", "c", "d"};
  std::vector<DriverAssumption> assumptions;
  for (const std::string& id : ids) {
    assumptions.push_back(
        {.driver = id,
         .mode = *rc::gen::element(DriverAssumption::Mode::kImpose, DriverAssumption::Mode::kShift),
         .first = kFittedAt + IntIn(-2, 6),
         .values = {ShareIn(0.0, 9.0), ShareIn(0.0, 9.0)}});
  }
  const Window horizon{kFittedAt + 1, kFittedAt + 12};
  const std::vector<DriverCourse> before = ResolveCourses(assumptions, ids, horizon);
  std::rotate(assumptions.begin(), assumptions.begin() + IntIn(0, 3), assumptions.end());
  std::swap(assumptions[0], assumptions[IntIn(0, 3)]);
  RC_ASSERT(ResolveCourses(assumptions, ids, horizon) == before);
}

// Bit for bit: sums of logarithms must not depend on the order of a file's rows.
RC_GTEST_PROP(ScenarioProperty, TheOrderOfEventsChangesNoPath, ()) {
  TinyBank bank = MakeRandomBank(static_cast<uint64_t>(IntIn(1, 1'000'000)));
  const auto before = TargetPaths(bank.plan(), 16);
  std::rotate(bank.scenario.events.begin(), bank.scenario.events.begin() + IntIn(0, 2),
              bank.scenario.events.end());
  std::swap(bank.scenario.events[0], bank.scenario.events[IntIn(0, 2)]);
  RC_ASSERT(TargetPaths(bank.plan(), 16) == before);
}

RC_GTEST_PROP(ScenarioProperty, LabelsChangeNoPath, ()) {
  TinyBank bank = MakeRandomBank(static_cast<uint64_t>(IntIn(1, 1'000'000)));
  const auto before = TargetPaths(bank.plan(), 16);
  NetworkSpec spec = bank.revision.network.spec();
  for (Unit& unit : spec.units) unit.label_fr = unit.label_en = "Renamed";
  for (Indicator& indicator : spec.indicators) indicator.label_fr = "Renommé";
  bank.revision.network = *Network::Create(spec);
  bank.scenario.label = "Another";
  for (Event& event : bank.scenario.events) event.label_en = "Another";
  RC_ASSERT(TargetPaths(bank.plan(), 16) == before);
}

}  // namespace
}  // namespace jalon::sim
