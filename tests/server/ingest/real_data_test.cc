// Imports real files as they were published. They are not part of the project: JALON_DATA names the
// folder that holds them. Without it ctest does not know these tests (label `data`); started by
// hand, they fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

namespace fs = std::filesystem;
using sim::Period;
using ::testing::Contains;
using ::testing::IsEmpty;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

std::string Example(const std::string& name) {
  return ReadFile(fs::path(JALON_SOURCE_DIR) / "clients" / "examples" / name);
}

class RealDataTest : public ::testing::Test {
 protected:
  // The bytes of files under the data folder, named without folders.
  NamedTexts Load(std::initializer_list<const char*> names) {
    NamedTexts texts;
    const char* folder = std::getenv("JALON_DATA");
    EXPECT_NE(folder, nullptr) << "JALON_DATA must name the folder of the real data";
    if (folder == nullptr) return texts;
    for (const char* name : names) {
      const fs::path path = fs::path(folder) / name;
      texts.emplace_back(path.filename().string(), ReadFile(path));
    }
    return texts;
  }
};

// A one-branch network for files that hold drivers only.
NamedTexts OneBranch() {
  return {{"units.csv", "id,parent,level\nroot,,network\nbranch,root,branch\n"},
          {"indicators.csv", "id,kind\nsales,count\n"}};
}

TEST_F(RealDataTest, BerkaIsSeventySevenDistrictsOfSixtyMonths) {
  const NamedTexts texts = Load({"berka/panel_district_month_1993_1997.csv", "berka/district.asc"});
  const ImportOutcome outcome = ImportTexts(texts, Example("berka/berka.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(outcome.counts.units, 1 + 8 + 77);
  EXPECT_EQ(outcome.counts.series, 4 * 77);
  EXPECT_EQ(outcome.counts.periods, 60);
  EXPECT_EQ(outcome.counts.missing, 0);
  const auto zeros_of = [&](absl::string_view indicator) {
    const auto [first, end] =
        revision.realisations.IndicatorRows(*revision.network.FindIndicator(indicator));
    int zeros = 0;
    for (int i = first; i < end; ++i) {
      for (const double value : revision.realisations.row(i)) zeros += value == 0;
    }
    return zeros / (60.0 * (end - first));
  };
  EXPECT_NEAR(zeros_of("accounts_opened"), 0.448, 0.001);
  EXPECT_NEAR(zeros_of("loans_granted"), 0.901, 0.001);
  const sim::Unit& benesov = revision.network.unit(*revision.network.FindUnit("2"));
  EXPECT_EQ(benesov.parent, "central-Bohemia");
  EXPECT_EQ(benesov.attributes.at("average_salary_czk"), 8507);
  EXPECT_EQ(benesov.attributes.at("entrepreneurs_per_1000"), 132);
}

TEST_F(RealDataTest, CooperativesKeepTheirZerosAndEndWhenTheyDisappear) {
  const NamedTexts texts = Load({"cooperatives/members_2020_2023.csv"});
  const ImportOutcome outcome = ImportTexts(texts, Example("cooperatives/cooperatives.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(outcome.counts.units, 1 + 872);
  EXPECT_EQ(revision.realisations.first(), Period::Month(2020, 2));
  EXPECT_EQ(revision.realisations.last(), Period::Month(2023, 12));
  EXPECT_TRUE(revision.network.FindUnit("00991739").has_value());
  EXPECT_EQ(outcome.counts.units_closed, 105);
  EXPECT_EQ(outcome.counts.units_opened, 2);
  EXPECT_EQ(outcome.counts.jumps, 161);
  EXPECT_EQ(outcome.jumps.size(), 161u);
}

TEST_F(RealDataTest, TourismLargeIsRegionsByPurposes) {
  const NamedTexts texts = Load({"hier/tourismlarge/data.csv"});
  const ImportOutcome outcome = ImportTexts(texts, Example("hier/tourismlarge.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(outcome.counts.series, 304);
  EXPECT_EQ(network.UnitsAtDepth(3).size(), 76u);
  EXPECT_EQ(network.UnitsAtDepth(2).size(), 27u);
  EXPECT_EQ(network.UnitsAtDepth(1).size(), 7u);
  EXPECT_EQ(outcome.counts.segments, 1 + 4);
  EXPECT_EQ(outcome.counts.periods, 216);
  EXPECT_NEAR(static_cast<double>(outcome.counts.zeros) / outcome.counts.values, 0.18, 0.01);
  EXPECT_EQ(outcome.files[0].ignored_columns, 555 - 304);
  // The published total of the first month.
  const std::vector<double> total =
      sim::SumRealised(outcome.revision->realisations, sim::RangeOf(network, 0, 0, 0),
                       {Period::Month(1998, 1), Period::Month(1998, 1)});
  EXPECT_NEAR(total[0], 45151.071280, 1e-4);
}

TEST_F(RealDataTest, TourismSmallIsQuarterly) {
  const NamedTexts texts = Load({"hier/tourismsmall/data.csv"});
  const ImportOutcome outcome = ImportTexts(texts, Example("hier/tourismsmall.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 56);
  EXPECT_EQ(outcome.counts.periods, 28);
  EXPECT_EQ(outcome.revision->realisations.first(), Period::Quarter(1998, 1));
  const std::vector<double> total = sim::SumRealised(
      outcome.revision->realisations, sim::RangeOf(outcome.revision->network, 0, 0, 0),
      {Period::Quarter(1998, 1), Period::Quarter(1998, 1)});
  EXPECT_EQ(total[0], 84503);
}

TEST_F(RealDataTest, LabourTakesItsHeadingsApart) {
  const NamedTexts texts = Load({"hier/labour/data.csv"});
  const ImportOutcome outcome = ImportTexts(texts, Example("hier/labour.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 32);
  EXPECT_EQ(outcome.counts.periods, 491);
  EXPECT_EQ(outcome.counts.units, 1 + 8);
  const std::vector<double> total = sim::SumRealised(
      outcome.revision->realisations, sim::RangeOf(outcome.revision->network, 0, 0, 0),
      {Period::Month(1978, 2), Period::Month(1978, 2)});
  EXPECT_NEAR(total[0], 5985.6597158, 1e-6);
}

constexpr char kFedDrivers[] =
    "[network]\nid = test\n[driver gdp]\nfrequency = quarter\nconversion = linear\n"
    "[driver unemployment]\nfrequency = quarter\n[driver bbb]\nfrequency = quarter\n"
    "[drivers]\nfile = FILE\nperiod = {Date}\nvalue.gdp = {Real GDP growth}\n"
    "value.unemployment = {Unemployment rate}\nvalue.bbb = {BBB corporate yield}\n";

TEST_F(RealDataTest, FederalReserveHistoriesReadAsTheyAre) {
  for (const auto& [name, quarters] :
       std::vector<std::pair<std::string, int>>{{"2024-Table_2A_Historic_Domestic.csv", 192},
                                                {"2019vintage-Historic_Domestic.csv", 172}}) {
    NamedTexts texts = Load({("fed/" + name).c_str()});
    for (auto& table : OneBranch()) texts.push_back(table);
    texts.emplace_back("realisations.csv", "unit,indicator,period,value\nbranch,sales,2018-01,1\n");
    std::string mapping = kFedDrivers;
    mapping.replace(mapping.find("FILE"), 4, name);
    const ImportOutcome outcome = ImportTexts(texts, mapping);
    ASSERT_THAT(Places(outcome.violations), IsEmpty()) << name;
    const sim::DriverTable& table = outcome.revision->drivers;
    const sim::Driver& gdp = table.drivers[static_cast<size_t>(*table.Find("gdp"))];
    EXPECT_EQ(gdp.first, Period::Quarter(1976, 1));
    EXPECT_EQ(gdp.values.size(), static_cast<size_t>(quarters));
    EXPECT_EQ(gdp.values[0], 9.3);
    EXPECT_FALSE(std::isnan(gdp.values.back()));
  }
}

TEST_F(RealDataTest, FederalReserveScenariosBecomePaths) {
  NamedTexts texts = Load({"fed/2024-Table_2A_Historic_Domestic.csv"});
  for (auto& table : OneBranch()) texts.push_back(table);
  texts.emplace_back("realisations.csv", "unit,indicator,period,value\nbranch,sales,2023-12,1\n");
  std::string mapping = kFedDrivers;
  mapping.replace(mapping.find("FILE"), 4, "2024-Table_2A_Historic_Domestic.csv");
  const ImportOutcome network = ImportTexts(texts, mapping);
  ASSERT_TRUE(network.revision.has_value());
  const NamedTexts paths = Load({"fed/2024-Table_4A_Supervisory_Severely_Adverse_Domestic.csv"});
  const ScenarioOutcome outcome =
      ImportScenario(FilesOf(paths),
                     MappingOf("[scenario]\nid = adverse\n[paths]\n"
                               "file = 2024-Table_4A_Supervisory_Severely_Adverse_Domestic.csv\n"
                               "period = {Date}\nvalue.gdp = {Real GDP growth}\n"
                               "value.unemployment = {Unemployment rate}\n"),
                     *network.revision);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  ASSERT_EQ(outcome.scenario->drivers.size(), 2u);
  EXPECT_EQ(outcome.scenario->drivers[1].first, Period::Month(2024, 1));
  EXPECT_EQ(outcome.scenario->drivers[1].values.size(), 39u);
  EXPECT_EQ(outcome.scenario->drivers[1].values[0], 5.6);
}

TEST_F(RealDataTest, FrenchFilesGiveDrivers) {
  NamedTexts texts =
      Load({"france/livret_a_rate.csv", "france/fr_gdp_growth_insee_climate_quarterly.csv"});
  for (auto& table : OneBranch()) texts.push_back(table);
  texts.emplace_back("realisations.csv", "unit,indicator,period,value\nbranch,sales,2026-03,1\n");
  const ImportOutcome outcome = ImportTexts(
      texts,
      "[network]\nid = test\n[drivers]\nfile = livret_a_rate.csv\nperiod = {date}\n"
      "value.livret_a = {livret_a_rate}\nduplicates = last\nhold = yes\nfirst_period = 1946-01\n"
      "[drivers]\nfile = fr_gdp_growth_insee_climate_quarterly.csv\nperiod = {period}\n"
      "missing = NA\nvalue.gdp = {growth_gdp}\nvalue.climate = {bc_fr_m1}\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::DriverTable& table = outcome.revision->drivers;
  const sim::Driver& livret = table.drivers[static_cast<size_t>(*table.Find("livret_a"))];
  EXPECT_EQ(livret.first, Period::Month(1946, 1));
  EXPECT_EQ(livret.first + static_cast<int>(livret.values.size()) - 1, Period::Month(2026, 3));
  EXPECT_EQ(livret.values[static_cast<size_t>(Period::Month(2024, 6) - livret.first)], 0.03);
  const sim::Driver& gdp = table.drivers[static_cast<size_t>(*table.Find("gdp"))];
  EXPECT_EQ(gdp.frequency, sim::Frequency::kQuarter);
  EXPECT_EQ(gdp.first, Period::Quarter(1949, 2));
}

TEST_F(RealDataTest, DocumentedPointsMixYearsAndMonthsAndAreRefusedRowByRow) {
  NamedTexts texts = Load({"france/documented_points.csv"});
  for (auto& table : OneBranch()) texts.push_back(table);
  texts.emplace_back("realisations.csv", "unit,indicator,period,value\nbranch,sales,2026-03,1\n");
  const ImportOutcome outcome = ImportTexts(
      texts,
      "[network]\nid = test\n[drivers]\nfile = documented_points.csv\nperiod = {period}\n"
      "driver = {series}\nvalue = {value}\n");
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(Places(outcome.violations), Contains("documented_points.csv:2:2 WRONG_FREQUENCY"));
}

TEST_F(RealDataTest, EuropeanMonthsAreOneDriverPerCountryAndVariable) {
  NamedTexts texts = Load({"macro/eu_monthly_long.csv"});
  for (auto& table : OneBranch()) texts.push_back(table);
  texts.emplace_back("realisations.csv", "unit,indicator,period,value\nbranch,sales,2021-03,1\n");
  const ImportOutcome outcome =
      ImportTexts(texts,
                  "[network]\nid = test\n[drivers]\nfile = eu_monthly_long.csv\n"
                  "driver = {variable}.{country}\nperiod = {period}\nvalue = {value}\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_GT(outcome.counts.drivers, 100);
  EXPECT_TRUE(outcome.revision->drivers.Find("ip.FR").has_value());
}

TEST_F(RealDataTest, CampaignCallsAreCountedByMonthlyTables) {
  const NamedTexts texts = Load({"bank_marketing/campaign_month_panel.csv"});
  const ImportOutcome outcome = ImportTexts(
      texts,
      "[network]\nid = campaign\n[indicator contacts]\nkind = count\n[indicator sales]\n"
      "kind = count\n[realisations]\nfile = campaign_month_panel.csv\nperiod = {month}\n"
      "level.bank = bank\nvalue.contacts = {contacts}\nvalue.sales = {sales}\n");
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 2);
  EXPECT_EQ(outcome.counts.values, 2 * 26);
  EXPECT_GT(outcome.counts.missing, 0);  // months without a campaign
}

}  // namespace
}  // namespace jalon::server
