#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "server/ingest/import.h"
#include "server/ingest/table_reader.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using sim::Period;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

double At(const sim::Revision& revision, absl::string_view unit, absl::string_view indicator,
          Period period, absl::string_view segment = "all") {
  const sim::Network& network = revision.network;
  const std::optional<int> row = revision.realisations.Find(
      {*network.FindIndicator(indicator), *network.FindUnit(unit), *network.FindSegment(segment)});
  return row.has_value() ? revision.realisations.at(*row, period) : -1;
}

TEST(ImportNetworkTest, ReadsJalonsOwnLayoutInFrench) {
  const ImportOutcome outcome = ImportTexts(SmallNetwork(), kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(revision.network.unit_count(), 6);
  EXPECT_EQ(revision.network.unit(*revision.network.FindUnit("s1")).label_fr, "Nîmes");
  EXPECT_EQ(At(revision, "n1", "loans", Period::Month(2026, 1)), 1234.5);
  EXPECT_EQ(At(revision, "n1", "accounts", Period::Month(2026, 2)), 0);
  EXPECT_TRUE(std::isnan(At(revision, "n2", "accounts", Period::Month(2026, 2))));
  EXPECT_EQ(outcome.counts.series, 4);
  EXPECT_EQ(outcome.counts.periods, 2);
  EXPECT_EQ(outcome.counts.values, 5);
  EXPECT_EQ(outcome.counts.zeros, 1);
  EXPECT_EQ(outcome.counts.missing, 3);
  EXPECT_EQ(revision.network.indicator(1).rounding_step, 0.5);
}

TEST(ImportNetworkTest, EchoesTheDialectOfEachFile) {
  const ImportOutcome outcome = ImportTexts(SmallNetwork(), kSmallMapping);
  ASSERT_EQ(outcome.files.size(), 3u);
  EXPECT_EQ(outcome.files[2].read_as, "read as fr: ';' and ',', utf-8, periods YYYY-MM");
  EXPECT_EQ(outcome.files[2].rows, 5);
  EXPECT_EQ(outcome.files[1].read_as, "read as ';' without decimals, utf-8");
}

TEST(ImportNetworkTest, TakesTheMappingFromTheManifestOfAFolder) {
  NamedTexts texts = SmallNetwork();
  texts.emplace_back("manifest.txt", "[network]\nid = folder\ncurrency = CHF\n");
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(texts)});
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.revision->network.id(), "folder");
  EXPECT_EQ(outcome.revision->network.spec().currency, "CHF");
  texts.back().second = "[network]\ncolour = red\n";
  EXPECT_THAT(Places(ImportNetwork({.files = FilesOf(texts)}).violations),
              ElementsAre("manifest.txt:2:0 UNKNOWN_KEY"));
}

TEST(ImportNetworkTest, TheOrderOfRowsDoesNotMatter) {
  const ImportOutcome outcome = ImportTexts(SmallNetwork(), kSmallMapping);
  const ImportOutcome shuffled = ImportTexts(SmallNetworkWith("realisations.csv",
                                                              "unit;indicator;period;value\n"
                                                              "s1;accounts;2026-02;3\n"
                                                              "n1;loans;2026-01;1 234,5\n"
                                                              "n2;accounts;2026-01;7\n"
                                                              "n1;accounts;2026-02;0\n"
                                                              "n1;accounts;2026-01;12\n"),
                                             kSmallMapping);
  ASSERT_TRUE(shuffled.revision.has_value());
  EXPECT_EQ(shuffled.revision->realisations, outcome.revision->realisations);
  EXPECT_EQ(shuffled.revision->network, outcome.revision->network);
}

TEST(ImportNetworkTest, ReportsEveryBadRowAtOnceWithFileLineAndColumn) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("realisations.csv",
                                   "unit;indicator;period;value\n"
                                   "n1;accounts;2026-01;12\n"
                                   "n9;accounts;2026-01;1\n"      // unknown unit
                                   "n1;accounts;2026-01;13\n"     // given twice
                                   "n2;accounts;2026-01;NaN\n"    // not finite
                                   "n2;accounts;2026-02;inf\n"    // not finite
                                   "n2;accounts;2026-03;douze\n"  // text
                                   "n2;accounts;2026-04;-3\n"     // negative
                                   "n2;accounts;2026-05;1,5\n"    // not whole
                                   "n2;loans;2026-01;2.5\n"       // other dialect
                                   "n2;loans;2026-02;2,75\n"
                                   "n2;profits;2026-01;1\n"    // unknown indicator
                                   "n2;loans;janvier;1\n"      // no period
                                   "n2;loans;2026;1\n"         // a year
                                   "n2;loans;01/03/2026;1\n"   // another format
                                   "n2;loans\n"                // cut off
                                   "nord;loans;2026-01;5\n"),  // not a branch
                  kSmallMapping);
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(
      Places(outcome.violations),
      ElementsAre("realisations.csv:3:1 UNKNOWN_UNIT", "realisations.csv:5:4 NOT_FINITE",
                  "realisations.csv:6:4 NOT_FINITE", "realisations.csv:7:4 TEXT_IN_NUMBER",
                  "realisations.csv:8:4 NEGATIVE", "realisations.csv:9:4 NOT_WHOLE",
                  "realisations.csv:10:4 MIXED_DIALECT", "realisations.csv:12:2 UNKNOWN_INDICATOR",
                  "realisations.csv:13:3 BAD_PERIOD", "realisations.csv:14:3 WRONG_FREQUENCY",
                  "realisations.csv:15:3 MIXED_PERIOD_FORMATS",
                  "realisations.csv:16:0 WRONG_CELL_COUNT", "realisations.csv:17:1 NOT_A_LEAF",
                  "realisations.csv:4:4 DUPLICATE_CELL"));
}

TEST(ImportNetworkTest, OneBadRowReportsAllItsProblems) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("realisations.csv", "unit;indicator;period;value\nn9;profits;never;lots\n"),
      kSmallMapping);
  EXPECT_THAT(Reasons(outcome.violations),
              ElementsAre("BAD_PERIOD", "UNKNOWN_UNIT", "UNKNOWN_INDICATOR", "TEXT_IN_NUMBER",
                          "NO_VALUES"));
}

TEST(ImportNetworkTest, RefusesCyclesTwoRootsAndUnknownParentsWithTheirLines) {
  const ImportOutcome cycle = ImportTexts(
      SmallNetworkWith("units.csv",
                       "id;parent;level\nsiege;;network\na;b;region\nb;a;region\nn1;siege;region\n"
                       "n2;siege;region\ns1;siege;region\n"),
      kSmallMapping);
  EXPECT_THAT(Places(cycle.violations), Contains("units.csv:3:2 CYCLE"));
  const ImportOutcome roots = ImportTexts(
      SmallNetworkWith("units.csv",
                       "id;parent;level\nsiege;;network\nautre;;network\nn1;siege;branch\n"
                       "n2;ailleurs;branch\ns1;autre;branch\n"),
      kSmallMapping);
  EXPECT_THAT(Places(roots.violations), Contains("units.csv:3:2 SECOND_ROOT"));
  EXPECT_THAT(Places(roots.violations), Contains("units.csv:5:2 UNKNOWN_PARENT"));
}

TEST(ImportNetworkTest, RefusesUnitsDeclaredTwice) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("units.csv", std::string(kSmallUnits) + "n1;sud;branch;Encore;\n"),
      kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), Contains("units.csv:8:1 DUPLICATE_ID"));
}

TEST(ImportNetworkTest, RefusesLabelsOfTwoThousandCharacters) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("units.csv", std::string(kSmallUnits) + "s2;sud;branch;" +
                                                    std::string(2000, 'x') + ";\n"),
                  kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), ElementsAre("units.csv:8:4 TOO_LONG"));
  EXPECT_LE(outcome.violations.kept()[0].value.size(), 200u);
}

TEST(ImportNetworkTest, RefusesPersonalDataInAnyColumnWithoutRepeatingIt) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("units.csv",
                                   "id;parent;level;compte\nsiege;;network;\n"
                                   "n1;siege;branch;FR1420041010050500013M02606\nn2;siege;branch;\n"
                                   "s1;siege;branch;\n"),
                  kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), Contains("units.csv:3:4 PERSONAL_DATA"));
  for (const sim::Violation& violation : outcome.violations.kept()) {
    EXPECT_THAT(violation.message, testing::Not(HasSubstr("FR14")));
  }
}

TEST(ImportNetworkTest, AColumnOfPhoneLikeCodesCanBeExcused) {
  const std::string units =
      "id,parent,level,code\nsiege,,network,\nn1,siege,branch,0612345678\n"
      "n2,siege,branch,0612345679\ns1,siege,branch,0612345670\n";
  EXPECT_THAT(Reasons(ImportTexts(SmallNetworkWith("units.csv", units), kSmallMapping).violations),
              Contains("PERSONAL_DATA"));
  const std::string mapping =
      std::string(kSmallMapping) + "[units]\nfile = units.csv\nnot_personal = code\n";
  EXPECT_THAT(Reasons(ImportTexts(SmallNetworkWith("units.csv", units), mapping).violations),
              IsEmpty());
}

TEST(ImportNetworkTest, RefusesEmptyMissingAndUnknownFiles) {
  EXPECT_THAT(
      Places(ImportTexts(SmallNetworkWith("realisations.csv", ""), kSmallMapping).violations),
      Contains("realisations.csv:0:0 EMPTY_FILE"));
  EXPECT_THAT(
      Places(ImportTexts(SmallNetworkWith("driver.csv", "a,b\n1,2\n"), kSmallMapping).violations),
      ElementsAre("driver.csv:0:0 UNKNOWN_FILE"));
  EXPECT_THAT(
      Places(ImportTexts(SmallNetwork(), std::string(kSmallMapping) + "[drivers]\nfile = gdp.csv\n")
                 .violations),
      ElementsAre("test.map:4:0 MISSING_FILE"));
}

TEST(ImportNetworkTest, RefusesAFileThatMixesDialects) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("realisations.csv",
                       "unit;indicator;period;value\nn1;loans;2026-01;1,5\nn1;loans;2026-02;2,5\n"
                       "n2;loans;2026-01;1.5\n"),
      kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:4:4 MIXED_DIALECT"));
  EXPECT_THAT(outcome.violations.kept()[0].rule, HasSubstr("','"));
}

TEST(ImportNetworkTest, RefusesToGuessWhatOneCommaMeansUnlessDeclared) {
  const NamedTexts texts =
      SmallNetworkWith("realisations.csv", "unit;indicator;period;value\nn1;loans;2026-01;1,234\n");
  EXPECT_THAT(Places(ImportTexts(texts, kSmallMapping).violations),
              Contains("realisations.csv:2:4 AMBIGUOUS_NUMBERS"));
  const std::string declared =
      std::string(kSmallMapping) + "[realisations]\nfile = realisations.csv\nnumbers = ";
  const ImportOutcome english = ImportTexts(texts, declared + "en\n");
  EXPECT_EQ(At(*english.revision, "n1", "loans", Period::Month(2026, 1)), 1234);
  const ImportOutcome french = ImportTexts(texts, declared + "fr\n");
  EXPECT_EQ(At(*french.revision, "n1", "loans", Period::Month(2026, 1)), 1.234);
}

TEST(ImportNetworkTest, RefusesSeriesWhoseSixtyFourBitIdsCollide) {
  const NamedTexts texts = SmallNetwork();
  const ImportOutcome outcome = ImportNetwork(
      {.files = FilesOf(texts),
       .mapping = MappingOf(kSmallMapping),
       .series_hash = [](absl::string_view unit, absl::string_view, absl::string_view) {
         return unit == "n1" || unit == "n2" ? uint64_t{7} : uint64_t{8};
       }});
  EXPECT_FALSE(outcome.revision.has_value());
  ASSERT_THAT(Reasons(outcome.violations), Contains("ID_COLLISION"));
  const std::string message = outcome.violations.kept()[0].message;
  EXPECT_THAT(message, HasSubstr("n1/all"));
}

TEST(ImportNetworkTest, RefusesKindsOfLaterVersionsByName) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("indicators.csv", "id;kind\naccounts;count\nloans;option\n"), kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), Contains("indicators.csv:3:2 UNKNOWN_VALUE"));
  EXPECT_THAT(
      outcome.violations.kept()[0].rule,
      HasSubstr("must be one of count, amount, net_flow, stock, ratio, derived in this version"));
}

TEST(ImportNetworkTest, ReadsWideFilesWithPeriodsInColumns) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("realisations.csv",
                       "agence,nom,2026-01,2026-02,2026-03\nn1,Lille,1,2,3\nn2,Amiens,4,n/a,6\n"),
      std::string(kSmallMapping) +
          "[realisations]\nfile = realisations.csv\ncolumns = {p}\nperiod = {p}\n"
          "unit = {agence}\nindicator = accounts\nmissing = n/a\nwhere = {nom} != Nulle part\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(At(*outcome.revision, "n2", "accounts", Period::Month(2026, 3)), 6);
  EXPECT_TRUE(std::isnan(At(*outcome.revision, "n2", "accounts", Period::Month(2026, 2))));
}

TEST(ImportNetworkTest, AColumnThatIsNoPeriodIsRefusedInAWideFile) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("realisations.csv", "agence,2026-01,total\nn1,1,1\n"),
                  std::string(kSmallMapping) +
                      "[realisations]\nfile = realisations.csv\ncolumns = {p}\nperiod = {p}\n"
                      "unit = {agence}\nindicator = accounts\n");
  EXPECT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:1:3 BAD_PERIOD"));
}

constexpr char kSeriesInColumns[] =
    "[network]\nid = tourism\nids = make\nroot = T\n"
    "[indicator trips]\nkind = amount\nmeasure = count\n"
    "[realisations]\nfile = data.csv\ncolumns = {s:1}{z:1}{r:1}{p:3}\nother_columns = ignore\n"
    "period = {#1}\nlevel.state = {s}\nlevel.zone = {s}{z}\nlevel.region = {s}{z}{r}\n"
    "segment = {p}\n";

TEST(ImportNetworkTest, ReadsSeriesInColumnsByTheirHeadings) {
  const ImportOutcome outcome = ImportTexts(
      {{"data.csv",
        ",TotalAll,AAll,AABHol,AABVis,BAAHol\n1998-01-01,10,9,1,2.5,3\n1998-02-01,8,7,4,5,6\n"}},
      kSeriesInColumns);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(At(revision, "AAB", "trips", Period::Month(1998, 1), "Vis"), 2.5);
  EXPECT_EQ(At(revision, "BAA", "trips", Period::Month(1998, 2), "Hol"), 6);
  EXPECT_EQ(revision.network.unit(0).id, "T");
  EXPECT_EQ(revision.network.depth_count(), 4);
  EXPECT_EQ(outcome.counts.segments, 3);
  EXPECT_EQ(outcome.files[0].ignored_columns, 2);
}

TEST(ImportNetworkTest, LeavesOutColumnsByPartsOfTheirHeadings) {
  const ImportOutcome outcome =
      ImportTexts({{"data.csv", ",TotalAll,AABAll,AABHol,AABVis\n1998-01-01,9,3,1,2\n"}},
                  std::string(kSeriesInColumns) + "where = {p} != All\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 2);
  EXPECT_EQ(outcome.files[0].ignored_columns, 2);
  EXPECT_EQ(outcome.files[0].filtered_rows, 0);
}

TEST(ImportNetworkTest, AFilterIsOfRowsOrOfColumns) {
  const ImportOutcome outcome =
      ImportTexts({{"data.csv", ",AABHol\n1998-01-01,1\n"}},
                  std::string(kSeriesInColumns) + "where = {p}{#1} != All\n");
  EXPECT_THAT(Reasons(outcome.violations), Contains("BAD_TEMPLATE"));
}

TEST(ImportNetworkTest, OtherColumnsAreRefusedUnlessTheMappingIgnoresThem) {
  std::string strict = kSeriesInColumns;
  strict.erase(strict.find("other_columns = ignore\n"), 23);
  const ImportOutcome outcome =
      ImportTexts({{"data.csv", ",TotalAll,AABHol\n1998-01-01,10,1\n"}}, strict);
  EXPECT_THAT(Places(outcome.violations), Contains("data.csv:1:2 UNMATCHED_COLUMN"));
}

constexpr char kLevelsMapping[] =
    "[network]\nid = berka\nlabel = Banque\ncurrency = CZK\nids = make\nroot = bank\n"
    "[indicator accounts]\nkind = count\n[indicator amount]\nkind = amount\n"
    "[realisations]\nfile = panel.csv\nperiod = {month}\nlevel.region = {region}\n"
    "level.district = {id}\nlevel.district.label = {district}\n"
    "value.accounts = {opened}\nvalue.amount = {czk}\n";

TEST(ImportNetworkTest, BuildsTheTreeFromLevelColumns) {
  const ImportOutcome outcome =
      ImportTexts({{"panel.csv",
                    "id,district,region,month,opened,czk\n1,Hl.m. Praha,Prague,1993-01,10,0\n"
                    "2,Benešov,central Bohemia,1993-01,3,2500.5\n"}},
                  kLevelsMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(network.unit(*network.FindUnit("2")).parent, "central-Bohemia");
  EXPECT_EQ(network.unit(*network.FindUnit("central-Bohemia")).label_fr, "central Bohemia");
  EXPECT_EQ(network.unit(*network.FindUnit("2")).label_fr, "Benešov");
  EXPECT_EQ(network.unit(0).id, "bank");
  EXPECT_EQ(network.spec().currency, "CZK");
  EXPECT_EQ(At(*outcome.revision, "2", "amount", Period::Month(1993, 1)), 2500.5);
}

TEST(ImportNetworkTest, RefusesUnitsThatChangeParentsOrLevels) {
  const ImportOutcome outcome = ImportTexts(
      {{"panel.csv",
        "id,district,region,month,opened,czk\n1,A,North,1993-01,1,1\n1,A,South,1993-02,1,1\n"
        "North,B,South,1993-01,1,1\n"}},
      kLevelsMapping);
  EXPECT_THAT(Places(outcome.violations),
              ElementsAre("panel.csv:3:1 TWO_PARENTS", "panel.csv:4:1 DUPLICATE_ID"));
}

TEST(ImportNetworkTest, RefusesLabelsThatGiveOneId) {
  const ImportOutcome outcome =
      ImportTexts({{"panel.csv",
                    "id,district,region,month,opened,czk\n1,A,North East,1993-01,1,1\n"
                    "2,B,North-East,1993-01,1,1\n"}},
                  kLevelsMapping);
  EXPECT_THAT(Places(outcome.violations), Contains("panel.csv:3:3 ID_COLLISION"));
}

TEST(ImportNetworkTest, AddsDuplicatesUpOnlyWhenDeclared) {
  const std::string rows =
      "unit,indicator,period,value\nn1,accounts,2026-01,1\nn1,accounts,2026-01,2\n";
  const ImportOutcome refused =
      ImportTexts(SmallNetworkWith("realisations.csv", rows), kSmallMapping);
  EXPECT_THAT(Places(refused.violations), ElementsAre("realisations.csv:3:4 DUPLICATE_CELL"));
  const ImportOutcome summed = ImportTexts(
      SmallNetworkWith("realisations.csv", rows),
      std::string(kSmallMapping) + "[realisations]\nfile = realisations.csv\nduplicates = sum\n");
  ASSERT_TRUE(summed.revision.has_value());
  EXPECT_EQ(At(*summed.revision, "n1", "accounts", Period::Month(2026, 1)), 3);
}

constexpr char kStockMapping[] =
    "[network]\nid = coops\ninfer_closed = yes\ninfer_opened = yes\n"
    "[indicator members]\nkind = net_flow\nmeasure = count\ndifference = yes\n"
    "report_jumps = 0.2\n"
    "[realisations]\nfile = m.csv\nperiod = {Periodo}\nlevel.coop = {CNPJ}\n"
    "value.members = {Total}\n";

TEST(ImportNetworkTest, TakesDifferencesOfLevelsAndReportsJumps) {
  const ImportOutcome outcome =
      ImportTexts({{"m.csv",
                    "CNPJ;Total;Periodo\n01;100;2020-01-01\n01;110;2020-02-01\n01;150;2020-03-01\n"
                    "01;149;2020-04-01\n"
                    "02;50;2020-01-01\n02;49;2020-02-01\n"
                    "03;10;2020-03-01\n03;11;2020-04-01\n"}},
                  kStockMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(revision.realisations.first(), Period::Month(2020, 2));
  EXPECT_EQ(At(revision, "01", "members", Period::Month(2020, 2)), 10);
  EXPECT_EQ(At(revision, "01", "members", Period::Month(2020, 4)), -1);
  EXPECT_EQ(outcome.counts.jumps, 1);
  ASSERT_EQ(outcome.jumps.size(), 1u);
  EXPECT_EQ(outcome.jumps[0].before, 110);
  EXPECT_EQ(outcome.jumps[0].after, 150);
  const sim::Network& network = revision.network;
  EXPECT_EQ(network.unit(*network.FindUnit("02")).closed, Period::Month(2020, 3));
  EXPECT_EQ(network.unit(*network.FindUnit("03")).opened, Period::Month(2020, 3));
  EXPECT_FALSE(network.unit(*network.FindUnit("01")).closed.has_value());
}

TEST(ImportNetworkTest, DifferencesNeedANetFlow) {
  std::string mapping = kStockMapping;
  mapping.replace(mapping.find("net_flow"), 8, "count");
  const ImportOutcome outcome =
      ImportTexts({{"m.csv", "CNPJ;Total;Periodo\n01;100;2020-01-01\n02;1;2020-01-01\n"}}, mapping);
  EXPECT_THAT(Reasons(outcome.violations), Contains("DIFFERENCE_NEEDS_NET_FLOW"));
}

TEST(ImportNetworkTest, MultipliesFilesInThousands) {
  const ImportOutcome outcome = ImportTexts(
      {{"units.csv", kSmallUnits}, {"realisations.csv", "unit;period;value\nn1;2026-01;1,5\n"}},
      std::string(kSmallMapping) + "[indicator loans]\nkind = amount\nmultiply = 1000\n");
  ASSERT_TRUE(outcome.revision.has_value());
  EXPECT_EQ(At(*outcome.revision, "n1", "loans", Period::Month(2026, 1)), 1500);
}

TEST(ImportNetworkTest, RefusesSegmentsInsideSegmentsOfOneSeries) {
  NamedTexts texts =
      SmallNetworkWith("realisations.csv",
                       "unit,segment,indicator,period,value\nn1,all,accounts,2026-01,3\n"
                       "n1,young,accounts,2026-01,1\n");
  EXPECT_THAT(Reasons(ImportTexts(texts, kSmallMapping).violations),
              ElementsAre("OVERLAPPING_SEGMENTS"));
}

TEST(ImportNetworkTest, DeclaredSegmentsAreTheOnlyOnes) {
  NamedTexts texts =
      SmallNetworkWith("realisations.csv",
                       "unit,segment,indicator,period,value\nn1,young,accounts,2026-01,3\n"
                       "n1,old,accounts,2026-01,1\n");
  texts.emplace_back("segments.csv", "id,label_fr\nyoung,Jeunes\n");
  const ImportOutcome outcome = ImportTexts(texts, kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:3:2 UNKNOWN_SEGMENT"));
}

TEST(ImportNetworkTest, RefusesValuesWhereAnIndicatorDoesNotApply) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("indicators.csv",
                                   "id,kind,unit_kinds\naccounts,count,proximity\n"
                                   "loans,amount,\n"),
                  kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:5:1 NOT_APPLICABLE"));
}

TEST(ImportNetworkTest, LeavesOutPeriodsOutsideTheMappingAndCountsThem) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetwork(), std::string(kSmallMapping) +
                          "[realisations]\nfile = realisations.csv\nfirst_period = 2026-02\n");
  ASSERT_TRUE(outcome.revision.has_value());
  EXPECT_EQ(outcome.counts.periods, 1);
  EXPECT_EQ(outcome.files[2].outside_periods, 3);
}

TEST(ImportNetworkTest, RefusesMoreThanSixHundredPeriods) {
  const ImportOutcome outcome =
      ImportTexts(SmallNetworkWith("realisations.csv",
                                   "unit;indicator;period;value\nn1;accounts;1901-01;1\n"
                                   "n1;accounts;2026-01;1\n"),
                  kSmallMapping);
  EXPECT_THAT(Reasons(outcome.violations), ElementsAre("TOO_MANY_PERIODS"));
}

TEST(ImportNetworkTest, AttributesComeFromColumns) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("units.csv",
                       "id;parent;level;attribute.population;opened;closed\nsiege;;network;;;\n"
                       "n1;siege;branch;12 500;2020-01;\nn2;siege;branch;;;2027-01\n"
                       "s1;siege;branch;7,5;;\n"),
      kSmallMapping);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(network.unit(*network.FindUnit("n1")).attributes.at("population"), 12500);
  EXPECT_EQ(network.unit(*network.FindUnit("n2")).attributes.count("population"), 0u);
  EXPECT_EQ(network.unit(*network.FindUnit("n2")).closed, Period::Month(2027, 1));
}

TEST(ImportNetworkTest, ReadsTheBytesOfOldExports) {
  std::string units = kSmallUnits;
  units.replace(units.find("Nîmes"), 6, "N\xEEmes");
  const NamedTexts texts = SmallNetworkWith("units.csv", units);
  EXPECT_THAT(Reasons(ImportTexts(texts, kSmallMapping).violations), Contains("INVALID_UTF8"));
  NamedTexts declared = texts;
  std::string& text = declared[0].second;
  text.replace(text.find("Si\xC3\xA8ge"), 6, "Si\xE8ge");
  const ImportOutcome outcome =
      ImportTexts(declared, std::string(kSmallMapping) +
                                "[units]\nfile = units.csv\nencoding = windows-1252\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(network.unit(*network.FindUnit("s1")).label_fr, "Nîmes");
}

// Appends.

ImportOutcome Append(const sim::Revision& base, const NamedTexts& texts,
                     absl::string_view mapping = kSmallMapping) {
  return ImportNetwork({.files = FilesOf(texts),
                        .mapping = MappingOf(mapping),
                        .mode = ImportMode::kAppend,
                        .base = &base});
}

TEST(ImportAppendTest, AddsPeriodsAndListsRestatedCells) {
  const ImportOutcome first = ImportTexts(SmallNetwork(), kSmallMapping);
  const ImportOutcome second =
      Append(*first.revision, {{"realisations.csv",
                                "unit;indicator;period;value\nn1;accounts;2026-03;20\n"
                                "n1;accounts;2026-01;11\nn2;accounts;2026-02;5\n"
                                "n1;accounts;2026-02;0\n"}});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  const sim::Revision& revision = *second.revision;
  EXPECT_EQ(revision.realisations.period_count(), 3);
  EXPECT_EQ(At(revision, "n1", "accounts", Period::Month(2026, 3)), 20);
  EXPECT_EQ(At(revision, "n1", "loans", Period::Month(2026, 1)), 1234.5);
  EXPECT_EQ(second.counts.restated, 1);
  ASSERT_EQ(second.restated.size(), 1u);
  EXPECT_EQ(second.restated[0].before, 12);
  EXPECT_EQ(second.restated[0].after, 11);
  EXPECT_EQ(second.restated[0].period, Period::Month(2026, 1));
}

TEST(ImportAppendTest, MayDeclareNewUnitsAndRelabelOldOnes) {
  const ImportOutcome first = ImportTexts(SmallNetwork(), kSmallMapping);
  const ImportOutcome second = Append(
      *first.revision,
      {{"units.csv", "id;parent;level;label_fr\nn3;nord;branch;Douai\nn1;nord;branch;Lille Sud\n"},
       {"realisations.csv", "unit;indicator;period;value\nn3;accounts;2026-03;4\n"}});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  const sim::Network& network = second.revision->network;
  EXPECT_EQ(network.unit_count(), 7);
  EXPECT_EQ(network.unit(*network.FindUnit("n1")).label_fr, "Lille Sud");
  EXPECT_EQ(At(*second.revision, "s1", "accounts", Period::Month(2026, 2)), 3);
}

TEST(ImportAppendTest, MayNotMoveUnitsOrChangeKinds) {
  const ImportOutcome first = ImportTexts(SmallNetwork(), kSmallMapping);
  const ImportOutcome second =
      Append(*first.revision, {{"units.csv", "id;parent;level\nn1;sud;branch\n"},
                               {"indicators.csv", "id;kind\naccounts;amount\n"},
                               {"realisations.csv",
                                "unit;indicator;period;value\n"
                                "n1;accounts;2026-03;20\n"}});
  EXPECT_THAT(Places(second.violations), ElementsAre("indicators.csv:2:1 CHANGED_IN_APPEND",
                                                     "units.csv:2:2 CHANGED_IN_APPEND"));
}

TEST(ImportAppendTest, GoesOnInferringWhereUnitsEnd) {
  const ImportOutcome first =
      ImportTexts({{"m.csv",
                    "CNPJ;Total;Periodo\n01;100;2020-01-01\n02;50;2020-01-01\n03;7;2020-01-01\n"
                    "01;110;2020-02-01\n02;51;2020-02-01\n01;120;2020-03-01\n"
                    "03;8;2020-02-01\n03;9;2020-03-01\n"}},
                  kStockMapping);
  ASSERT_THAT(Places(first.violations), IsEmpty());
  ASSERT_EQ(first.revision->network.unit(*first.revision->network.FindUnit("02")).closed,
            Period::Month(2020, 3));
  // 01 goes on, 02 comes back, 03 ends, 04 begins.
  const ImportOutcome second =
      Append(*first.revision,
             {{"m.csv",
               "CNPJ;Total;Periodo\n01;120;2020-03-01\n03;9;2020-03-01\n01;130;2020-04-01\n"
               "02;60;2020-04-01\n04;5;2020-04-01\n01;131;2020-05-01\n02;61;2020-05-01\n"
               "04;6;2020-05-01\n"}},
             kStockMapping);
  ASSERT_THAT(Places(second.violations), IsEmpty());
  const sim::Network& network = second.revision->network;
  EXPECT_EQ(At(*second.revision, "01", "members", Period::Month(2020, 4)), 10);
  EXPECT_EQ(At(*second.revision, "01", "members", Period::Month(2020, 3)), 10);
  EXPECT_FALSE(network.unit(*network.FindUnit("02")).closed.has_value());
  EXPECT_FALSE(network.unit(*network.FindUnit("02")).opened.has_value());
  EXPECT_EQ(network.unit(*network.FindUnit("03")).closed, Period::Month(2020, 4));
  EXPECT_EQ(network.unit(*network.FindUnit("04")).opened, Period::Month(2020, 4));
}

TEST(ImportAppendTest, NeedsABase) {
  const NamedTexts texts = SmallNetwork();
  const ImportOutcome outcome = ImportNetwork(
      {.files = FilesOf(texts), .mapping = MappingOf(kSmallMapping), .mode = ImportMode::kAppend});
  EXPECT_THAT(Reasons(outcome.violations), ElementsAre("MISSING_VALUE"));
}

TEST(ImportStopTest, LeavesATableBetweenTwoRows) {
  std::atomic<bool> stop = false;
  const TableMapping table{.kind = TableKind::kRealisations, .file = "realisations.csv"};
  auto reader = TableReader::Open(table, kSmallRealisations, sim::StopToken(&stop));
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(reader->NextRow());
  EXPECT_TRUE(reader->NextRow());
  stop = true;
  EXPECT_FALSE(reader->NextRow());
  EXPECT_EQ(reader->Echo().rows, 2);
}

// Opening reads the whole file once, in search of its dialect; a file whose rows are not looked at
// has none to refuse.
TEST(ImportStopTest, LeavesTheFirstLookAtAFileToo) {
  const std::atomic<bool> stop = true;
  const TableMapping table{.kind = TableKind::kRealisations, .file = "realisations.csv"};
  const std::string ambiguous = "unit,indicator,period,value\nn1,loans,2026-01,\"1,234\"\n";
  EXPECT_FALSE(TableReader::Open(table, ambiguous).ok());
  EXPECT_TRUE(TableReader::Open(table, ambiguous, sim::StopToken(&stop)).ok());
}

TEST(ImportStopTest, MakesNothingOfGoodFiles) {
  const std::atomic<bool> stop = true;
  const NamedTexts texts = SmallNetwork();
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(texts),
                                               .mapping = MappingOf(kSmallMapping),
                                               .stop = sim::StopToken(&stop)});
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_EQ(outcome.counts.rows, 0);
}

}  // namespace
}  // namespace jalon::server
