#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "sim/scenario/scenario.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kStart = Period::Month(2026, 6);
constexpr double kInfinity = std::numeric_limits<double>::infinity();

DriverTable Drivers() {
  return {.drivers = {{.id = "income", .first = kStart, .values = {100}},
                      {.id = "rate", .first = kStart, .values = {2}}},
          .priors = {{.driver = "income",
                      .indicator = "loans",
                      .transform = ElasticityPrior::Transform::kLog,
                      .source = "test"}}};
}

Event GoodEvent() {
  return {.id = "rule", .start = kStart, .effect = {.mode = -0.2}, .source = "decree"};
}

// Violations of a scenario with one event.
Violations Check(const Event& event) {
  return ValidateScenario(SmallNetwork(), Drivers(), {.id = "s", .events = {event}});
}

// Violations of a scenario with one assumption.
Violations Check(const DriverAssumption& assumption) {
  return ValidateScenario(SmallNetwork(), Drivers(), {.id = "s", .drivers = {assumption}});
}

// True when `value` breaks exactly the one rule.
template <typename Value>
bool BreaksOnly(const Value& value, absl::string_view field, absl::string_view reason) {
  const Violations violations = Check(value);
  return violations.total_count() == 1 && HasViolation(violations, field, reason);
}

TEST(ScenarioViolationsTest, AcceptsAGoodScenario) {
  EXPECT_TRUE(Check(GoodEvent()).empty());
  EXPECT_TRUE(Check(DriverAssumption{.driver = "rate", .first = kStart, .values = {3}}).empty());
}

TEST(ScenarioViolationsTest, RefusesABadScenarioId) {
  EXPECT_TRUE(
      HasViolation(ValidateScenario(SmallNetwork(), {}, {.id = "Base case"}), "id", "BAD_SLUG"));
}

TEST(ScenarioViolationsTest, RefusesUnknownAndRepeatedDrivers) {
  EXPECT_TRUE(BreaksOnly(DriverAssumption{.driver = "oil", .first = kStart, .values = {1}},
                         "drivers[0].driver", "UNKNOWN_DRIVER"));
  const DriverAssumption rate{.driver = "rate", .first = kStart, .values = {1}};
  EXPECT_TRUE(HasViolation(
      ValidateScenario(SmallNetwork(), Drivers(), {.id = "s", .drivers = {rate, rate}}),
      "drivers[1].driver", "DUPLICATE_DRIVER"));
}

TEST(ScenarioViolationsTest, RefusesAssumptionsWithoutFiniteValuesAtTheFrequency) {
  EXPECT_TRUE(BreaksOnly(DriverAssumption{.driver = "rate", .first = kStart}, "drivers[0].values",
                         "EMPTY"));
  EXPECT_TRUE(
      BreaksOnly(DriverAssumption{.driver = "rate", .first = kStart, .values = {1, std::nan("")}},
                 "drivers[0].values[1]", "NOT_FINITE"));
  EXPECT_TRUE(BreaksOnly(
      DriverAssumption{.driver = "rate", .first = Period::Quarter(2026, 3), .values = {1}},
      "drivers[0].first", "BAD_FREQUENCY"));
}

TEST(ScenarioViolationsTest, RefusesAnImposedValueWhoseLogarithmIsTaken) {
  DriverAssumption income{.driver = "income", .first = kStart, .values = {1, 0}};
  EXPECT_TRUE(BreaksOnly(income, "drivers[0].values[1]", "LOG_OF_NON_POSITIVE"));
  income.mode = DriverAssumption::Mode::kShift;
  EXPECT_TRUE(Check(income).empty());
}

TEST(ScenarioViolationsTest, RefusesRepeatedEvents) {
  EXPECT_TRUE(HasViolation(
      ValidateScenario(SmallNetwork(), {}, {.id = "s", .events = {GoodEvent(), GoodEvent()}}),
      "events[1].id", "DUPLICATE_ID"));
}

TEST(ScenarioViolationsTest, RefusesDatesOutOfOrderOrOfAnotherFrequency) {
  Event event = GoodEvent();
  event.end = kStart - 1;
  EXPECT_TRUE(BreaksOnly(event, "events[0].end", "END_BEFORE_START"));
  event.end = Period::Quarter(2030, 1);
  EXPECT_TRUE(BreaksOnly(event, "events[0].end", "BAD_FREQUENCY"));
  event = GoodEvent();
  event.start = Period::Quarter(2026, 2);
  EXPECT_TRUE(BreaksOnly(event, "events[0].start", "BAD_FREQUENCY"));
}

TEST(ScenarioViolationsTest, RefusesNegativeRampsAndSharesOutsideTheirRange) {
  Event event = GoodEvent();
  event.ramp_periods = -1;
  EXPECT_TRUE(BreaksOnly(event, "events[0].ramp_periods", "OUT_OF_RANGE"));
  event = GoodEvent();
  event.anticipation_periods = -1;
  EXPECT_TRUE(BreaksOnly(event, "events[0].anticipation_periods", "OUT_OF_RANGE"));
  event = GoodEvent();
  event.anticipation_share = 1.1;
  EXPECT_TRUE(BreaksOnly(event, "events[0].anticipation_share", "OUT_OF_RANGE"));
  event = GoodEvent();
  event.channel = "phone";
  event.channel_share_ratio = std::nan("");
  EXPECT_TRUE(BreaksOnly(event, "events[0].channel_share_ratio", "OUT_OF_RANGE"));
}

TEST(ScenarioViolationsTest, RefusesUnknownAndRepeatedFilters) {
  Event event = GoodEvent();
  event.indicators = {"cards"};
  event.segments = {"rich"};
  event.units = {"north", "west", "north"};
  const Violations violations = Check(event);
  EXPECT_EQ(violations.total_count(), 4);
  EXPECT_TRUE(HasViolation(violations, "events[0].indicators[0]", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(violations, "events[0].segments[0]", "UNKNOWN_SEGMENT"));
  EXPECT_TRUE(HasViolation(violations, "events[0].units[1]", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "events[0].units[2]", "DUPLICATE"));
}

TEST(ScenarioViolationsTest, AsksForTheChannelOfAShare) {
  Event event = GoodEvent();
  event.channel_share_ratio = 0.3;
  EXPECT_TRUE(BreaksOnly(event, "events[0].channel", "MISSING_CHANNEL"));
}

TEST(ScenarioViolationsTest, RefusesAChannelOnWhatDoesNotAddOverChannels) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_channels = false;  // accounts
  const Network network = Network::Create(spec).value();
  Scenario scenario{.id = "s", .label = "S", .events = {GoodEvent()}};
  Event& event = scenario.events[0];
  event.channel = "phone";
  const auto check = [&] { return ValidateScenario(network, DriverTable(), scenario); };
  event.indicators = {};
  EXPECT_TRUE(HasViolation(check(), "events[0].channel", "NOT_ADDITIVE"));
  event.indicators = {"accounts"};
  EXPECT_TRUE(HasViolation(check(), "events[0].channel", "NOT_ADDITIVE"));
  event.indicators = {"loans"};
  EXPECT_FALSE(HasViolation(check(), "events[0].channel", "NOT_ADDITIVE"));
  event.indicators = {"accounts"};
  event.channel = "";
  EXPECT_FALSE(HasViolation(check(), "events[0].channel", "NOT_ADDITIVE"));
}

// An event that takes away and gives a part back.
Event TakingEvent() {
  Event event = GoodEvent();
  event.channel = "phone";
  event.effect = {.kind = EffectLaw::Kind::kFixed, .mode = -0.5};
  return event;
}

TEST(ScenarioViolationsTest, AcceptsAChannelWithoutAShareOfItsOwn) {
  Event event = TakingEvent();
  event.transfers = {{.channel = "online", .share = 0.4}, {.unit = "n1", .share = 0.6}};
  EXPECT_TRUE(Check(event).empty());
}

TEST(ScenarioViolationsTest, RefusesTransfersThatMakeNoSense) {
  Event event = TakingEvent();
  event.transfers = {{.channel = "online", .unit = "n1", .share = 0.1},
                     {.share = 0.1},
                     {.channel = "phone", .share = 0.1},
                     {.unit = "north", .share = 0.1},
                     {.unit = "west", .share = 0.1},
                     {.channel = "online", .share = -0.1},
                     {.channel = "online", .share = 0.9}};
  const Violations violations = Check(event);
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[0]", "TRANSFER_WITHOUT_PLACE"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[1]", "TRANSFER_WITHOUT_PLACE"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[2].channel", "TRANSFER_TO_ITSELF"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[3].unit", "NOT_A_LEAF"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[4].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[5].share", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers[6]", "DUPLICATE"));
  EXPECT_TRUE(HasViolation(violations, "events[0].transfers", "TRANSFERS_OVER_ONE"));
  EXPECT_EQ(violations.total_count(), 8);
}

TEST(ScenarioViolationsTest, RefusesTransfersOfAnEventThatMayRaiseSales) {
  Event event = TakingEvent();
  event.transfers = {{.channel = "online", .share = 0.4}};
  event.effect = {.kind = EffectLaw::Kind::kTriangular, .low = -0.5, .mode = -0.2, .high = 0.1};
  EXPECT_TRUE(BreaksOnly(event, "events[0].transfers", "TRANSFER_OF_A_GAIN"));
}

TEST(EventChannelsTest, AsksForDeclaredChannelsOrForASharePerEvent) {
  Scenario scenario{.id = "s", .events = {TakingEvent()}};
  scenario.events[0].transfers = {{.channel = "online", .share = 0.4}};
  ChannelTable table;
  EXPECT_TRUE(HasViolation(CheckEventChannels(table, scenario), "events[0].channel_share_ratio",
                           "MISSING_CHANNEL_SHARE"));
  table.channels = {{.id = "phone"}};
  const Violations found = CheckEventChannels(table, scenario);
  EXPECT_EQ(found.total_count(), 1);
  EXPECT_TRUE(HasViolation(found, "events[0].transfers[0].channel", "UNKNOWN_CHANNEL"));
  table.channels.push_back({.id = "online"});
  EXPECT_TRUE(CheckEventChannels(table, scenario).empty());
}

TEST(ScenarioViolationsTest, RefusesEffectsAtOrBelowEverything) {
  Event event = GoodEvent();
  event.effect.mode = -1.0;
  EXPECT_TRUE(BreaksOnly(event, "events[0].effect.mode", "EFFECT_TOO_LOW"));
  event.effect.mode = kInfinity;
  EXPECT_TRUE(BreaksOnly(event, "events[0].effect.mode", "NOT_FINITE"));
  event.effect = {.kind = EffectLaw::Kind::kTriangular, .low = -1.2, .mode = -0.5, .high = 0};
  EXPECT_TRUE(BreaksOnly(event, "events[0].effect.low", "EFFECT_TOO_LOW"));
}

TEST(ScenarioViolationsTest, RefusesEffectsOutOfOrder) {
  Event event = GoodEvent();
  event.effect = {.kind = EffectLaw::Kind::kNormal, .low = -0.1, .mode = -0.2, .high = -0.3};
  const Violations violations = Check(event);
  EXPECT_TRUE(HasViolation(violations, "events[0].effect.low", "NOT_ORDERED"));
  EXPECT_TRUE(HasViolation(violations, "events[0].effect.high", "NOT_ORDERED"));
}

TEST(ScenarioViolationsTest, RefusesAnAnticipationThatCouldTakeNearlyEverything) {
  Event event = GoodEvent();
  event.anticipation_periods = 2;
  event.anticipation_share = 1.0;
  event.effect = {.kind = EffectLaw::Kind::kTriangular, .low = 0, .mode = 0.5, .high = 1.2};
  EXPECT_TRUE(BreaksOnly(event, "events[0].anticipation_share", "ANTICIPATION_TOO_LARGE"));
  event.anticipation_share = 0.5;
  EXPECT_TRUE(Check(event).empty());
}

TEST(ScenarioViolationsTest, AsksForTheHistoryDateExactlyWhenItMeansSomething) {
  Event event = GoodEvent();
  event.history_status = HistoryStatus::kPartlyIn;
  EXPECT_TRUE(BreaksOnly(event, "events[0].in_history_since", "MISSING_HISTORY_DATE"));
  event.in_history_since = kStart;
  EXPECT_TRUE(Check(event).empty());
  event.history_status = HistoryStatus::kAbsent;
  EXPECT_TRUE(BreaksOnly(event, "events[0].in_history_since", "HISTORY_DATE_WITHOUT_STATUS"));
}

}  // namespace
}  // namespace jalon::sim
