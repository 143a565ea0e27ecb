// Stocks, ratios and derived indicators through NetworkService.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using Stub = v1::NetworkService::Stub;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kLatest[] = "networks/kinds/revisions/latest";
constexpr char kIndicators[] =
    "id;kind;measure;inflows;numerator;denominator;expression\n"
    "accounts;count;;;;;\n"
    "clients;stock;count;accounts;;;\n"
    "encours;stock;;;;;\n"
    "equipement;ratio;;;accounts;clients;\n"
    "pnb;derived;;;;;mean(encours) * (euribor - livret) / 12 + 2 * accounts\n";
constexpr char kRealisations[] =
    "unit;indicator;period;value\n"
    "n1;accounts;2026-01;10\nn1;accounts;2026-02;20\nn1;accounts;2026-03;30\n"
    "n2;accounts;2026-01;0\nn2;accounts;2026-02;5\nn2;accounts;2026-03;5\n"
    "n1;clients;2026-01;100\nn1;clients;2026-02;120\nn1;clients;2026-03;150\n"
    "n2;clients;2026-01;40\nn2;clients;2026-02;45\nn2;clients;2026-03;50\n"
    "n1;encours;2026-01;1000\nn1;encours;2026-02;1400\nn1;encours;2026-03;1800\n"
    "s1;accounts;2026-02;4\n";
constexpr char kDrivers[] =
    "driver;period;value\n"
    "euribor;2026-01;3\neuribor;2026-02;3\neuribor;2026-03;4\n"
    "livret;2026-01;1\nlivret;2026-02;1\nlivret;2026-03;1,5\n";

class KindsServiceTest : public testing::Test {
 protected:
  KindsServiceTest() {
    NamedTexts files = SmallNetworkWith("indicators.csv", kIndicators);
    for (auto& [name, text] : files) {
      if (name == "realisations.csv") text = kRealisations;
    }
    files.emplace_back("drivers.csv", kDrivers);
    const auto import = server_.Import(OptionsFor("networks/kinds"), files);
    EXPECT_TRUE(import.ok()) << import.status();
    EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return server_.Ask(server_.networks(), method, request);
  }

  // Values of an indicator at a unit, -1 where missing.
  std::vector<double> Values(const std::string& unit, const std::string& indicator) {
    v1::ReadRealisationsRequest request;
    request.set_revision(kLatest);
    request.add_units(unit);
    request.add_indicators(indicator);
    const auto page = Ask(&Stub::ReadRealisations, request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return {};
    std::vector<double> values(page->rows().values().begin(), page->rows().values().end());
    for (size_t t = 0; t < values.size() && !page->rows().missing_bitmap().empty(); ++t) {
      if (page->rows().missing_bitmap()[t / 8] >> (t % 8) & 1) values[t] = -1;
    }
    return values;
  }

  static v1::ReadIndicatorEffectsRequest Effects() {
    v1::ReadIndicatorEffectsRequest request;
    request.set_revision(kLatest);
    request.set_indicator("pnb");
    request.set_window("2026-03");
    request.set_against("2026-02");
    return request;
  }

  TestServer server_;
};

TEST_F(KindsServiceTest, ShowsWhatWasDeclaredOfEachKind) {
  v1::ListIndicatorsRequest request;
  request.set_parent(kLatest);
  const auto page = Ask(&Stub::ListIndicators, request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->indicators(), SizeIs(5));
  EXPECT_EQ(page->indicators(1).kind(), v1::Indicator::KIND_STOCK);
  EXPECT_THAT(page->indicators(1).inflows(), ElementsAre("accounts"));
  EXPECT_EQ(page->indicators(1).time_aggregation(), v1::Indicator::TIME_AGGREGATION_LAST);
  EXPECT_EQ(page->indicators(3).kind(), v1::Indicator::KIND_RATIO);
  EXPECT_EQ(page->indicators(3).numerator(), "accounts");
  EXPECT_EQ(page->indicators(3).denominator(), "clients");
  EXPECT_EQ(page->indicators(3).time_aggregation(), v1::Indicator::TIME_AGGREGATION_RATIO);
  EXPECT_EQ(page->indicators(4).kind(), v1::Indicator::KIND_DERIVED);
  EXPECT_EQ(page->indicators(4).expression(),
            "mean(encours) * (euribor - livret) / 12 + 2 * accounts");
}

TEST_F(KindsServiceTest, ComputesARatioOfAParentAsSumOverSum) {
  EXPECT_THAT(Values("nord", "equipement"), ElementsAre(10.0 / 140, 25.0 / 165, 35.0 / 200));
  EXPECT_THAT(Values("n2", "equipement"), ElementsAre(0, 5.0 / 45, 0.1));
  EXPECT_THAT(Values("s1", "equipement"), ElementsAre(-1, -1, -1));
}

TEST_F(KindsServiceTest, ComputesADerivedIndicatorWhereAllItNeedsIsKnown) {
  EXPECT_THAT(Values("n1", "pnb"), ElementsAre(-1, 1200 * 2.0 / 12 + 40, 1600 * 2.5 / 12 + 60));
  EXPECT_THAT(Values("n2", "pnb"), ElementsAre(-1, -1, -1));
}

TEST_F(KindsServiceTest, HasNoSeriesOfRatiosToRead) {
  v1::ReadSeriesRequest request;
  request.set_revision(kLatest);
  request.add_indicators("equipement");
  EXPECT_THAT(Broken(Ask(&Stub::ReadSeries, request).status()),
              ElementsAre("indicators NO_SERIES_OF_ITS_OWN"));
}

TEST_F(KindsServiceTest, TellsVolumeReferenceRateAndMarginApart) {
  v1::ReadIndicatorEffectsRequest request = Effects();
  request.set_depth(2);
  const auto page = Ask(&Stub::ReadIndicatorEffects, request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->reference_driver(), "euribor");
  // Branches without outstandings have no row; the bank and its north are n1's outstandings with
  // everybody's accounts.
  std::map<std::string, v1::IndicatorEffect> rows;
  for (const v1::IndicatorEffect& row : page->effects()) rows[row.unit()] = row;
  ASSERT_THAT(rows, SizeIs(3));
  const v1::IndicatorEffect& n1 = rows["n1"];
  EXPECT_NEAR(n1.value() - n1.against_value(), 1600 * 2.5 / 12 + 60 - 1200 * 2.0 / 12 - 40, 1e-9);
  EXPECT_NEAR(n1.volume_effect() + n1.reference_rate_effect() + n1.margin_effect(),
              n1.value() - n1.against_value(), 1e-9);
  // Volume 400 at the mean rate 2.25, and 10 accounts; rates + 1 and - 0.5 on 1,400.
  EXPECT_NEAR(n1.volume_effect(), 400 * 2.25 / 12 + 20, 1e-9);
  EXPECT_NEAR(n1.reference_rate_effect(), 1400 * 1.0 / 12, 1e-9);
  EXPECT_NEAR(n1.margin_effect(), 1400 * -0.5 / 12, 1e-9);
}

TEST_F(KindsServiceTest, PagesThroughEffects) {
  v1::ReadIndicatorEffectsRequest request = Effects();
  request.set_depth(2);
  request.set_page_size(2);
  int rows = 0;
  do {
    const auto page = Ask(&Stub::ReadIndicatorEffects, request);
    ASSERT_TRUE(page.ok()) << page.status();
    rows += page->effects_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(rows, 3);
}

TEST_F(KindsServiceTest, ListsWhatIsWrongWithARequestForEffects) {
  v1::ReadIndicatorEffectsRequest request = Effects();
  request.set_indicator("nothing");
  request.set_segment("nobody");
  request.add_units("nowhere");
  request.set_window("yesterday");
  request.set_depth(9);
  EXPECT_THAT(Broken(Ask(&Stub::ReadIndicatorEffects, request).status()),
              ElementsAre("indicator UNKNOWN_INDICATOR", "segment UNKNOWN_SEGMENT",
                          "window BAD_WINDOW", "depth OUT_OF_RANGE", "units[0] UNKNOWN_UNIT"));
  request = Effects();
  request.set_window("2027-01");
  EXPECT_THAT(Broken(Ask(&Stub::ReadIndicatorEffects, request).status()),
              ElementsAre("window OUT_OF_RANGE"));
  request = Effects();
  request.set_indicator("accounts");
  request.set_reference_driver("rain");
  EXPECT_THAT(Broken(Ask(&Stub::ReadIndicatorEffects, request).status()),
              ElementsAre("indicator NOT_DERIVED", "reference_driver NOT_IN_EXPRESSION"));
}

}  // namespace
}  // namespace jalon::server
