// The mappings of clients/examples against files that look like those they were written for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using sim::Period;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Example(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(JALON_SOURCE_DIR) / "clients" / "examples" / name;
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

double At(const sim::Revision& revision, const sim::SeriesKey& key, Period period) {
  const std::optional<int> row = revision.realisations.Find(key);
  return row.has_value() ? revision.realisations.at(*row, period) : -1;
}

constexpr char kDistricts[] =
    "A1;A2;A3;A4;A5;A6;A7;A8;A9;A10;A11;A12;A13;A14;A15;A16\n"
    "1;\"Mesto\";\"Capital\";1000000;0;0;0;1;1;100.0;12000;0.30;0.40;160;80000;90000\n"
    "2;\"Ves\";\"east Land\";80000;80;26;6;2;5;46.7;8500;1.67;1.85;130;2159;2674\n"
    "3;\"Hory\";\"east Land\";50000;10;26;6;2;5;40.0;8000;3.67;4.85;110;1159;1674\n";

constexpr char kPanel[] =
    "district_id,district,region,month,accounts_opened,loans_granted,loan_amount_czk,cards_issued\n"
    "1,Mesto,Capital,1996-11,10,1,96396,0\n1,Mesto,Capital,1996-12,12,0,0,2\n"
    "2,Ves,east Land,1996-11,0,0,0,0\n2,Ves,east Land,1996-12,3,0,0,1\n"
    "3,Hory,east Land,1996-12,1,0,0,0\n";

TEST(ExamplesTest, BerkaIsDistrictsUnderRegionsUnderTheBank) {
  const ImportOutcome outcome =
      ImportTexts({{"district.asc", kDistricts}, {"panel_district_month_1993_1997.csv", kPanel}},
                  Example("berka/berka.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(outcome.counts.units, 1 + 2 + 3);
  EXPECT_EQ(outcome.counts.indicators, 4);
  EXPECT_EQ(network.spec().currency, "CZK");
  const sim::Unit& village = network.unit(*network.FindUnit("2"));
  EXPECT_EQ(village.parent, "east-Land");
  EXPECT_EQ(village.label_fr, "Ves");
  EXPECT_EQ(village.attributes.at("average_salary_czk"), 8500);
  EXPECT_EQ(village.attributes.at("unemployment_1996_pct"), 1.85);
  EXPECT_EQ(village.attributes.at("entrepreneurs_per_1000"), 130);
  EXPECT_TRUE(outcome.revision->drivers.drivers.empty());
  EXPECT_EQ(
      At(*outcome.revision, {*network.FindIndicator("loan_amount"), *network.FindUnit("1"), 0},
         Period::Month(1996, 11)),
      96396);
}

TEST(ExamplesTest, ADistrictOfThePanelMustBeInTheDistrictsFile) {
  const ImportOutcome outcome =
      ImportTexts({{"district.asc", kDistricts},
                   {"panel_district_month_1993_1997.csv",
                    std::string(kPanel) + "9,Nikde,east Land,1996-12,1,0,0,0\n"}},
                  Example("berka/berka.map"));
  EXPECT_THAT(Places(outcome.violations),
              ElementsAre("panel_district_month_1993_1997.csv:7:1 UNKNOWN_UNIT"));
}

constexpr char kMembers[] =
    "CNPJ;Total de Cooperados;Cooperados PF;Cooperados PJ;Sexo Feminino;Sexo Masculino;"
    "Sexo nao Informado;Periodo\n"
    "00991739;100;90;10;40;50;0;2020-01-01\n00991739;104;90;14;40;50;0;2020-02-01\n"
    "00991739;90;80;10;40;40;0;2020-03-01\n01009908;50;50;0;20;30;0;2020-01-01\n"
    "01009908;80;80;0;40;40;0;2020-02-01\n";

TEST(ExamplesTest, CooperativesAreNetChangesUnderTextIdsThatEnd) {
  const ImportOutcome outcome =
      ImportTexts({{"members_2020_2023.csv", kMembers}}, Example("cooperatives/cooperatives.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  ASSERT_TRUE(network.FindUnit("00991739").has_value());
  EXPECT_EQ(network.indicator(0).kind, sim::IndicatorKind::kNetFlow);
  const sim::SeriesKey kept{0, *network.FindUnit("00991739"), 0};
  EXPECT_EQ(At(*outcome.revision, kept, Period::Month(2020, 2)), 4);
  EXPECT_EQ(At(*outcome.revision, kept, Period::Month(2020, 3)), -14);
  EXPECT_EQ(network.unit(*network.FindUnit("01009908")).closed, Period::Month(2020, 3));
  ASSERT_EQ(outcome.jumps.size(), 1u);
  EXPECT_EQ(outcome.jumps[0].before, 50);
  EXPECT_EQ(outcome.jumps[0].after, 80);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("successors are not guessed")));
}

TEST(ExamplesTest, TourismIsAUnitTreeBySegmentWithoutItsTotals) {
  const ImportOutcome outcome =
      ImportTexts({{"data.csv",
                    ",TotalAll,AAll,AAAll,AAHol,AAAAll,AAAHol,AAAVis,AABBus,BAAOth\n"
                    "1998-01-01,10.0,9.0,8.0,1.0,3.0,1.0,2.0,0.0,4.0\n"
                    "1998-02-01,10.0,9.0,8.0,1.0,3.5,1.5,2.0,0.0,4.0\n"}},
                  Example("hier/tourismlarge.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(outcome.counts.series, 4);
  EXPECT_EQ(outcome.counts.segments, 1 + 4);
  EXPECT_EQ(network.depth_count(), 4);
  EXPECT_EQ(network.unit(*network.FindUnit("AAB")).parent, "AA");
  EXPECT_EQ(At(*outcome.revision, {0, *network.FindUnit("AAA"), *network.FindSegment("Hol")},
               Period::Month(1998, 2)),
            1.5);
}

TEST(ExamplesTest, SmallTourismIsQuarterly) {
  const ImportOutcome outcome =
      ImportTexts({{"data.csv",
                    ",total,hol,nsw-hol,nsw-hol-city,nsw-hol-noncity,vic-bus-city\n"
                    "1998-03-31,9,5,5,2,3,4\n1998-06-30,9,5,5,2,3,4\n"}},
                  Example("hier/tourismsmall.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 3);
  EXPECT_EQ(outcome.revision->realisations.last(), Period::Quarter(1998, 2));
}

TEST(ExamplesTest, LabourTakesListsInHeadingsApart) {
  const ImportOutcome outcome =
      ImportTexts({{"data.csv",
                    ",['Total'],['Victoria'],\"['Males', 'Victoria']\","
                    "\"['Employed full-time', 'Males', 'Victoria']\","
                    "\"['Employed part-time', 'Females', 'New South Wales']\"\n"
                    "1978-02-01,5.5,3.5,3.5,3.5,2.0\n"}},
                  Example("hier/labour.map"));
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.series, 2);
  EXPECT_TRUE(outcome.revision->network.FindUnit("New-South-Wales").has_value());
  EXPECT_TRUE(outcome.revision->network.FindSegment("Males-Employed-full-time").has_value());
}

}  // namespace
}  // namespace jalon::server
