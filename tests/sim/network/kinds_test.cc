#include <algorithm>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/network/expression_rules.h"
#include "sim/network/network.h"
#include "sim/network/revision.h"
#include "tests/sim/network/kinds_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Indicator& ById(NetworkSpec& spec, absl::string_view id) {
  return *std::find_if(spec.indicators.begin(), spec.indicators.end(),
                       [&](const Indicator& indicator) { return indicator.id == id; });
}

// The only violation after an edit of one indicator.
Violation Only(absl::string_view id, const std::function<void(Indicator&)>& edit) {
  NetworkSpec spec = KindsSpec();
  edit(ById(spec, id));
  const Violations violations = Network::Validate(spec);
  EXPECT_EQ(violations.total_count(), 1) << violations.ToStatus();
  return violations.empty() ? Violation{} : violations.kept()[0];
}

#define EXPECT_ONLY(id, edit, expected_field, expected_reason)           \
  do {                                                                   \
    const Violation only = Only(id, [](Indicator& indicator) { edit; }); \
    EXPECT_THAT(only.field, HasSubstr(expected_field));                  \
    EXPECT_EQ(only.reason, expected_reason);                             \
  } while (false)

TEST(KindsTest, ResolvesWhatIndicatorsSayOfEachOther) {
  const Network network = *Network::Create(KindsSpec());
  EXPECT_THAT(network.inflow_indices(1), ElementsAre(7));
  EXPECT_THAT(network.outflow_indices(1), IsEmpty());
  EXPECT_EQ(network.numerator_index(2), 0);
  EXPECT_EQ(network.denominator_index(2), 4);
  EXPECT_EQ(network.numerator_index(0), -1);
  EXPECT_TRUE(network.HasSeries(1));
  EXPECT_FALSE(network.HasSeries(2));
  EXPECT_FALSE(network.HasSeries(5));
}

TEST(KindsTest, WritesDerivedIndicatorsOutOverFlowsAndStocks) {
  const Network network = *Network::Create(KindsSpec());
  const DerivedExpression& interest = network.expression(5);
  ASSERT_EQ(interest.terms.size(), 2);
  EXPECT_EQ(interest.terms[0].indicator, 1);
  EXPECT_EQ(interest.terms[1], (DerivedTerm{.coefficient = 0.5, .indicator = 0}));
  EXPECT_EQ(interest.reference_driver, "market_rate");
  EXPECT_THAT(network.expression(0).terms, IsEmpty());
}

TEST(KindsTest, AnOrderOfDeclarationChangesNothing) {
  NetworkSpec spec = KindsSpec();
  std::reverse(spec.indicators.begin(), spec.indicators.end());
  EXPECT_EQ(*Network::Create(spec), *Network::Create(KindsSpec()));
}

TEST(KindsTest, RefusesARatioWithoutItsParts) {
  EXPECT_ONLY("equipment", indicator.denominator = "", ".denominator", "MISSING_DENOMINATOR");
  EXPECT_ONLY("equipment", indicator.numerator = "", ".numerator", "MISSING_NUMERATOR");
  EXPECT_ONLY("equipment", indicator.numerator = "nobody", ".numerator", "UNKNOWN_INDICATOR");
  EXPECT_ONLY("equipment", indicator.numerator = "equipment", ".numerator", "RATIO_OF_A_RATIO");
  EXPECT_ONLY("equipment", indicator.measure = Measure::kCount, ".measure",
              "KIND_MEASURE_MISMATCH");
  EXPECT_ONLY("equipment", indicator.aggregation = Aggregation::kMean, ".aggregation",
              "KIND_AGGREGATION_MISMATCH");
}

TEST(KindsTest, RefusesFlowsThatDoNotFitTheirStock) {
  EXPECT_ONLY("deposits", indicator.inflows = {"accounts"}, ".inflows[0]",
              "FLOW_OF_ANOTHER_MEASURE");
  EXPECT_ONLY("deposits", indicator.inflows = {"deposits"}, ".inflows[0]", "FLOW_IS_NO_FLOW");
  EXPECT_ONLY("deposits", indicator.outflows = {"fees"}, ".outflows[0]", "FLOW_IS_NO_FLOW");
  EXPECT_ONLY("deposits", indicator.outflows = {"nobody"}, ".outflows[0]", "UNKNOWN_INDICATOR");
  EXPECT_ONLY("deposits", indicator.outflows = {"savings"}, ".outflows[0]", "DUPLICATE_FLOW");
  EXPECT_ONLY("savings", indicator.unit_kinds = {"proximity"}, ".inflows[0]",
              "FLOW_DOES_NOT_APPLY");
}

TEST(KindsTest, AcceptsAFlowThatAppliesWhereverItsStockDoes) {
  NetworkSpec spec = KindsSpec();
  ById(spec, "savings").unit_kinds = {"proximity"};
  ById(spec, "deposits").unit_kinds = {"proximity"};
  EXPECT_TRUE(Network::Validate(spec).empty());
}

TEST(KindsTest, RefusesAnAggregationOrBasisOfAnotherKind) {
  EXPECT_ONLY("deposits", indicator.aggregation = Aggregation::kSum, ".aggregation",
              "KIND_AGGREGATION_MISMATCH");
  EXPECT_ONLY("accounts", indicator.aggregation = Aggregation::kRatio, ".aggregation",
              "KIND_AGGREGATION_MISMATCH");
  EXPECT_ONLY("accounts", indicator.basis = AttainmentBasis::kVariation, ".basis",
              "BASIS_KIND_MISMATCH");
  EXPECT_ONLY("interest", indicator.basis = AttainmentBasis::kVariation, ".basis",
              "BASIS_KIND_MISMATCH");
}

TEST(KindsTest, RefusesFieldsOfAnotherKind) {
  EXPECT_ONLY("accounts", indicator.inflows = {"accounts"}, ".inflows", "FIELD_OF_ANOTHER_KIND");
  EXPECT_ONLY("accounts", indicator.expression = "loans", ".expression", "FIELD_OF_ANOTHER_KIND");
  EXPECT_ONLY("fees", indicator.numerator = "loans", ".numerator", "FIELD_OF_ANOTHER_KIND");
}

TEST(KindsTest, RefusesABrokenExpressionAndSaysWhere) {
  EXPECT_ONLY("fees", indicator.expression = "", ".expression", "MISSING_EXPRESSION");
  EXPECT_ONLY("fees", indicator.expression = "2 * equipment", ".expression", "TERM_IS_A_RATIO");
  EXPECT_ONLY("fees", indicator.expression = "mean(loans)", ".expression", "MEAN_OF_NO_STOCK");
  const Violation product =
      Only("fees", [](Indicator& fees) { fees.expression = "loans * savings"; });
  EXPECT_EQ(product.reason, "PRODUCT_OF_INDICATORS");
  EXPECT_THAT(product.rule, HasSubstr("at character 7 "));
}

TEST(KindsTest, NamesACycleOfDerivedIndicatorsOnce) {
  const Violation cycle = Only("fees", [](Indicator& fees) { fees.expression = "interest"; });
  EXPECT_EQ(cycle.reason, "CYCLE");
  EXPECT_EQ(cycle.value, "fees -> interest -> fees");
  EXPECT_ONLY("fees", indicator.expression = "fees + loans", ".expression", "CYCLE");
}

TEST(KindsTest, RefusesAnExpressionTooLongOnceWrittenOut) {
  NetworkSpec spec = KindsSpec();
  std::string sum = "loans";
  for (int i = 0; i < 40; ++i) sum += " + loans";
  ById(spec, "fees").expression = sum;
  ById(spec, "interest").expression = "fees + 2 * fees";
  EXPECT_TRUE(
      HasViolation(Network::Validate(spec), "indicators[7].expression", "EXPRESSION_TOO_LONG"));
}

TEST(KindsTest, FindsExpressionsOverUnknownOrLocalDrivers) {
  const Network network = *Network::Create(KindsSpec());
  EXPECT_TRUE(CheckExpressions(network, KindsDrivers()).empty());
  EXPECT_TRUE(
      HasViolation(CheckExpressions(network, {}), "indicators[5].expression", "UNKNOWN_NAME"));
  DriverTable local = KindsDrivers();
  local.drivers[0].scope = "north";
  EXPECT_TRUE(HasViolation(CheckExpressions(network, local), "indicators[5].expression",
                           "DRIVER_OF_ONE_UNIT"));
}

TEST(KindsTest, RefusesABeliefAboutARatio) {
  const Network network = *Network::Create(KindsSpec());
  DriverTable table = KindsDrivers();
  table.priors = {{.driver = "market_rate", .indicator = "equipment", .source = "test"}};
  EXPECT_TRUE(
      HasViolation(CheckDrivers(network, table), "priors[0].indicator", "PRIOR_ON_A_RATIO"));
}

Violations OfSeries(const Network& network, std::vector<SeriesKey> keys, double value) {
  std::vector<double> values(keys.size(), value);
  return ViolationsFromStatus(
      Realisations::Create(network, {Frequency::kMonth, 1500}, std::move(keys), std::move(values))
          .status());
}

TEST(KindsTest, RefusesRealisationsOfRatiosAndDerivedIndicators) {
  const Network network = *Network::Create(KindsSpec());
  const Violations violations = OfSeries(network, {{2, 2, 0}, {3, 2, 0}}, 1.0);
  EXPECT_TRUE(HasViolation(violations, "series[0]", "NO_SERIES_OF_ITS_OWN"));
  EXPECT_TRUE(HasViolation(violations, "series[1]", "NO_SERIES_OF_ITS_OWN"));
}

TEST(KindsTest, LetsOnlyStocksOfMoneyGoBelowZeroOrBreakUp) {
  const Network network = *Network::Create(KindsSpec());
  EXPECT_TRUE(OfSeries(network, {{1, 2, 0}}, -10.5).empty());
  EXPECT_TRUE(HasViolation(OfSeries(network, {{4, 2, 0}}, -1), "series[0].values[0]", "NEGATIVE"));
  EXPECT_TRUE(
      HasViolation(OfSeries(network, {{4, 2, 0}}, 1.5), "series[0].values[0]", "NOT_WHOLE"));
}

TEST(KindsTest, RefusesAFlowOfASegmentAboveItsStock) {
  const Network network = *Network::Create(KindsSpec());
  EXPECT_TRUE(HasViolation(OfSeries(network, {{0, 2, 2}, {4, 2, 3}}, 1.0), "series[1]",
                           "FLOW_ABOVE_STOCK"));
  EXPECT_TRUE(OfSeries(network, {{0, 2, 3}, {4, 2, 2}}, 1.0).empty());
}

#undef EXPECT_ONLY

}  // namespace
}  // namespace jalon::sim
