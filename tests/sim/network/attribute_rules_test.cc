#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

// Attributes of n1, the fourth unit of the spec, as declared.
NetworkSpec Declared() {
  NetworkSpec spec = SmallSpec();
  spec.attributes = {{"zone", AttributeKind::kText},
                     {"population", AttributeKind::kNumber, "inhabitants"},
                     {"seniors", AttributeKind::kShare}};
  spec.units[3].attributes = {{"population", 42'000}, {"seniors", 0.23}};
  spec.units[3].texts = {{"zone", "rural"}};
  return spec;
}

TEST(AttributeRulesTest, TakesValuesThatMeanWhatIsDeclaredInOrderOfNames) {
  const absl::StatusOr<Network> network = Network::Create(Declared());
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->spec().attributes[0].name, "population");
  EXPECT_EQ(network->spec().attributes[2].name, "zone");
}

TEST(AttributeRulesTest, TakesNumbersOfAnyMeaningWhenNothingIsDeclared) {
  NetworkSpec spec = Declared();
  spec.attributes.clear();
  spec.units[3].texts.clear();
  EXPECT_TRUE(Network::Create(spec).ok());
  spec.units[3].texts = {{"zone", "rural"}};
  EXPECT_TRUE(
      HasViolation(Network::Validate(spec), "units[3].attributes[zone]", "UNDECLARED_ATTRIBUTE"));
}

TEST(AttributeRulesTest, ListsEveryBrokenDeclaration) {
  NetworkSpec spec = Declared();
  spec.units[3].attributes = {{"seniors", 23}, {"zone", 1}, {"populaton", 5}};
  spec.units[3].texts = {{"population", "many"}};
  const Violations violations = Network::Validate(spec);
  EXPECT_TRUE(HasViolation(violations, "units[3].attributes[seniors]", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "units[3].attributes[zone]", "ATTRIBUTE_KIND_MISMATCH"));
  EXPECT_TRUE(HasViolation(violations, "units[3].attributes[populaton]", "UNDECLARED_ATTRIBUTE"));
  EXPECT_TRUE(
      HasViolation(violations, "units[3].attributes[population]", "ATTRIBUTE_KIND_MISMATCH"));
}

TEST(AttributeRulesTest, RefusesDeclarationsThatContradictThemselves) {
  NetworkSpec spec = Declared();
  spec.attributes.push_back({"zone", AttributeKind::kText});
  spec.attributes.push_back({"bad name", AttributeKind::kShare, "EUR"});
  const Violations violations = Network::Validate(spec);
  EXPECT_TRUE(HasViolation(violations, "attributes[3].name", "DUPLICATE_ID"));
  EXPECT_TRUE(HasViolation(violations, "attributes[4].name", "BAD_ID"));
  EXPECT_TRUE(HasViolation(violations, "attributes[4].unit", "FIELD_OF_ANOTHER_KIND"));
}

}  // namespace
}  // namespace jalon::sim
