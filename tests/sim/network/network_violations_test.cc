#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/network/network.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

// The violations of the small network after an edit.
Violations After(const std::function<void(NetworkSpec&)>& edit) {
  NetworkSpec spec = SmallSpec();
  edit(spec);
  return Network::Validate(spec);
}

// The only violation after an edit.
Violation Only(const std::function<void(NetworkSpec&)>& edit) {
  const Violations violations = After(edit);
  EXPECT_EQ(violations.total_count(), 1);
  return violations.empty() ? Violation{} : violations.kept()[0];
}

#define EXPECT_ONLY(edit, expected_field, expected_reason)        \
  do {                                                            \
    const Violation only = Only([](NetworkSpec& spec) { edit; }); \
    EXPECT_EQ(only.field, expected_field);                        \
    EXPECT_EQ(only.reason, expected_reason);                      \
  } while (false)

TEST(NetworkViolationsTest, AcceptsTheSmallNetwork) {
  EXPECT_TRUE(Network::Validate(SmallSpec()).empty());
}

TEST(NetworkViolationsTest, RefusesABadNetworkId) {
  EXPECT_ONLY(spec.id = "Small", "id", "BAD_SLUG");
  EXPECT_ONLY(spec.id = "", "id", "EMPTY_ID");
}

TEST(NetworkViolationsTest, RefusesABadCurrency) {
  EXPECT_ONLY(spec.currency = "eur", "currency", "BAD_CURRENCY");
  EXPECT_ONLY(spec.currency = "EURO", "currency", "BAD_CURRENCY");
}

TEST(NetworkViolationsTest, RefusesAnEmptyNetwork) {
  const Violations violations = Network::Validate({.id = "empty"});
  EXPECT_TRUE(HasViolation(violations, "units", "EMPTY"));
  EXPECT_TRUE(HasViolation(violations, "indicators", "EMPTY"));
}

TEST(NetworkViolationsTest, RefusesABadUnitId) {
  EXPECT_ONLY(spec.units[0].id = "s 2", "units[0].id", "BAD_ID");
  EXPECT_ONLY(spec.units[0].id = std::string(65, 'x'), "units[0].id", "BAD_ID");
  EXPECT_ONLY(spec.units[0].id = "", "units[0].id", "EMPTY_ID");
}

TEST(NetworkViolationsTest, RefusesADuplicateUnitAndNamesTheFirst) {
  const Violation only = Only([](NetworkSpec& spec) { spec.units[7].id = "n1"; });
  EXPECT_EQ(only.field, "units[7].id");
  EXPECT_EQ(only.reason, "DUPLICATE_ID");
  EXPECT_THAT(only.rule, HasSubstr("units[3].id"));
}

TEST(NetworkViolationsTest, RefusesAnUnknownParent) {
  EXPECT_ONLY(spec.units[3].parent = "west", "units[3].parent", "UNKNOWN_PARENT");
}

TEST(NetworkViolationsTest, RefusesASecondRootAndNamesTheFirst) {
  const Violations violations = After([](NetworkSpec& spec) { spec.units[4].parent = ""; });
  EXPECT_TRUE(HasViolation(violations, "units[4].parent", "SECOND_ROOT"));
  EXPECT_THAT(violations.kept()[0].rule, HasSubstr("units[1].id"));
}

TEST(NetworkViolationsTest, RefusesACycleOnceAndNamesItsUnits) {
  const Violation only = Only([](NetworkSpec& spec) { spec.units[2].parent = "s1"; });
  EXPECT_EQ(only.field, "units[2].parent");
  EXPECT_EQ(only.reason, "CYCLE");
  EXPECT_EQ(only.value, "south -> s1 -> south");
}

TEST(NetworkViolationsTest, SaysThatThereIsNoRootWhenTheRootIsInACycle) {
  const Violations violations = After([](NetworkSpec& spec) { spec.units[1].parent = "north"; });
  EXPECT_EQ(violations.total_count(), 2);
  EXPECT_TRUE(HasViolation(violations, "units[1].parent", "CYCLE"));
  EXPECT_TRUE(HasViolation(violations, "units", "NO_ROOT"));
}

TEST(NetworkViolationsTest, RefusesALoneRoot) {
  EXPECT_ONLY(spec.units = {spec.units[1]}, "units", "TOO_FEW_LEVELS");
}

// A chain of `levels` units below each other.
NetworkSpec Chain(int levels) {
  NetworkSpec spec = SmallSpec();
  spec.units.clear();
  for (int d = 0; d < levels; ++d) {
    spec.units.push_back({.id = "u" + std::to_string(d),
                          .parent = d == 0 ? "" : "u" + std::to_string(d - 1),
                          .level = "level" + std::to_string(d)});
  }
  return spec;
}

TEST(NetworkViolationsTest, AcceptsEightLevelsAndRefusesTheNinth) {
  EXPECT_TRUE(Network::Validate(Chain(8)).empty());
  const Violations violations = Network::Validate(Chain(9));
  EXPECT_EQ(violations.total_count(), 1);
  EXPECT_TRUE(HasViolation(violations, "units[8].parent", "TOO_MANY_LEVELS"));
}

TEST(NetworkViolationsTest, RefusesTwoLevelNamesAtOneDepth) {
  const Violation only = Only([](NetworkSpec& spec) { spec.units[4].level = "area"; });
  EXPECT_EQ(only.field, "units[4].level");
  EXPECT_EQ(only.reason, "LEVEL_MISMATCH");
  EXPECT_THAT(only.rule, HasSubstr("region"));
}

TEST(NetworkViolationsTest, RefusesOneLevelNameAtTwoDepths) {
  EXPECT_ONLY(spec.units[1].level = "region", "units[2].level", "LEVEL_REUSED");
}

TEST(NetworkViolationsTest, RefusesAnEmptyLevel) {
  EXPECT_ONLY(spec.units[3].level = "", "units[3].level", "EMPTY_LEVEL");
}

TEST(NetworkViolationsTest, CountsTheCharactersOfALabelNotItsBytes) {
  EXPECT_ONLY(spec.units[2].label_fr = std::string(201, 'e'), "units[2].label_fr", "TOO_LONG");
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xc3\xa9";
  EXPECT_TRUE(After([&](NetworkSpec& spec) { spec.units[2].label_fr = accents; }).empty());
}

TEST(NetworkViolationsTest, RefusesControlCharactersAndBrokenUtf8InLabels) {
  EXPECT_ONLY(spec.units[2].label_en = "a\tb", "units[2].label_en", "CONTROL_CHARACTER");
  EXPECT_ONLY(spec.units[2].label_en = "a\xc2\x85", "units[2].label_en", "CONTROL_CHARACTER");
  EXPECT_ONLY(spec.units[2].label_en = "caf\xe9", "units[2].label_en", "NOT_UTF8");
}

TEST(NetworkViolationsTest, RefusesAnAttributeThatIsNotFinite) {
  EXPECT_ONLY(spec.units[2].attributes["population"] = std::nan(""),
              "units[2].attributes[population]", "NOT_FINITE");
}

TEST(NetworkViolationsTest, RefusesAUnitClosedBeforeItOpened) {
  EXPECT_ONLY((spec.units[0].opened = Period::Month(2024, 5),
               spec.units[0].closed = Period::Month(2024, 5)),
              "units[0].closed", "CLOSED_BEFORE_OPENED");
}

TEST(NetworkViolationsTest, RefusesDatesOfAnotherFrequency) {
  EXPECT_ONLY(spec.units[0].opened = Period::Quarter(2024, 2), "units[0].opened", "BAD_FREQUENCY");
  EXPECT_ONLY(spec.units[0].closed = Period::Quarter(2024, 2), "units[0].closed", "BAD_FREQUENCY");
  EXPECT_ONLY(spec.indicators[0].provisional_from = Period::Quarter(2024, 2),
              "indicators[0].provisional_from", "BAD_FREQUENCY");
}

TEST(NetworkViolationsTest, RefusesASegmentWithABadIdOrAnUnknownParent) {
  EXPECT_ONLY(spec.segments[2].id = "pri vate", "segments[2].id", "BAD_ID");
  EXPECT_ONLY(spec.segments[3].parent = "retired", "segments[3].parent", "UNKNOWN_PARENT");
}

TEST(NetworkViolationsTest, RefusesASegmentCycle) {
  const Violation only = Only([](NetworkSpec& spec) { spec.segments[1].parent = "young"; });
  EXPECT_EQ(only.field, "segments[0].parent");
  EXPECT_EQ(only.reason, "CYCLE");
  EXPECT_EQ(only.value, "young -> retail -> young");
}

TEST(NetworkViolationsTest, RefusesAParentForAllSegments) {
  EXPECT_ONLY(spec.segments.push_back({.id = "all", .parent = "retail"}), "segments[4].parent",
              "ALL_HAS_A_PARENT");
}

TEST(NetworkViolationsTest, RefusesDuplicateIndicators) {
  EXPECT_ONLY(spec.indicators[2].id = "accounts", "indicators[2].id", "DUPLICATE_ID");
}

TEST(NetworkViolationsTest, RefusesARoundingStepThatIsNotPositive) {
  EXPECT_ONLY(spec.indicators[1].rounding_step = 0, "indicators[1].rounding_step", "NOT_POSITIVE");
  EXPECT_ONLY(spec.indicators[1].rounding_step = std::nan(""), "indicators[1].rounding_step",
              "NOT_POSITIVE");
  EXPECT_ONLY(spec.indicators[1].rounding_step = std::numeric_limits<double>::infinity(),
              "indicators[1].rounding_step", "NOT_POSITIVE");
}

TEST(NetworkViolationsTest, AsksForAScaleExactlyWhenTheBasisIsScaled) {
  EXPECT_ONLY(spec.indicators[0].attainment_scale.reset(), "indicators[0].attainment_scale",
              "MISSING_SCALE");
  EXPECT_ONLY(spec.indicators[0].attainment_scale = -1, "indicators[0].attainment_scale",
              "NOT_POSITIVE");
  EXPECT_ONLY(spec.indicators[1].attainment_scale = 2, "indicators[1].attainment_scale",
              "SCALE_WITHOUT_BASIS");
}

TEST(NetworkViolationsTest, RefusesAFloorThatIsNotBelowTheCap) {
  EXPECT_ONLY((spec.indicators[1].attainment_floor = 1.5, spec.indicators[1].attainment_cap = 1.5),
              "indicators[1].attainment_floor", "FLOOR_NOT_BELOW_CAP");
  EXPECT_ONLY(spec.indicators[1].attainment_cap = std::nan(""), "indicators[1].attainment_cap",
              "NOT_FINITE");
}

TEST(NetworkViolationsTest, RefusesKindsThatContradictTheMeasure) {
  EXPECT_ONLY(spec.indicators[1].measure = Measure::kMoney, "indicators[1].measure",
              "KIND_MEASURE_MISMATCH");
  EXPECT_ONLY(spec.indicators[2].measure = Measure::kRatio, "indicators[2].measure",
              "KIND_MEASURE_MISMATCH");
  EXPECT_TRUE(
      After([](NetworkSpec& spec) { spec.indicators[2].measure = Measure::kCount; }).empty());
}

TEST(NetworkViolationsTest, RefusesAKindThatNoUnitHas) {
  EXPECT_ONLY(spec.indicators[1].unit_kinds = {"kiosk"}, "indicators[1].unit_kinds[0]",
              "UNKNOWN_UNIT_KIND");
}

TEST(NetworkViolationsTest, FindsEverythingAtOnce) {
  const Violations violations = After([](NetworkSpec& spec) {
    spec.id = "Bad Id";
    spec.currency = "E";
    spec.units[3].parent = "nowhere";
    spec.units[5].label_fr = "\x01";
    spec.segments[3].id = "young";
    spec.indicators[0].rounding_step = -1;
  });
  EXPECT_EQ(violations.total_count(), 6);
}

TEST(NetworkViolationsTest, CreateCarriesEveryViolation) {
  NetworkSpec spec = SmallSpec();
  spec.currency = "E";
  spec.units[3].parent = "nowhere";
  const absl::StatusOr<Network> network = Network::Create(spec);
  EXPECT_EQ(network.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ViolationsFromStatus(network.status()).total_count(), 2);
}

TEST(NetworkViolationsTest, ShowsValuesThatAreNotUtf8AsEscapes) {
  EXPECT_EQ(Only([](NetworkSpec& spec) { spec.units[3].parent = "n\xff"; }).value, "n\\xff");
}

#undef EXPECT_ONLY

}  // namespace
}  // namespace jalon::sim
