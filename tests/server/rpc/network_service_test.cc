#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using Stub = v1::NetworkService::Stub;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kLatest[] = "networks/fr/revisions/latest";

class NetworkServiceTest : public testing::Test {
 protected:
  NetworkServiceTest() { import_ = server_.ImportSmall(); }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return server_.Ask(server_.networks(), method, request);
  }

  absl::StatusOr<v1::Network> Get(const std::string& name) {
    v1::GetNetworkRequest request;
    request.set_name(name);
    return Ask(&Stub::GetNetwork, request);
  }

  // Ids of all pages of `page_size` units.
  std::vector<std::string> UnitIds(v1::ListUnitsRequest request) {
    std::vector<std::string> ids;
    do {
      const auto page = Ask(&Stub::ListUnits, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::Unit& unit : page->units()) ids.push_back(unit.id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  static v1::ListUnitsRequest Units() {
    v1::ListUnitsRequest request;
    request.set_parent(kLatest);
    return request;
  }

  static v1::ReadRealisationsRequest Sums() {
    v1::ReadRealisationsRequest request;
    request.set_revision(kLatest);
    return request;
  }

  TestServer server_;
  v1::Import import_;
};

// `unit/segment/indicator: values`, a missing one as `-`.
std::vector<std::string> Rows(const v1::RealisationRows& rows) {
  std::vector<std::string> texts;
  const v1::KeyColumns& keys = rows.keys();
  for (int i = 0; i < keys.unit_index_size(); ++i) {
    std::string text = keys.units(keys.unit_index(i)) + "/" + keys.segments(keys.segment_index(i)) +
                       "/" + keys.indicators(keys.indicator_index(i)) + ":";
    for (int t = 0; t < rows.period_count(); ++t) {
      const int cell = i * rows.period_count() + t;
      const bool missing = static_cast<size_t>(cell / 8) < rows.missing_bitmap().size() &&
                           (rows.missing_bitmap()[cell / 8] >> (cell % 8) & 1);
      EXPECT_TRUE(!missing || rows.values(cell) == 0);
      text += missing ? " -" : " " + absl::StrCat(rows.values(cell));
    }
    texts.push_back(text);
  }
  return texts;
}

TEST_F(NetworkServiceTest, ShowsWhatTheNewestRevisionHolds) {
  const auto network = Get("networks/fr");

  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->display_name(), "fr");
  EXPECT_EQ(network->currency(), "EUR");
  EXPECT_EQ(network->frequency(), v1::FREQUENCY_MONTH);
  EXPECT_EQ(network->latest_revision(), import_.revision());
  EXPECT_EQ(network->unit_count(), 6);
  EXPECT_EQ(network->indicator_count(), 2);
  EXPECT_EQ(network->series_count(), 4);
  EXPECT_EQ(network->first_period(), "2026-01");
  EXPECT_EQ(network->last_period(), "2026-02");
  EXPECT_FALSE(network->etag().empty());
}

TEST_F(NetworkServiceTest, FindsTheNewestRevisionAsLatest) {
  v1::GetRevisionRequest request;
  request.set_name(kLatest);

  const auto revision = Ask(&Stub::GetRevision, request);

  ASSERT_TRUE(revision.ok()) << revision.status();
  EXPECT_EQ(revision->name(), import_.revision());
  EXPECT_EQ(revision->sequence(), 1);
  EXPECT_EQ(revision->source_import(), import_.name());
  EXPECT_THAT(revision->level_names(), ElementsAre("network", "region", "branch"));
  EXPECT_EQ(revision->leaf_count(), 3);
  EXPECT_EQ(revision->realisation_count(), 5);
  EXPECT_EQ(revision->content_hash().size(), 64u);
  EXPECT_EQ(revision->content_hash().substr(0, 12),
            revision->name().substr(revision->name().rfind('/') + 1));
}

TEST_F(NetworkServiceTest, ListsNetworksInTheOrderOfTheirNames) {
  server_.ImportSmall("networks/be");
  v1::ListNetworksRequest request;
  request.set_page_size(1);

  const auto first = Ask(&Stub::ListNetworks, request);
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = Ask(&Stub::ListNetworks, request);

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->networks(0).name(), "networks/be");
  EXPECT_EQ(second->networks(0).name(), "networks/fr");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(NetworkServiceTest, ListsUnitsDepthFirst) {
  EXPECT_THAT(UnitIds(Units()), ElementsAre("siege", "nord", "n1", "n2", "sud", "s1"));
}

TEST_F(NetworkServiceTest, PagesThroughUnitsWithoutLossOrRepetition) {
  v1::ListUnitsRequest request = Units();
  request.set_page_size(4);

  EXPECT_THAT(UnitIds(request), ElementsAre("siege", "nord", "n1", "n2", "sud", "s1"));
}

TEST_F(NetworkServiceTest, ListsASubtreeDownToADepth) {
  v1::ListUnitsRequest request = Units();
  request.set_unit("nord");
  EXPECT_THAT(UnitIds(request), ElementsAre("nord", "n1", "n2"));

  request.set_depth(0);
  EXPECT_THAT(UnitIds(request), ElementsAre("nord"));
}

TEST_F(NetworkServiceTest, RefusesAPageTokenOfAnotherList) {
  v1::ListUnitsRequest request = Units();
  request.set_page_size(1);
  const auto page = Ask(&Stub::ListUnits, request);
  ASSERT_TRUE(page.ok()) << page.status();
  request.set_unit("nord");
  request.set_page_token(page->next_page_token());

  const auto other = Ask(&Stub::ListUnits, request);

  EXPECT_TRUE(absl::IsInvalidArgument(other.status())) << other.status();
  EXPECT_THAT(Broken(other.status()), ElementsAre("page_token BAD_PAGE_TOKEN"));
}

TEST_F(NetworkServiceTest, RefusesANegativePageSize) {
  v1::ListUnitsRequest units = Units();
  units.set_page_size(-1);
  EXPECT_THAT(Broken(Ask(&Stub::ListUnits, units).status()), ElementsAre("page_size OUT_OF_RANGE"));

  v1::ListRevisionsRequest revisions;
  revisions.set_parent("networks/fr");
  revisions.set_page_size(-1);
  EXPECT_THAT(Broken(Ask(&Stub::ListRevisions, revisions).status()),
              ElementsAre("page_size OUT_OF_RANGE"));
}

TEST_F(NetworkServiceTest, ListsIndicatorsAndSegmentsInCanonicalOrder) {
  v1::ListIndicatorsRequest indicators;
  indicators.set_parent(kLatest);
  const auto page = Ask(&Stub::ListIndicators, indicators);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->indicators_size(), 2);
  EXPECT_EQ(page->indicators(0).id(), "accounts");
  EXPECT_EQ(page->indicators(0).kind(), v1::Indicator::KIND_COUNT);
  EXPECT_EQ(page->indicators(1).rounding_step(), 0.5);

  v1::ListSegmentsRequest segments;
  segments.set_parent(kLatest);
  const auto all = Ask(&Stub::ListSegments, segments);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->segments_size(), 1);
  EXPECT_EQ(all->segments(0).id(), "all");
}

TEST_F(NetworkServiceTest, ListsDriversWithTheirHistory) {
  NamedTexts files = SmallNetwork();
  files.emplace_back("driver_list.csv", "id;category\nrate;economic\n");
  files.emplace_back("drivers.csv", "driver;period;value\nrate;2026-01;2,5\nrate;2026-02;3\n");
  const auto import = server_.Import(OptionsFor("networks/dr"), files);
  ASSERT_TRUE(import.ok()) << import.status();
  ASSERT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  v1::ListDriversRequest request;
  request.set_parent("networks/dr/revisions/latest");

  const auto page = Ask(&Stub::ListDrivers, request);

  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->drivers_size(), 1);
  EXPECT_EQ(page->drivers(0).id(), "rate");
  EXPECT_THAT(page->drivers(0).values(), ElementsAre(2.5, 3));
}

TEST_F(NetworkServiceTest, ReadsSeriesWithMissingValuesMarked) {
  v1::ReadSeriesRequest request;
  request.set_revision(kLatest);

  const auto page = Ask(&Stub::ReadSeries, request);

  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->rows().first_period(), "2026-01");
  EXPECT_THAT(Rows(page->rows()), ElementsAre("n1/all/accounts: 12 0", "n2/all/accounts: 7 -",
                                              "s1/all/accounts: - 3", "n1/all/loans: 1234.5 -"));
}

TEST_F(NetworkServiceTest, ReadsOnlyTheSeriesAndPeriodsAskedFor) {
  v1::ReadSeriesRequest request;
  request.set_revision(kLatest);
  request.add_units("nord");
  request.add_indicators("accounts");
  request.set_window("2026-02");
  request.set_page_size(1);

  const auto first = Ask(&Stub::ReadSeries, request);
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = Ask(&Stub::ReadSeries, request);

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(Rows(first->rows()), ElementsAre("n1/all/accounts: 0"));
  EXPECT_THAT(Rows(second->rows()), ElementsAre("n2/all/accounts: -"));
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(NetworkServiceTest, SumsRealisationsOverUnits) {
  v1::ReadRealisationsRequest request = Sums();
  request.set_depth(1);

  const auto page = Ask(&Stub::ReadRealisations, request);

  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Rows(page->rows()), ElementsAre("siege/all/accounts: 19 3", "nord/all/accounts: 19 0",
                                              "sud/all/accounts: - 3", "siege/all/loans: 1234.5 -",
                                              "nord/all/loans: 1234.5 -", "sud/all/loans: - -"));
}

TEST_F(NetworkServiceTest, MarksPeriodsOutsideTheHistoryAsMissing) {
  v1::ReadRealisationsRequest request = Sums();
  request.add_indicators("accounts");
  request.set_window("2025-12..2026-01");

  const auto page = Ask(&Stub::ReadRealisations, request);

  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Rows(page->rows()), ElementsAre("siege/all/accounts: - 19"));
}

TEST_F(NetworkServiceTest, RefusesToSumWhatDoesNotAddUp) {
  NamedTexts files = SmallNetwork();
  files[1].second = "id;kind;adds_over_units\naccounts;count;no\nloans;amount;yes\n";
  const auto import = server_.Import(OptionsFor("networks/na"), files);
  ASSERT_TRUE(import.ok() && import->state() == v1::Import::STATE_SUCCEEDED)
      << import.status() << import->ShortDebugString();
  v1::ReadRealisationsRequest request;
  request.set_revision("networks/na/revisions/latest");

  const auto all = Ask(&Stub::ReadRealisations, request);
  request.add_indicators("accounts");
  const auto named = Ask(&Stub::ReadRealisations, request);
  request.add_units("n1");
  const auto leaf = Ask(&Stub::ReadRealisations, request);

  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(Rows(all->rows()), ElementsAre("siege/all/loans: 1234.5 -"));
  EXPECT_THAT(Broken(named.status()), ElementsAre("indicators INDICATOR_NOT_ADDITIVE"));
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_THAT(Rows(leaf->rows()), ElementsAre("n1/all/accounts: 12 0"));
}

TEST_F(NetworkServiceTest, NamesEveryBadFieldAtOnce) {
  v1::ReadRealisationsRequest request = Sums();
  request.add_units("nord");
  request.add_units("est");
  request.add_segments("young");
  request.add_indicators("sales");
  request.set_window("2026-13");
  request.set_depth(9);

  const auto page = Ask(&Stub::ReadRealisations, request);

  EXPECT_TRUE(absl::IsInvalidArgument(page.status())) << page.status();
  EXPECT_THAT(
      Broken(page.status()),
      ElementsAre("units[1] UNKNOWN_UNIT", "segments[0] UNKNOWN_SEGMENT",
                  "indicators[0] UNKNOWN_INDICATOR", "window BAD_WINDOW", "depth OUT_OF_RANGE"));
}

TEST_F(NetworkServiceTest, RefusesNamesOfAnotherForm) {
  for (const char* name : {"fr", "networks/FR", "networks/fr/revisions/latest", "networks/"}) {
    EXPECT_THAT(Broken(Get(name).status()), ElementsAre("name BAD_NAME")) << name;
  }
  EXPECT_THAT(Broken(Get("").status()), ElementsAre("name MISSING_FIELD"));
}

TEST_F(NetworkServiceTest, SaysWhatDoesNotExist) {
  const absl::Status network = Get("networks/xx").status();
  EXPECT_TRUE(absl::IsNotFound(network)) << network;
  EXPECT_EQ(network.message(), "there is no networks/xx");

  v1::ListUnitsRequest units;
  units.set_parent("networks/fr/revisions/000000000000");
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::ListUnits, units).status()));
  v1::ListRevisionsRequest revisions;
  revisions.set_parent("networks/xx");
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::ListRevisions, revisions).status()));
  v1::ListImportsRequest imports;
  imports.set_parent("networks/xx");
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::ListImports, imports).status()));
}

TEST_F(NetworkServiceTest, DeletesANetworkWithEverythingBelowIt) {
  v1::DeleteNetworkRequest request;
  request.set_name("networks/fr");
  request.set_etag(Get("networks/fr")->etag());

  const auto deleted = Ask(&Stub::DeleteNetwork, request);

  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->deleted_count(), 3);  // the network, its revision, its import
  EXPECT_TRUE(absl::IsNotFound(Get("networks/fr").status()));
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::ListUnits, Units()).status()));
  v1::GetRevisionRequest revision;
  revision.set_name(import_.revision());
  EXPECT_TRUE(absl::IsNotFound(Ask(&Stub::GetRevision, revision).status()));
}

TEST_F(NetworkServiceTest, RefusesToDeleteWhatHasChangedSince) {
  v1::DeleteNetworkRequest request;
  request.set_name("networks/fr");
  request.set_etag("1");

  EXPECT_TRUE(absl::IsAborted(Ask(&Stub::DeleteNetwork, request).status()));
  EXPECT_TRUE(Get("networks/fr").ok());
}

TEST_F(NetworkServiceTest, AnswersARepeatedDeletionAsTheFirst) {
  v1::DeleteNetworkRequest request;
  request.set_name("networks/fr");
  request.set_request_id("delete-1");
  ASSERT_TRUE(Ask(&Stub::DeleteNetwork, request).ok());

  const auto again = Ask(&Stub::DeleteNetwork, request);
  request.set_name("networks/be");
  const auto other = Ask(&Stub::DeleteNetwork, request);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->deleted_count(), 3);
  EXPECT_TRUE(absl::IsAlreadyExists(other.status())) << other.status();
}

TEST_F(NetworkServiceTest, ListsRevisionsNewestFirst) {
  v1::ImportOptions options = OptionsFor("networks/fr");
  options.set_mode(v1::IMPORT_MODE_APPEND);
  const auto import = server_.Import(
      options, {{"realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-03;5\n"}});
  ASSERT_TRUE(import.ok()) << import.status();
  v1::ListRevisionsRequest request;
  request.set_parent("networks/fr");

  const auto page = Ask(&Stub::ListRevisions, request);

  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->revisions_size(), 2);
  EXPECT_EQ(page->revisions(0).sequence(), 2);
  EXPECT_EQ(page->revisions(0).base_revision(), import_.revision());
  EXPECT_EQ(page->revisions(0).last_period(), "2026-03");
  EXPECT_EQ(page->revisions(1).name(), import_.revision());
  EXPECT_THAT(page->next_page_token(), IsEmpty());
}

}  // namespace
}  // namespace jalon::server
