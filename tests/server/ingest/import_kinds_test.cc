// Stocks, ratios and derived indicators in files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kHeading[] =
    "id;kind;measure;inflows;outflows;numerator;denominator;expression;basis\n";

// The small network with more indicators, a driver and more realisations.
NamedTexts WithIndicators(const std::string& indicators, const std::string& realisations = "") {
  NamedTexts texts = SmallNetworkWith(
      "indicators.csv",
      absl::StrCat(kHeading, "accounts;count;;;;;;;\nclosed;count;;;;;;;\nloans;amount;;;;;;;\n",
                   indicators));
  for (auto& [name, text] : texts) {
    if (name == "realisations.csv") text += realisations;
  }
  texts.emplace_back("drivers.csv",
                     "driver;period;value\neuribor;2026-01;2,1\neuribor;2026-02;2\n");
  return texts;
}

ImportOutcome Import(const std::string& indicators, const std::string& realisations = "") {
  return ImportTexts(WithIndicators(indicators, realisations), kSmallMapping);
}

TEST(ImportKindsTest, ReadsEveryKindWithItsUsualMeasureAndAggregation) {
  const ImportOutcome outcome = Import(
      "clients;stock;count;accounts;closed;;;;variation\n"
      "encours;stock;;;;;;;\n"
      "equipement;ratio;;;;accounts;clients;;\n"
      "pnb;derived;;;;;;mean(encours) * (euribor - 0.5) / 1200;\n",
      "n1;clients;2026-01;1200\nn1;encours;2026-01;-3,5\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  const sim::Indicator& clients = network.indicator(*network.FindIndicator("clients"));
  EXPECT_EQ(clients.kind, sim::IndicatorKind::kStock);
  EXPECT_EQ(clients.aggregation, sim::Aggregation::kLast);
  EXPECT_EQ(clients.basis, sim::AttainmentBasis::kVariation);
  EXPECT_THAT(clients.inflows, ElementsAre("accounts"));
  EXPECT_THAT(clients.outflows, ElementsAre("closed"));
  const sim::Indicator& encours = network.indicator(*network.FindIndicator("encours"));
  EXPECT_EQ(encours.measure, sim::Measure::kMoney);
  const sim::Indicator& equipement = network.indicator(*network.FindIndicator("equipement"));
  EXPECT_EQ(equipement.measure, sim::Measure::kRatio);
  EXPECT_EQ(equipement.aggregation, sim::Aggregation::kRatio);
  EXPECT_EQ(network.expression(*network.FindIndicator("pnb")).terms.size(), 1u);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("`encours` is a stock without flows")));
  EXPECT_THAT(outcome.notes, Not(Contains(HasSubstr("`pnb` has no values"))));
}

TEST(ImportKindsTest, RefusesEveryBadDeclarationAtOnceWithItsLineAndColumn) {
  const ImportOutcome outcome = Import(
      "clients;stock;count;loans;;;;;\n"
      "taux;ratio;;;;accounts;;;\n"
      "a;derived;;;;;;2 * b;\n"
      "b;derived;;;;;;a + loans;\n"
      "c;derived;;;;;;loans * (euribor - livret);\n");
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(Places(outcome.violations), Contains("indicators.csv:5:4 FLOW_OF_ANOTHER_MEASURE"));
  EXPECT_THAT(Places(outcome.violations), Contains("indicators.csv:6:7 MISSING_DENOMINATOR"));
  EXPECT_THAT(Places(outcome.violations), Contains("indicators.csv:7:8 CYCLE"));
}

TEST(ImportKindsTest, RefusesAnExpressionOverAnUnknownDriver) {
  const ImportOutcome outcome = Import("c;derived;;;;;;loans * (euribor - livret);\n");
  ASSERT_THAT(Places(outcome.violations), ElementsAre("indicators.csv:5:8 UNKNOWN_NAME"));
  EXPECT_EQ(outcome.violations.kept()[0].value, "livret");
  EXPECT_THAT(outcome.violations.kept()[0].rule, HasSubstr("at character 20 "));
}

TEST(ImportKindsTest, RefusesValuesOfRatiosAndDerivedIndicators) {
  const ImportOutcome outcome = Import(
      "taux;ratio;;;;accounts;closed;;\n"
      "c;derived;;;;;;2 * loans;\n",
      "n1;taux;2026-01;0,5\nn1;c;2026-01;3\n");
  EXPECT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:7:4 NO_SERIES_OF_ITS_OWN",
                                                      "realisations.csv:8:4 NO_SERIES_OF_ITS_OWN"));
}

TEST(ImportKindsTest, RefusesCustomersThatAreNegativeOrBroken) {
  const ImportOutcome outcome =
      Import("clients;stock;count;;;;;;\n", "n1;clients;2026-01;-1\nn1;clients;2026-02;1,5\n");
  EXPECT_THAT(Places(outcome.violations),
              ElementsAre("realisations.csv:7:4 NEGATIVE", "realisations.csv:8:4 NOT_WHOLE"));
}

TEST(ImportKindsTest, ReadsKindsDeclaredInTheMapping) {
  NamedTexts texts = SmallNetwork();
  const ImportOutcome outcome =
      ImportTexts(texts, absl::StrCat(kSmallMapping,
                                      "[indicator ratio]\nkind = ratio\nnumerator = loans\n"
                                      "denominator = accounts\n"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(network.numerator_index(*network.FindIndicator("ratio")),
            *network.FindIndicator("loans"));
}

}  // namespace
}  // namespace jalon::server
