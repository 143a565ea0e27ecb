// Channels, credit and means: what the tables give, and every problem at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

NamedTexts WithTables(const NamedTexts& more) {
  NamedTexts texts = SmallNetwork();
  texts.insert(texts.end(), more.begin(), more.end());
  return texts;
}

ImportOutcome Import(const NamedTexts& more) {
  return ImportTexts(WithTables(more), kSmallMapping);
}

constexpr char kChannels[] = "id;label_fr\nagence;Agence\nphone;Téléphone\n";
constexpr char kShares[] =
    "unit;unit_kind;segment;indicator;channel;share;from;to;source\n"
    ";proximity;;;phone;0,2;;;usage\n"
    ";remote;;;phone;0,9;;;\n"
    "n1;;;loans;phone;35 %;;2026-06;mesure 2025\n"
    "n1;;;loans;phone;0,4;2026-07;;mesure 2026\n";

TEST(ImportTablesTest, ReadsChannelsAndTheirShares) {
  const ImportOutcome outcome =
      Import({{"channels.csv", kChannels}, {"channel_shares.csv", kShares}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::ChannelTable& table = outcome.revision->channels;
  ASSERT_THAT(table.channels, SizeIs(2));
  EXPECT_EQ(table.channels[1].label_fr, "Téléphone");
  ASSERT_THAT(table.shares, SizeIs(4));
  EXPECT_EQ(table.shares[0].unit_kind, "proximity") << "canonical order: rows without unit first";
  EXPECT_TRUE(table.shares[0].assumption) << "a default stands for many branches";
  EXPECT_EQ(table.shares[2].unit, "n1");
  EXPECT_EQ(table.shares[2].share, 0.35);
  EXPECT_FALSE(table.shares[2].assumption);
  EXPECT_EQ(table.shares[2].to, sim::Period::Month(2026, 6));
}

TEST(ImportTablesTest, NamesFileAndLineOfEveryBadShare) {
  const ImportOutcome outcome = Import({{"channels.csv", kChannels},
                                        {"channel_shares.csv",
                                         "unit;unit_kind;channel;share;from;to\n"
                                         "n1;;phone;1,2;;\n"
                                         "n9;;smoke;0,1;2026-05;2026-02\n"
                                         "n1;;agence;0,5;2026-01;2026-06\n"
                                         "n1;;agence;0,4;2026-06;\n"}});
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(
      Places(outcome.violations),
      ElementsAre("channel_shares.csv:2:4 OUT_OF_RANGE", "channel_shares.csv:3:3 UNKNOWN_CHANNEL",
                  "channel_shares.csv:3:1 UNKNOWN_UNIT", "channel_shares.csv:3:6 END_BEFORE_START",
                  "channel_shares.csv:5:5 OVERLAPPING_DATES"));
}

TEST(ImportTablesTest, RefusesSharesThatSumToMoreThanOne) {
  const ImportOutcome outcome = Import({{"channels.csv", kChannels},
                                        {"channel_shares.csv",
                                         "unit;channel;share\n"
                                         ";phone;0,3\n"
                                         "n1;agence;0,8\n"}});
  ASSERT_THAT(Places(outcome.violations), ElementsAre("channel_shares.csv:3:3 SHARES_OVER_ONE"));
  EXPECT_THAT(outcome.violations.kept()[0].rule, HasSubstr("n1/all/"));
}

TEST(ImportTablesTest, ReadsEliminationsAndDeclaredTotals) {
  const ImportOutcome outcome = Import({{"eliminations.csv",
                                         "unit;indicator;period;value\n"
                                         "siege;accounts;2026-01;-2\n"
                                         "nord;accounts;2026-01;-3\n"},
                                        {"parent_totals.csv",
                                         "unit;segment;indicator;period;value\n"
                                         "siege;all;accounts;2026-01;14\n"}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::CreditTable& credit = outcome.revision->credit;
  ASSERT_THAT(credit.eliminations, SizeIs(2));
  EXPECT_EQ(credit.eliminations[0].unit, "siege");
  EXPECT_EQ(credit.eliminations[0].segment, "all");
  EXPECT_EQ(credit.eliminations[0].value, -2.0);
  EXPECT_THAT(credit.parent_totals, SizeIs(1));
}

// An append of tables, without any realisation.
ImportOutcome AppendAlone(const sim::Revision& base, const NamedTexts& texts) {
  return ImportNetwork({.files = FilesOf(texts),
                        .mapping = MappingOf(kSmallMapping),
                        .mode = ImportMode::kAppend,
                        .base = &base});
}

constexpr char kEliminations[] = "unit;indicator;period;value\nsiege;accounts;2026-01;-2\n";

TEST(ImportTablesTest, TakesEliminationsAppendedAlone) {
  const ImportOutcome base = Import({});
  ASSERT_TRUE(base.revision.has_value());
  const ImportOutcome outcome = AppendAlone(*base.revision, {{"eliminations.csv", kEliminations}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(outcome.revision->credit.eliminations, SizeIs(1));
}

TEST(ImportTablesTest, KeepsEliminationsWhenOtherTablesAreAppendedAlone) {
  const ImportOutcome base = Import({{"eliminations.csv", kEliminations}});
  ASSERT_TRUE(base.revision.has_value());
  const ImportOutcome outcome = AppendAlone(*base.revision, {{"channels.csv", kChannels}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_EQ(outcome.revision->credit, base.revision->credit);
}

TEST(ImportTablesTest, RefusesEliminationsWithoutAParentOrOutsideTheHistory) {
  const ImportOutcome outcome = Import({{"eliminations.csv",
                                         "unit;indicator;period;value\n"
                                         "n1;accounts;2026-01;-2\n"
                                         "ouest;accounts;2026-01;-2\n"
                                         "nord;accounts;2026-09;-1\n"
                                         "nord;accounts;2026-01;-1\n"
                                         "nord;accounts;2026-01;-1\n"}});
  EXPECT_THAT(Places(outcome.violations),
              ElementsAre("eliminations.csv:2:1 NOT_A_PARENT", "eliminations.csv:3:1 UNKNOWN_UNIT",
                          "eliminations.csv:6:3 DUPLICATE_CELL",
                          "eliminations.csv:4:3 OUTSIDE_REALISATIONS"));
}

TEST(ImportTablesTest, ReadsMeansSeenAndPlanned) {
  const ImportOutcome outcome = Import({{"means.csv",
                                         "unit;mean;period;value;planned\n"
                                         "n1;advisers;2026-01;3,5;non\n"
                                         "n1;advisers;2026-03;3;oui\n"
                                         "s1;appointments;2026-01;120;\n"}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const auto& means = outcome.revision->means.series;
  ASSERT_THAT(means, SizeIs(2));
  EXPECT_EQ(means[0].mean, "advisers");
  ASSERT_THAT(means[0].values, SizeIs(3));
  EXPECT_EQ(means[0].values[0], 3.5);
  EXPECT_TRUE(std::isnan(means[0].values[1]));
  EXPECT_THAT(means[0].planned, ElementsAre(false, false, true));
}

TEST(ImportTablesTest, RefusesNegativeMeansAndOtherBadRows) {
  const ImportOutcome outcome = Import({{"means.csv",
                                         "unit;mean;period;value;planned\n"
                                         "n1;advisers;2026-01;-1;\n"
                                         "n1;advisers;2026-02;2;perhaps\n"
                                         "nord;advisers;2026-02;2;\n"
                                         "n2;advisers;2026-02;2;\n"
                                         "n2;advisers;2026-02;2;\n"}});
  EXPECT_THAT(Places(outcome.violations),
              ElementsAre("means.csv:2:4 NEGATIVE", "means.csv:3:5 UNKNOWN_VALUE",
                          "means.csv:6:3 DUPLICATE_CELL", "means.csv:4:1 NOT_A_LEAF"));
}

TEST(ImportTablesTest, ReadsWhatMeansActOn) {
  const ImportOutcome outcome =
      Import({{"means.csv", "unit;mean;period;value\nn1;advisers;2026-01;3,5\n"},
              {"mean_effects.csv",
               "mean;indicator;elasticity;sd;source\nadvisers;accounts;0,5;0,2;essai\n"}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::MeanEffectPrior expected{"advisers", "accounts", 0.5, 0.2, "essai"};
  EXPECT_THAT(outcome.revision->means.effects, ElementsAre(expected));
}

TEST(ImportTablesTest, NamesFileAndLineOfEveryBadEffect) {
  const ImportOutcome outcome = Import({{"means.csv",
                                         "unit;mean;period;value;planned\n"
                                         "n1;advisers;2026-01;3,5;yes\n"
                                         "n1;advisers;2026-02;3,5;no\n"},
                                        {"mean_effects.csv",
                                         "mean;indicator;elasticity;sd\n"
                                         "advisers;accounts;;0,2\n"
                                         "robots;accounts;0,5;0,2\n"
                                         "advisers;nothing;9;0,2\n"
                                         "advisers;loans;0,5;0\n"
                                         "advisers;loans;0,5;0,2\n"}});
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(
      Places(outcome.violations),
      ElementsAre("mean_effects.csv:2:3 MISSING_VALUE", "means.csv:2:4 PLAN_OVERLAPS_HISTORY",
                  "mean_effects.csv:3:1 UNKNOWN_MEAN", "mean_effects.csv:4:2 UNKNOWN_INDICATOR",
                  "mean_effects.csv:4:3 OUT_OF_RANGE", "mean_effects.csv:5:4 OUT_OF_RANGE",
                  "mean_effects.csv:6:1 DUPLICATE_ID"));
}

TEST(ImportTablesTest, AnAppendRestatesAnEffectAndAPlanByWhatWasSeen) {
  const ImportOutcome base =
      Import({{"means.csv", "unit;mean;period;value;planned\nn1;advisers;2026-03;3,5;yes\n"},
              {"mean_effects.csv", "mean;indicator;elasticity;sd\nadvisers;accounts;0,5;0,2\n"}});
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  const NamedTexts more = {
      {"means.csv", "unit;mean;period;value\nn1;advisers;2026-03;4\n"},
      {"mean_effects.csv", "mean;indicator;elasticity;sd\nadvisers;accounts;0,6;0,1\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(more),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  ASSERT_THAT(outcome.revision->means.effects, SizeIs(1));
  EXPECT_EQ(outcome.revision->means.effects[0].prior_mean, 0.6);
  EXPECT_THAT(outcome.revision->means.series[0].planned, ElementsAre(false));
}

TEST(ImportTablesTest, AMeanSaysOnceWhetherItAddsUpOverBranches) {
  const ImportOutcome outcome =
      Import({{"means.csv",
               "unit;mean;period;value;adds\nn1;hours;2026-01;35;non\nn2;hours;2026-01;35;\n"
               "n1;advisers;2026-01;4;oui\n"}});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(outcome.revision->means.unmoved, ElementsAre("hours"));
  const ImportOutcome wrong =
      Import({{"means.csv",
               "unit;mean;period;value;adds\nn1;hours;2026-01;35;non\nn2;hours;2026-01;35;oui\n"
               "n1;advisers;2026-01;4;perhaps\n"}});
  EXPECT_THAT(Places(wrong.violations),
              ElementsAre("means.csv:3:5 MEAN_ADDS_MISMATCH", "means.csv:4:5 UNKNOWN_VALUE"));
}

TEST(ImportTablesTest, AnAppendMakesTheImportedMeansLongerAndRestatesThemAgain) {
  const NamedTexts files = {
      {"perimeter.csv", "type;date;unit;receiver;share\ntransfer;2026-02;n1;n2;0,5\n"},
      {"means.csv", "unit;mean;period;value\nn1;advisers;2026-01;4\nn2;advisers;2026-01;2\n"}};
  const ImportOutcome base = Import(files);
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  EXPECT_EQ(base.revision->means.series[1].values[0], 4.0) << "two of n1 came";
  EXPECT_EQ(ImportedMeans(*base.revision).series[1].values[0], 2.0);
  const NamedTexts more = {
      {"means.csv", "unit;mean;period;value\nn1;advisers;2026-02;3\nn2;advisers;2026-02;5\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(more),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(outcome.revision->means.series[0].values, ElementsAre(2.0, 3.0));
  EXPECT_THAT(outcome.revision->means.series[1].values, ElementsAre(4.0, 5.0));
}

// Ten accounts of nord in January, four of them n2's; half of n2 goes to the south in March.
TEST(ImportTablesTest, AnAppendMakesTheImportedEliminationsLongerAndRestatesThemAgain) {
  const NamedTexts files = {
      {"units.csv", kSmallUnits},
      {"indicators.csv", kSmallIndicators},
      {"realisations.csv",
       "unit;indicator;period;value\nn1;accounts;2026-01;6\nn2;accounts;2026-01;4\n"
       "s1;accounts;2026-01;9\nn1;accounts;2026-02;6\nn2;accounts;2026-02;4\n"},
      {"perimeter.csv", "type;date;unit;receiver;share\ntransfer;2026-03;n2;s1;0,5\n"},
      {"eliminations.csv", "unit;indicator;period;value\nnord;accounts;2026-01;-5\n"},
      {"parent_totals.csv", "unit;indicator;period;value\nnord;accounts;2026-01;5\n"}};
  const ImportOutcome base = ImportTexts(files, kSmallMapping);
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  const auto cells = [](const sim::CreditTable& table) {
    std::vector<std::string> texts;
    for (const sim::CreditCell& cell : table.eliminations) {
      texts.push_back(absl::StrCat(cell.unit, " ", cell.period.ToString(), " ", cell.value));
    }
    return texts;
  };
  EXPECT_THAT(cells(base.revision->credit), ElementsAre("nord 2026-01 -4", "sud 2026-01 -1"));
  EXPECT_EQ(base.revision->credit.parent_totals[0].value, 4.0);
  EXPECT_THAT(cells(ImportedCredit(*base.revision)), ElementsAre("nord 2026-01 -5"));
  EXPECT_THAT(base.notes, Contains(HasSubstr("eliminations that follow branches to other units")));
  const NamedTexts more = {
      {"eliminations.csv", "unit;indicator;period;value\nnord;accounts;2026-02;-10\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(more),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(cells(outcome.revision->credit), ElementsAre("nord 2026-01 -4", "nord 2026-02 -8",
                                                           "sud 2026-01 -1", "sud 2026-02 -2"));
}

TEST(ImportTablesTest, KeepsTheTablesOfItsBaseInAnAppend) {
  const ImportOutcome base =
      Import({{"channels.csv", kChannels},
              {"channel_shares.csv", kShares},
              {"eliminations.csv", "unit;indicator;period;value\nnord;accounts;2026-01;-3\n"},
              {"means.csv", "unit;mean;period;value\nn1;advisers;2026-01;3,5\n"}});
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  const NamedTexts more = {
      {"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-03;9\n"},
      {"channel_shares.csv", "unit;unit_kind;channel;share\n;proximity;phone;0,25\n"},
      {"eliminations.csv", "unit;indicator;period;value\nnord;accounts;2026-03;-1\n"},
      {"means.csv", "unit;mean;period;value\nn1;advisers;2026-02;4\n"}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(more),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(outcome.revision->channels.shares, SizeIs(4));
  EXPECT_EQ(outcome.revision->channels.shares[0].share, 0.25) << "given again";
  EXPECT_THAT(outcome.revision->credit.eliminations, SizeIs(2));
  EXPECT_THAT(outcome.revision->means.series[0].values, ElementsAre(3.5, 4.0));
}

TEST(ImportTablesTest, LeavesARevisionWithoutTablesEmpty) {
  const ImportOutcome outcome = Import({});
  ASSERT_TRUE(outcome.revision.has_value());
  EXPECT_TRUE(outcome.revision->channels.empty());
  EXPECT_TRUE(outcome.revision->credit.empty());
  EXPECT_TRUE(outcome.revision->means.empty());
}

TEST(ImportScenarioTest, ReadsWhereLostSalesGo) {
  const ImportOutcome network =
      Import({{"channels.csv", kChannels}, {"channel_shares.csv", kShares}});
  ASSERT_TRUE(network.revision.has_value());
  const NamedTexts texts = {{"events.csv",
                             "id;start;effect;channel;transfers\n"
                             "signature;2026-07;-0,3;phone;agence=0,4 unit:s1=0,1\n"}};
  const ScenarioOutcome outcome =
      ImportScenario(FilesOf(texts), MappingOf("[scenario]\nid = s\n"), *network.revision);
  ASSERT_TRUE(outcome.scenario.has_value()) << outcome.violations.ToStatus();
  const sim::Event& event = outcome.scenario->events[0];
  EXPECT_FALSE(event.channel_share_ratio.has_value());
  EXPECT_THAT(event.transfers,
              ElementsAre(sim::LostSalesTransfer{.channel = "agence", .share = 0.4},
                          sim::LostSalesTransfer{.unit = "s1", .share = 0.1}));
}

TEST(ImportScenarioTest, RefusesUnknownChannelsAndBadTransfers) {
  const ImportOutcome network =
      Import({{"channels.csv", kChannels}, {"channel_shares.csv", kShares}});
  ASSERT_TRUE(network.revision.has_value());
  const NamedTexts texts = {{"events.csv",
                             "id;start;effect;channel;transfers\n"
                             "a;2026-07;-0,3;smoke;\n"
                             "b;2026-07;-0,3;phone;agence\n"
                             "c;2026-07;-0,3;phone;agence=0,8 unit:nord=0,3\n"}};
  const ScenarioOutcome outcome =
      ImportScenario(FilesOf(texts), MappingOf("[scenario]\nid = s\n"), *network.revision);
  EXPECT_FALSE(outcome.scenario.has_value());
  EXPECT_THAT(Reasons(outcome.violations),
              testing::UnorderedElementsAre("UNKNOWN_CHANNEL", "UNKNOWN_VALUE",
                                            "TRANSFERS_OVER_ONE", "NOT_A_LEAF"));
}

}  // namespace
}  // namespace jalon::server
