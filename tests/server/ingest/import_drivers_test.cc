// Drivers, scenarios and objectives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using sim::Period;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const sim::Driver& DriverOf(const ImportOutcome& outcome, absl::string_view id) {
  const sim::DriverTable& table = outcome.revision->drivers;
  return table.drivers[static_cast<size_t>(*table.Find(id))];
}

NamedTexts WithDrivers() {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back("driver_list.csv",
                     "id,label_fr,class,frequency,conversion\n"
                     "gdp,PIB,economic,quarter,linear\nrate,Livret A,regulatory,month,step\n");
  texts.emplace_back("drivers.csv",
                     "driver,period,value\nrate,2025-12,2.4\nrate,2026-01,1.7\nrate,2026-02,1.5\n");
  texts.emplace_back("elasticities.csv",
                     "driver,indicator,transform,lag,mean,sd,source\n"
                     "rate,accounts,level,2,0.3,0.1,essai\n");
  return texts;
}

constexpr char kGdpMapping[] =
    "[network]\nid = test\n"
    "[drivers]\nfile = gdp.csv\nperiod = {Date}\nvalue.gdp = {Real GDP growth}\n"
    "where = {Scenario Name} == Actual\n";

NamedTexts WithGdp() {
  NamedTexts texts = WithDrivers();
  texts.emplace_back("gdp.csv",
                     "Scenario Name,Date,Real GDP growth,Other\nActual,2025-09-30,1.1,\n"
                     "Actual,2025-12-31,1.2,7\nOther,2025-12-31,9,9\nActual,2026-03-31,,");
  return texts;
}

TEST(ImportDriversTest, ReadsLongAndSideBySideDrivers) {
  const ImportOutcome outcome = ImportTexts(WithGdp(), kGdpMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.drivers, 2);
  const sim::Driver& gdp = DriverOf(outcome, "gdp");
  EXPECT_EQ(gdp.frequency, sim::Frequency::kQuarter);
  EXPECT_EQ(gdp.first, Period::Quarter(2025, 3));
  EXPECT_THAT(gdp.values, ElementsAre(1.1, 1.2));
  EXPECT_EQ(gdp.quarter_rule, sim::QuarterRule::kLinear);
  EXPECT_THAT(DriverOf(outcome, "rate").values, ElementsAre(2.4, 1.7, 1.5));
  ASSERT_EQ(outcome.revision->drivers.priors.size(), 1u);
  EXPECT_EQ(outcome.revision->drivers.priors[0].lag, 2);
}

TEST(ImportDriversTest, HoldsRatesBetweenTheirChanges) {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back("livret.csv",
                     "date,rate\n1818-05-22,0.05\n2025-08-01,0.024\n2025-08-16,0.017\n"
                     "2025-10-01,0.015\n");
  const ImportOutcome outcome = ImportTexts(
      texts,
      "[network]\nid = test\n[drivers]\nfile = livret.csv\nperiod = {date}\nvalue.livret = {rate}\n"
      "duplicates = last\nhold = yes\nfirst_period = 1946-01\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Driver& livret = DriverOf(outcome, "livret");
  EXPECT_EQ(livret.first, Period::Month(2025, 8));
  EXPECT_THAT(livret.values, ElementsAre(0.017, 0.017, 0.015, 0.015, 0.015, 0.015, 0.015));
}

TEST(ImportDriversTest, RefusesBadDriversWithTheirPlaces) {
  NamedTexts texts = WithDrivers();
  texts[4].second =
      "driver,period,value\nrate,2025-12,2.4%\nrate,2026-01,1.7\nother,2026-01,1\n"
      "rate,2025-12,2.4%\nrate,2026-03,high\nrate,2026-Q1,1.5%\n";
  texts[5].second =
      "driver,indicator,transform,lag,mean,sd,source\nrate,accounts,level,2,0.3,-0.1,essai\n"
      "rate,profits,level,2,0.3,0.1,essai\nnone,accounts,log,99,0.3,0.1,\n";
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_FALSE(outcome.revision.has_value());
  const std::vector<std::string> places = Places(outcome.violations);
  EXPECT_THAT(places, Contains("drivers.csv:3:3 MIXED_PERCENT"));
  EXPECT_THAT(places, Contains("drivers.csv:4:1 UNKNOWN_DRIVER"));
  EXPECT_THAT(places, Contains("drivers.csv:5:2 DUPLICATE_CELL"));
  EXPECT_THAT(places, Contains("drivers.csv:6:3 TEXT_IN_NUMBER"));
  EXPECT_THAT(places, Contains("drivers.csv:7:2 MIXED_PERIOD_FORMATS"));
  EXPECT_THAT(places, Contains("elasticities.csv:2:6 NOT_POSITIVE"));
  EXPECT_THAT(places, Contains("elasticities.csv:3:2 UNKNOWN_INDICATOR"));
  EXPECT_THAT(places, Contains("elasticities.csv:4:4 OUT_OF_RANGE"));
  EXPECT_THAT(places, Contains("elasticities.csv:4:7 MISSING_SOURCE"));
}

TEST(ImportDriversTest, AppendsKeepAndExtendDrivers) {
  const ImportOutcome first = ImportTexts(WithGdp(), kGdpMapping);
  ASSERT_TRUE(first.revision.has_value());
  const NamedTexts more = {
      {"drivers.csv", "driver,period,value\nrate,2026-03,1.4\n"},
      {"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-03;20\n"}};
  const ImportOutcome second = ImportNetwork({.files = FilesOf(more),
                                              .mapping = MappingOf(kSmallMapping),
                                              .mode = ImportMode::kAppend,
                                              .base = &*first.revision});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  EXPECT_THAT(DriverOf(second, "rate").values, ElementsAre(2.4, 1.7, 1.5, 1.4));
  EXPECT_THAT(DriverOf(second, "gdp").values, ElementsAre(1.1, 1.2));
}

class ScenarioImportTest : public ::testing::Test {
 protected:
  ScenarioImportTest() : network_(ImportTexts(WithGdp(), kGdpMapping)) {}

  ScenarioOutcome Import(const NamedTexts& texts, absl::string_view mapping,
                         sim::StopToken stop = {}) {
    return ImportScenario(FilesOf(texts), MappingOf(mapping), *network_.revision, stop);
  }

  ImportOutcome network_;
};

TEST_F(ScenarioImportTest, MakesNothingWhenAskedToStop) {
  const std::atomic<bool> stop = true;
  const NamedTexts good = {{"paths.csv", "driver;period;value\nrate;2026-03;3,5\n"}};
  const absl::string_view mapping = "[scenario]\nid = up\n";
  EXPECT_TRUE(Import(good, mapping).scenario.has_value());
  EXPECT_FALSE(Import(good, mapping, sim::StopToken(&stop)).scenario.has_value());
}

TEST_F(ScenarioImportTest, ReadsQuarterlyPathsByTheDriversRule) {
  const ScenarioOutcome outcome =
      Import({{"adverse.csv",
               "Scenario Name,Date,Real GDP growth\nAdverse,2026-03-31,-11.6\n"
               "Adverse,2026-06-30,-8\n"}},
             "[scenario]\nid = adverse\nlabel = Choc\n[paths]\nfile = adverse.csv\n"
             "period = {Date}\nvalue.gdp = {Real GDP growth}\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.scenario->id, "adverse");
  ASSERT_EQ(outcome.scenario->drivers.size(), 1u);
  const sim::DriverAssumption& gdp = outcome.scenario->drivers[0];
  EXPECT_EQ(gdp.first, Period::Month(2026, 1));
  ASSERT_EQ(gdp.values.size(), 6u);
  // On the line from the last known quarter, 1.2.
  EXPECT_NEAR(gdp.values[0], (2 * -11.6 + 1.2) / 3, 1e-12);
  EXPECT_EQ(gdp.values[1], -11.6);
  EXPECT_NEAR(gdp.values[2], -11.6 + 3.6 / 3, 1e-12);
}

TEST_F(ScenarioImportTest, ReadsLongPathsAndEvents) {
  const ScenarioOutcome outcome = Import(
      {{"paths.csv",
        "driver,period,value,mode,moves_others\nrate,2026-03,-0.5,shift,yes\n"
        "rate,2026-04,-0.5,shift,yes\n"},
       {"events.csv",
        "id,label_fr,class,start,end,ramp,indicators,units,channel,channel_share,law,low,effect,"
        "high,history,in_baseline,source,assumption\n"
        "phone,Signature,regulatory,2027-01,,3,accounts loans,nord,phone,0.3,triangular,-0.4,-0.2,"
        "-0.1,absent,no,essai,yes\n"}},
      "[scenario]\nid = s\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.scenario->drivers[0].mode, sim::DriverAssumption::Mode::kShift);
  EXPECT_TRUE(outcome.scenario->drivers[0].moves_others);
  const sim::Event& event = outcome.scenario->events[0];
  EXPECT_THAT(event.indicators, ElementsAre("accounts", "loans"));
  EXPECT_EQ(event.effect.kind, sim::EffectLaw::Kind::kTriangular);
  EXPECT_EQ(event.effect.low, -0.4);
  EXPECT_EQ(event.channel_share_ratio, 0.3);
  EXPECT_FALSE(event.in_baseline);
}

TEST_F(ScenarioImportTest, RefusesBadEventsAndPathsWithTheirLines) {
  const ScenarioOutcome outcome = Import(
      {{"paths.csv", "driver,period,value\nnone,2026-03,1\n"},
       {"events.csv", "id,start,effect,indicators\na,2027-01,-2,accounts\nb,soon,0.1,profits\n"}},
      "[scenario]\nid = s\n");
  const std::vector<std::string> places = Places(outcome.violations);
  EXPECT_THAT(places, Contains("paths.csv:2:1 UNKNOWN_DRIVER"));
  EXPECT_THAT(places, Contains("events.csv:2:3 EFFECT_TOO_LOW"));
  EXPECT_THAT(places, Contains("events.csv:3:2 BAD_PERIOD"));
  EXPECT_THAT(places, Contains("events.csv:3:4 UNKNOWN_INDICATOR"));
  EXPECT_FALSE(outcome.scenario.has_value());
}

NamedTexts WithDerived(const std::string& columns, const std::string& row) {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back("driver_list.csv", "id;" + columns + "\nestr;" + std::string(9, ';') +
                                            "\ninflation;" + std::string(9, ';') + "\n" + row +
                                            "\n");
  std::string values = "driver;period;value\n";
  for (int month = 1; month <= 9; ++month) {
    values += "estr;2025-0" + std::to_string(month) + ";2,0\n";
    values += "inflation;2025-0" + std::to_string(month) + ";0,87\n";
  }
  texts.emplace_back("drivers.csv", values);
  return texts;
}

constexpr char kDerivedColumns[] =
    "formula;rounding;floor;cap;effective_months;announcement_lag;deviation_probability;"
    "deviation_law;deviation_low;deviation";

TEST(ImportDriversTest, ComputesTheHistoryOfADerivedDriver) {
  const ImportOutcome outcome = ImportTexts(
      WithDerived(
          kDerivedColumns,
          "livret;0.5 * (mean(inflation, 6) + mean(estr, 6));0,1;0,5;;2 8;2;0,25;fixed;;0,1"),
      kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Driver& livret = DriverOf(outcome, "livret");
  ASSERT_TRUE(livret.derived.has_value());
  EXPECT_FALSE(livret.derived->has_own_history);
  EXPECT_EQ(livret.derived->deviation.probability, 0.25);
  EXPECT_EQ(livret.derived->deviation.size, 0.1);
  EXPECT_THAT(livret.derived->effective_months, ElementsAre(2, 8));
  // January to June decide August: (0.87 + 2) / 2 is 1.4 to the tenth; the inputs reach September,
  // which with the lag is November.
  EXPECT_EQ(livret.first, Period::Month(2025, 8));
  EXPECT_THAT(livret.values, ElementsAre(1.4, 1.4, 1.4, 1.4));
}

TEST(ImportDriversTest, ListsWhatIsWrongWithDerivedDriversAtOnce) {
  const ImportOutcome outcome = ImportTexts(
      WithDerived(kDerivedColumns,
                  "a;b + nothing;;;;;;;;;\nb;a;;;;;;;;;\nc;estr +;-1;2;1;8 13;30;2;wild;;\n"
                  "d;;0,1;;;;;;;;"),
      kSmallMapping);
  const std::vector<std::string> places = Places(outcome.violations);
  for (const char* place :
       {"driver_list.csv:4:2 UNKNOWN_DRIVER", "driver_list.csv:6:2 BAD_FORMULA",
        "driver_list.csv:6:3 NOT_POSITIVE", "driver_list.csv:6:4 FLOOR_NOT_BELOW_CAP",
        "driver_list.csv:6:6 OUT_OF_RANGE", "driver_list.csv:6:7 OUT_OF_RANGE",
        "driver_list.csv:6:8 OUT_OF_RANGE", "driver_list.csv:6:9 UNKNOWN_VALUE",
        "driver_list.csv:7:3 MISSING_VALUE"}) {
    EXPECT_THAT(places, Contains(place));
  }
  EXPECT_FALSE(outcome.revision.has_value());
}

TEST(ImportDriversTest, NamesACycleOfFormulas) {
  const ImportOutcome outcome = ImportTexts(
      WithDerived(kDerivedColumns, "a;lag(b, 1);;;;;;;;;\nb;a;;;;;;;;;"), kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), Contains("driver_list.csv:4:2 CYCLE"));
}

TEST(ImportDriversTest, ComputesADerivedHistoryAgainWhenItsInputsGrow) {
  const NamedTexts texts = WithDerived(kDerivedColumns, "twice;2 * estr;;;;;;;;;");
  const ImportOutcome first = ImportTexts(texts, kSmallMapping);
  ASSERT_THAT(Places(first.violations), IsEmpty());
  const NamedTexts more = {
      {"realisations.csv", "unit;indicator;period;value\nn1;loans;2026-03;5\n"},
      {"drivers.csv", "driver;period;value\nestr;2025-10;3,0\n"}};
  const ImportOutcome second = ImportNetwork({.files = FilesOf(more),
                                              .mapping = MappingOf(kSmallMapping),
                                              .mode = ImportMode::kAppend,
                                              .base = &*first.revision});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  EXPECT_EQ(DriverOf(second, "twice").values.size(), 10u);
  EXPECT_EQ(DriverOf(second, "twice").values.back(), 6.0);
}

class ObjectivesImportTest : public ::testing::Test {
 protected:
  ObjectivesImportTest() : network_(ImportTexts(SmallNetwork(), kSmallMapping)) {}

  ObjectivesOutcome Import(const std::string& text, absl::string_view mapping = kSmallMapping,
                           sim::StopToken stop = {}) {
    const NamedTexts texts = {{"objectifs.csv", text}};
    return ImportObjectives(FilesOf(texts), MappingOf(mapping), *network_.revision, stop);
  }

  ImportOutcome network_;
};

TEST_F(ObjectivesImportTest, ReadsLongObjectivesWithoutAMapping) {
  const ObjectivesOutcome outcome = Import(
      "unit;indicator;window;value;reason;pinned\nn1;loans;2026;1 500,5;navette;oui\n"
      "nord;accounts;2026-01..2026-06;80;;\nn2;loans;2026;;;\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  ASSERT_EQ(outcome.objectives.size(), 2u);
  EXPECT_EQ(outcome.objectives[0].indicator, "accounts");
  EXPECT_EQ(outcome.objectives[0].ticks, 80);
  EXPECT_EQ(outcome.objectives[1].ticks, 3001);
  EXPECT_EQ(outcome.objectives[1].reason, "navette");
  EXPECT_TRUE(outcome.objectives[1].pinned);
  EXPECT_EQ(outcome.objectives[1].segment, "all");
  EXPECT_EQ(outcome.empty_cells, 1);
}

TEST_F(ObjectivesImportTest, MakesNothingWhenAskedToStop) {
  const std::atomic<bool> stop = true;
  const std::string good = "unit;indicator;window;value\nn1;accounts;2026;80\n";
  EXPECT_EQ(Import(good).objectives.size(), 1u);
  EXPECT_TRUE(Import(good, kSmallMapping, sim::StopToken(&stop)).objectives.empty());
}

TEST_F(ObjectivesImportTest, ReadsIndicatorsSideBySide) {
  const ObjectivesOutcome outcome =
      Import("agence,comptes,credits\nn1,10,20\nn2,11,\n",
             "[network]\nid = test\n[objectives]\nfile = objectifs.csv\nunit = {agence}\n"
             "window = 2027\nvalue.accounts = {comptes}\nvalue.loans = {credits}\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.objectives.size(), 3u);
  EXPECT_EQ(outcome.empty_cells, 1);
}

TEST_F(ObjectivesImportTest, ReadsChangesFromTheRowAndFromTheirTable) {
  const NamedTexts texts = {
      {"objectifs.csv",
       "unit;indicator;window;value;changed_on;old_value;change_reason\n"
       "n1;accounts;2026;90;2026-06-30;100;navette\nn2;accounts;2026;50;;;\n"},
      {"objective_changes.csv",
       "unit;indicator;window;changed_on;old_value;reason\n"
       "n1;accounts;2026;2026-03-15;110;fusion\n"}};
  const ObjectivesOutcome outcome =
      ImportObjectives(FilesOf(texts), MappingOf(kSmallMapping), *network_.revision);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  ASSERT_EQ(outcome.objectives.size(), 2u);
  EXPECT_THAT(outcome.objectives[0].changes,
              ElementsAre(sim::ObjectiveChange{"2026-03-15", 110, "fusion"},
                          sim::ObjectiveChange{"2026-06-30", 100, "navette"}));
  EXPECT_THAT(outcome.objectives[1].changes, IsEmpty());
}

TEST_F(ObjectivesImportTest, RefusesChangesOfNothingAndOnDaysThatDoNotExist) {
  const NamedTexts texts = {
      {"objectifs.csv",
       "unit;indicator;window;value;changed_on;old_value\nn1;accounts;2026;90;2026-02-30;100\n"
       "n2;accounts;2026;90;2026-02-03;\n"},
      {"objective_changes.csv",
       "unit;indicator;window;changed_on;old_value\ns1;accounts;2026;2026-03-15;110\n"
       "n1;accounts;2026;2026-03-15;1,5\n"}};
  const ObjectivesOutcome outcome =
      ImportObjectives(FilesOf(texts), MappingOf(kSmallMapping), *network_.revision);
  const std::vector<std::string> places = Places(outcome.violations);
  EXPECT_THAT(places, Contains("objectifs.csv:2:5 BAD_DATE"));
  EXPECT_THAT(places, Contains("objectifs.csv:3:6 MISSING_VALUE"));
  EXPECT_THAT(places, Contains("objective_changes.csv:2:1 UNKNOWN_OBJECTIVE"));
  EXPECT_THAT(places, Contains("objective_changes.csv:3:5 NOT_A_ROUNDING_STEP"));
}

TEST_F(ObjectivesImportTest, ReportsEveryBadRow) {
  const ObjectivesOutcome outcome = Import(
      "unit;indicator;window;value\n"
      "n9;accounts;2026;1\n"
      "n1;profits;2026;1\n"
      "n1;accounts;soon;1\n"
      "n1;accounts;1990;1\n"
      "n1;accounts;2050;1\n"
      "n1;accounts;2026-Q1;1\n"
      "n1;accounts;2026;1,5\n"
      "n1;accounts;2026;beaucoup\n"
      "n1;loans;2026;10\n"
      "n1;loans;2026;11\n");
  EXPECT_TRUE(outcome.objectives.empty());
  const std::vector<std::string> places = Places(outcome.violations);
  EXPECT_THAT(places, Contains("objectifs.csv:2:1 UNKNOWN_UNIT"));
  EXPECT_THAT(places, Contains("objectifs.csv:3:2 UNKNOWN_INDICATOR"));
  EXPECT_THAT(places, Contains("objectifs.csv:4:3 BAD_WINDOW"));
  EXPECT_THAT(places, Contains("objectifs.csv:5:3 UNKNOWN_PERIOD"));
  EXPECT_THAT(places, Contains("objectifs.csv:6:3 UNKNOWN_PERIOD"));
  EXPECT_THAT(places, Contains("objectifs.csv:7:3 BAD_WINDOW"));
  EXPECT_THAT(places, Contains("objectifs.csv:8:4 NOT_A_ROUNDING_STEP"));
  EXPECT_THAT(places, Contains("objectifs.csv:9:4 TEXT_IN_NUMBER"));
  EXPECT_THAT(places, Contains("objectifs.csv:11:1 DUPLICATE"));
  EXPECT_EQ(places.size(), 9u);
}

}  // namespace
}  // namespace jalon::server
