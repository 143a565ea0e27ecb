#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kLatest[] = "networks/fr/revisions/latest";

NamedTexts Bank() {
  NamedTexts files = SmallNetworkWith("realisations.csv",
                                      "unit;indicator;period;value\n"
                                      "n1;accounts;2026-01;10\n"
                                      "n1;accounts;2026-02;20\n"
                                      "n2;accounts;2026-02;1\n"
                                      "s1;loans;2026-02;2.5\n");
  files.emplace_back("perimeter.csv",
                     "type;date;unit;receiver;share\n"
                     "closure;2026-03;n1;n2;0.6\n"
                     "closure;2026-03;n1;s1;0.3\n"
                     "transfer;2027-07;s1;n2;0.1\n");
  return files;
}

class PerimeterServiceTest : public testing::Test {
 protected:
  PerimeterServiceTest() {
    const auto import = server_.Import(OptionsFor("networks/fr"), Bank());
    EXPECT_TRUE(import.ok()) << import.status();
    import_ = *import;
    EXPECT_EQ(import_.state(), v1::Import::STATE_SUCCEEDED) << import_.ShortDebugString();
  }

  // `unit/indicator` -> values, 0 where missing.
  std::map<std::string, std::vector<double>> Series(v1::PerimeterView view) {
    v1::ReadSeriesRequest request;
    request.set_revision(kLatest);
    request.set_perimeter(view);
    const auto page =
        server_.Ask(server_.networks(), &v1::NetworkService::Stub::ReadSeries, request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::map<std::string, std::vector<double>> series;
    const v1::KeyColumns& keys = page->rows().keys();
    for (int i = 0; i < keys.unit_index_size(); ++i) {
      const auto first = page->rows().values().begin() + i * page->rows().period_count();
      series[absl::StrCat(keys.units(keys.unit_index(i)), "/",
                          keys.indicators(keys.indicator_index(i)))] = {
          first, first + page->rows().period_count()};
    }
    return series;
  }

  // Accounts of the network by month.
  std::vector<double> Totals(v1::PerimeterView view) {
    v1::ReadRealisationsRequest request;
    request.set_revision(kLatest);
    request.add_indicators("accounts");
    request.set_perimeter(view);
    const auto page =
        server_.Ask(server_.networks(), &v1::NetworkService::Stub::ReadRealisations, request);
    EXPECT_TRUE(page.ok()) << page.status();
    return {page->rows().values().begin(), page->rows().values().end()};
  }

  absl::StatusOr<v1::ObjectiveSet> CreateSet(const v1::CreateObjectiveSetRequest& request) {
    return server_.Ask(server_.objectives(), &v1::ObjectiveService::Stub::CreateObjectiveSet,
                       request);
  }

  TestServer server_;
  v1::Import import_;
};

TEST_F(PerimeterServiceTest, SaysWhatRestatingDid) {
  EXPECT_EQ(import_.perimeter().target_date(), "2026-03");
  EXPECT_EQ(import_.perimeter().change_count(), 3);
  EXPECT_EQ(import_.perimeter().applied_count(), 2);
  EXPECT_EQ(import_.perimeter().restated_series_count(), 3);
  EXPECT_EQ(import_.perimeter().restated_cell_count(), 6);
  EXPECT_EQ(import_.perimeter().largest_total_difference(), 0);
}

TEST_F(PerimeterServiceTest, ReadsEveryBranchOnEitherPerimeterAndTheEffect) {
  EXPECT_THAT(Series(v1::PERIMETER_VIEW_ORIGINAL),
              UnorderedElementsAre(Pair("n1/accounts", ElementsAre(10, 20)),
                                   Pair("n2/accounts", ElementsAre(0, 1)),
                                   Pair("s1/loans", ElementsAre(0, 2.5))));
  EXPECT_THAT(Series(v1::PERIMETER_VIEW_UNSPECIFIED),
              UnorderedElementsAre(
                  Pair("n1/accounts", ElementsAre(1, 2)), Pair("n2/accounts", ElementsAre(6, 13)),
                  Pair("s1/accounts", ElementsAre(3, 6)), Pair("s1/loans", ElementsAre(0, 2.5))));
  EXPECT_THAT(Series(v1::PERIMETER_VIEW_EFFECT),
              UnorderedElementsAre(Pair("n1/accounts", ElementsAre(-9, -18)),
                                   Pair("n2/accounts", ElementsAre(6, 12)),
                                   Pair("s1/accounts", ElementsAre(3, 6)),
                                   Pair("s1/loans", ElementsAre(0, 0))));
  EXPECT_EQ(Totals(v1::PERIMETER_VIEW_ORIGINAL), Totals(v1::PERIMETER_VIEW_TARGET));
  EXPECT_THAT(Totals(v1::PERIMETER_VIEW_EFFECT), ElementsAre(0, 0));
}

TEST_F(PerimeterServiceTest, RefusesAViewThatIsNone) {
  v1::ReadSeriesRequest request;
  request.set_revision(kLatest);
  request.set_perimeter(static_cast<v1::PerimeterView>(9));
  const auto page = server_.Ask(server_.networks(), &v1::NetworkService::Stub::ReadSeries, request);
  EXPECT_THAT(Broken(page.status()), ElementsAre("perimeter OUT_OF_RANGE"));
}

TEST_F(PerimeterServiceTest, ListsChangesOfABranchPageByPage) {
  v1::ListPerimeterChangesRequest request;
  request.set_parent(kLatest);
  request.set_unit("n2");
  request.set_page_size(1);
  const auto list = [&] {
    return server_.Ask(server_.networks(), &v1::NetworkService::Stub::ListPerimeterChanges,
                       request);
  };
  const auto first = list();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->target_date(), "2026-03");
  ASSERT_EQ(first->changes_size(), 1);
  EXPECT_EQ(first->changes(0).kind(), v1::PerimeterChange::KIND_CLOSURE);
  EXPECT_EQ(first->changes(0).share(), 0.6);
  EXPECT_TRUE(first->changes(0).in_target());
  request.set_page_token(first->next_page_token());
  const auto second = list();
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->changes_size(), 1);
  EXPECT_EQ(second->changes(0).kind(), v1::PerimeterChange::KIND_TRANSFER);
  EXPECT_FALSE(second->changes(0).in_target());
  EXPECT_EQ(second->next_page_token(), "");

  request.clear_page_token();
  request.set_unit("zz");
  EXPECT_THAT(Broken(list().status()), ElementsAre("unit UNKNOWN_UNIT"));
}

// What a server exports, as files.
NamedTexts Export(TestServer& server, std::string* hash) {
  grpc::ClientContext context;
  TestServer::SetDeadline(context);
  v1::ExportNetworkRequest request;
  request.set_name(kLatest);
  const auto reader = server.networks().ExportNetwork(&context, request);
  NamedTexts files;
  v1::ExportNetworkResponse piece;
  while (reader->Read(&piece)) {
    if (!piece.content_hash().empty()) *hash = piece.content_hash();
    if (files.empty() || files.back().first != piece.file()) files.emplace_back(piece.file(), "");
    files.back().second += piece.data();
  }
  EXPECT_TRUE(reader->Finish().ok());
  return files;
}

TEST_F(PerimeterServiceTest, ExportsWhatAnotherServerImportsAsTheSameRevision) {
  std::string hash;
  const NamedTexts files = Export(server_, &hash);
  TestServer other;
  const auto import = other.Import(OptionsFor("networks/fr"), files);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  v1::GetRevisionRequest request;
  request.set_name(import->revision());
  const auto revision =
      other.Ask(other.networks(), &v1::NetworkService::Stub::GetRevision, request);
  ASSERT_TRUE(revision.ok()) << revision.status();
  EXPECT_EQ(revision->content_hash(), hash);
}

TEST_F(PerimeterServiceTest, HandsObjectivesOverAsANewDraft) {
  v1::CreateObjectiveSetRequest request;
  request.set_parent("networks/fr");
  request.set_objective_set_id("plan");
  for (const auto& [unit, value] : {std::pair("s1", 100.0), std::pair("n2", 50.0)}) {
    v1::Objective* objective = request.mutable_objectives()->add_objectives();
    objective->set_unit(unit);
    objective->set_indicator("accounts");
    objective->set_window("2027");
    objective->set_value(value);
  }
  ASSERT_TRUE(CreateSet(request).ok());
  v1::CreateObjectiveSetRequest restate;
  restate.set_parent("networks/fr");
  restate.set_objective_set_id("handed");
  restate.mutable_perimeter_restatement()->set_objective_set("networks/fr/objectiveSets/plan");

  const auto set = CreateSet(restate);

  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->origin(), v1::ObjectiveSet::ORIGIN_PERIMETER);
  EXPECT_EQ(set->handed_over_count(), 2);
  EXPECT_EQ(set->unassigned_count(), 0);
  EXPECT_EQ(set->perimeter(), "2027-12");
  v1::ListObjectivesRequest list;
  list.set_parent(set->name());
  const auto page =
      server_.Ask(server_.objectives(), &v1::ObjectiveService::Stub::ListObjectives, list);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->ticks(), ElementsAre(55, 95));  // n2, s1
  EXPECT_THAT(page->reasons().at(0), HasSubstr("takes over 10 % of s1 from 2027-07"));

  // The new set knows the change.
  restate.set_objective_set_id("again");
  restate.mutable_perimeter_restatement()->set_objective_set(set->name());
  EXPECT_EQ(CreateSet(restate)->handed_over_count(), 0);
}

TEST_F(PerimeterServiceTest, RefusesSetsThatAreNotThere) {
  v1::CreateObjectiveSetRequest request;
  request.set_parent("networks/fr");
  request.mutable_perimeter_restatement()->set_objective_set("networks/fr/objectiveSets/zz");
  EXPECT_TRUE(absl::IsNotFound(CreateSet(request).status()));
  request.mutable_perimeter_restatement()->set_objective_set("networks/de/objectiveSets/zz");
  EXPECT_THAT(Broken(CreateSet(request).status()),
              ElementsAre("perimeter_restatement.objective_set BAD_NAME"));
}

// Seven accounts of nord in February are credited twice; n1, which closes, hands six of nord's 21
// to the south.
TEST_F(PerimeterServiceTest, CreditLinesAreReadAndProvedOnEitherPerimeter) {
  NamedTexts files = Bank();
  files.emplace_back("eliminations.csv", "unit;indicator;period;value\nnord;accounts;2026-02;-7\n");
  files.emplace_back("parent_totals.csv",
                     "unit;indicator;period;value\nnord;accounts;2026-02;14\n");
  const auto import = server_.Import(OptionsFor("networks/credit"), files);
  ASSERT_TRUE(import.ok()) << import.status();
  ASSERT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  const auto prove = [&](v1::PerimeterView view) {
    v1::ReconcileRequest request;
    request.set_revision("networks/credit/revisions/latest");
    request.set_perimeter(view);
    return server_.Ask(server_.networks(), &v1::NetworkService::Stub::Reconcile, request);
  };
  const auto lines = [&](v1::PerimeterView view) {
    v1::ListCreditRequest request;
    request.set_parent("networks/credit/revisions/latest");
    request.set_perimeter(view);
    const auto page =
        server_.Ask(server_.networks(), &v1::NetworkService::Stub::ListCredit, request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::map<std::string, double> values;
    for (const v1::CreditCell& cell : page->cells()) values[cell.unit()] = cell.value();
    return values;
  };
  EXPECT_THAT(lines(v1::PERIMETER_VIEW_TARGET),
              UnorderedElementsAre(Pair("nord", -5), Pair("sud", -2)));
  EXPECT_THAT(lines(v1::PERIMETER_VIEW_ORIGINAL), UnorderedElementsAre(Pair("nord", -7)));
  for (const auto& [view, declared] :
       {std::pair(v1::PERIMETER_VIEW_TARGET, 10.0), {v1::PERIMETER_VIEW_ORIGINAL, 14.0}}) {
    const auto proof = prove(view);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(proof->agreeing_count(), 1);
    EXPECT_EQ(proof->rows(0).declared(), declared);
  }
  EXPECT_THAT(Broken(prove(v1::PERIMETER_VIEW_EFFECT).status()),
              ElementsAre("perimeter OUT_OF_RANGE"));
}

}  // namespace
}  // namespace jalon::server
