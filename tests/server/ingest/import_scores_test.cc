// The tables of scores: weights, quality factors, the payoff ladder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kWeights[] =
    "unit;unit_kind;indicator;window;weight;floor;cap;complete\n"
    ";;accounts;;0,4;0;1,5;oui\n"
    ";;loans;;0,6;;;oui\n"
    ";remote;accounts;2026;1;;;non\n"
    "sud;;accounts;2026-01..2026-06;2;;;\n";
constexpr char kQuality[] = "unit,unit_kind,window,factor\nn1,,,0.9\n,remote,2026,1.1\n";
constexpr char kLadder[] = "threshold;payoff;shape\n0,6;0,6;linear\n1;1;step\n1,3;1,6;\n";

NamedTexts WithScores() {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back("weights.csv", kWeights);
  texts.emplace_back("quality.csv", kQuality);
  texts.emplace_back("ladder.csv", kLadder);
  return texts;
}

TEST(ImportScoresTest, ReadsWeightsQualityAndLadder) {
  const ImportOutcome outcome = ImportTexts(WithScores(), kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::ScorePolicy& policy = outcome.revision->score;
  ASSERT_EQ(policy.weights.size(), 4u);
  const sim::ScoreWeight& first = policy.weights[0];
  EXPECT_EQ(first.indicator, "accounts");
  EXPECT_EQ(first.weight, 0.4);
  EXPECT_EQ(first.floor, 0.0);
  EXPECT_EQ(first.cap, 1.5);
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(policy.weights[1].cap, std::nullopt);
  EXPECT_EQ(policy.weights[2].scope.unit_kind, "remote");
  EXPECT_EQ(policy.weights[2].window->ToString(), "2026");
  EXPECT_FALSE(policy.weights[2].complete);
  EXPECT_EQ(policy.weights[3].scope.unit, "sud");
  ASSERT_EQ(policy.quality.size(), 2u);
  EXPECT_EQ(policy.quality[0].factor, 1.1);
  EXPECT_EQ(policy.quality[1].scope.unit, "n1");
  ASSERT_EQ(policy.ladder.size(), 3u);
  EXPECT_EQ(policy.ladder[0].shape, sim::RungShape::kLinear);
  EXPECT_EQ(policy.ladder[2].shape, sim::RungShape::kStep);
  EXPECT_EQ(policy.ladder[2].payoff, 1.6);
}

TEST(ImportScoresTest, DoesNotDependOnTheOrderOfRows) {
  NamedTexts texts = WithScores();
  const ImportOutcome first = ImportTexts(texts, kSmallMapping);
  texts[3].second =
      "unit;unit_kind;indicator;window;weight;floor;cap;complete\n"
      "sud;;accounts;2026-01..2026-06;2;;;\n"
      ";;loans;;0,6;;;oui\n"
      ";remote;accounts;2026;1;;;non\n"
      ";;accounts;;0,4;0;1,5;oui\n";
  const ImportOutcome second = ImportTexts(texts, kSmallMapping);
  ASSERT_THAT(Places(second.violations), IsEmpty());
  EXPECT_EQ(first.revision->score, second.revision->score);
}

TEST(ImportScoresTest, ListsEveryProblemWithItsPlaceAndStoresNothing) {
  NamedTexts texts = WithScores();
  texts[3].second =
      "unit;unit_kind;indicator;window;weight;floor;cap;complete\n"
      ";;accounts;;0,4;;;oui\n"  // sums to 0,9 with the next
      ";;loans;;0,5;;;oui\n"
      "ouest;;accounts;;1;;;\n"              // no such unit
      ";mobile;accounts;;1;;;\n"             // no such kind
      "nord;;karma;;1;;;\n"                  // no such indicator
      "nord;;loans;2026;-1;;;\n"             // negative
      "nord;;loans;2026-06..2027-03;1;;;\n"  // overlaps
      "sud;;loans;;1;1,2;1,1;\n";            // floor above cap
  texts[4].second = "unit,factor\nn1,1.6\n";
  texts[5].second = "threshold;payoff\n1;1\n1;0,9\n";
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_THAT(
      Places(outcome.violations),
      UnorderedElementsAre("weights.csv:2:5 SUM_NOT_ONE", "weights.csv:4:1 UNKNOWN_UNIT",
                           "weights.csv:5:2 UNKNOWN_UNIT_KIND", "weights.csv:6:3 UNKNOWN_INDICATOR",
                           "weights.csv:7:5 NEGATIVE", "weights.csv:8:4 OVERLAPPING_WINDOWS",
                           "weights.csv:9:6 FLOOR_NOT_BELOW_CAP", "quality.csv:2:2 OUT_OF_RANGE",
                           "ladder.csv:3:1 NOT_INCREASING", "ladder.csv:3:2 NOT_INCREASING"));
  EXPECT_FALSE(outcome.revision.has_value());
}

TEST(ImportScoresTest, RefusesCellsThatCannotBeRead) {
  NamedTexts texts = WithScores();
  texts[3].second =
      "unit;unit_kind;indicator;window;weight;complete\n"
      ";;accounts;;0,4;oui\n"  // alone 0,4, but the other row was refused
      ";;loans;;beaucoup;oui\n"
      ";;;;1;\n"
      ";;loans;2026-13;1;\n"
      ";;loans;2026;1;peut-être\n";
  texts[5].second = "threshold;payoff;shape\n1;;courbe\n";
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_THAT(
      Places(outcome.violations),
      UnorderedElementsAre("weights.csv:3:5 TEXT_IN_NUMBER", "weights.csv:4:3 MISSING_VALUE",
                           "weights.csv:5:4 BAD_WINDOW", "weights.csv:6:6 UNKNOWN_VALUE",
                           "ladder.csv:2:2 MISSING_VALUE", "ladder.csv:2:3 UNKNOWN_VALUE"));
}

TEST(ImportScoresTest, RefusesAWeightWhereItsIndicatorDoesNotApply) {
  NamedTexts texts = WithScores();
  texts[1].second =
      "id;label_fr;kind;rounding;unit_kinds\n"
      "accounts;Ouvertures;count;1;\n"
      "loans;Crédits;amount;0,5;proximity\n";
  texts[3].second = "unit_kind;indicator;weight\nremote;loans;1\nproximity;loans;1\n";
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), ElementsAre("weights.csv:2:2 NOT_APPLICABLE"));
}

TEST(ImportScoresTest, AnAppendReplacesTheTablesThatComeAlong) {
  const ImportOutcome first = ImportTexts(WithScores(), kSmallMapping);
  ASSERT_TRUE(first.revision.has_value());
  const NamedTexts more = {
      {"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-03;5\n"},
      {"quality.csv", "unit;factor\ns1;0,7\n"}};
  const ImportOutcome second = ImportNetwork({.files = FilesOf(more),
                                              .mapping = MappingOf(kSmallMapping),
                                              .mode = ImportMode::kAppend,
                                              .base = &*first.revision});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  EXPECT_EQ(second.revision->score.weights, first.revision->score.weights);
  EXPECT_EQ(second.revision->score.ladder, first.revision->score.ladder);
  ASSERT_EQ(second.revision->score.quality.size(), 1u);
  EXPECT_EQ(second.revision->score.quality[0].scope.unit, "s1");
}

}  // namespace
}  // namespace jalon::server
