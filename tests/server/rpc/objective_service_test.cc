#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using ObjectiveStub = v1::ObjectiveService::Stub;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ObjectiveServiceTest : public testing::Test {
 protected:
  ObjectiveServiceTest() { server_.ImportSmall(); }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (ObjectiveStub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                               const Request& request) {
    return server_.Ask(server_.objectives(), method, request);
  }

  absl::StatusOr<v1::ObjectiveSet> Create(const v1::CreateObjectiveSetRequest& request) {
    return Ask(&ObjectiveStub::CreateObjectiveSet, request);
  }

  absl::StatusOr<v1::ObjectiveSet> Get(const std::string& name) {
    v1::GetObjectiveSetRequest request;
    request.set_name(name);
    return Ask(&ObjectiveStub::GetObjectiveSet, request);
  }

  absl::StatusOr<v1::ListObjectivesResponse> List(const std::string& set) {
    v1::ListObjectivesRequest request;
    request.set_parent(set);
    return Ask(&ObjectiveStub::ListObjectives, request);
  }

  absl::StatusOr<v1::ObjectiveSet> Publish(const std::string& reason, const std::string& etag = "",
                                           const std::string& request_id = "") {
    v1::PublishObjectiveSetRequest request;
    request.set_name("networks/fr/objectiveSets/plan");
    request.set_author("anne");
    request.set_reason(reason);
    request.set_etag(etag);
    request.set_request_id(request_id);
    return Ask(&ObjectiveStub::PublishObjectiveSet, request);
  }

  TestServer server_;
};

v1::CreateObjectiveSetRequest EmptyRequest() {
  v1::CreateObjectiveSetRequest request;
  request.set_parent("networks/fr");
  request.set_objective_set_id("plan");
  request.mutable_objective_set()->set_display_name("Plan 2027");
  request.mutable_objective_set()->set_fiscal_year("2027");
  return request;
}

void Add(const std::string& unit, const std::string& indicator, double value,
         v1::CreateObjectiveSetRequest* request) {
  v1::Objective* objective = request->mutable_objectives()->add_objectives();
  objective->set_unit(unit);
  objective->set_indicator(indicator);
  objective->set_window("2027");
  objective->set_value(value);
}

// Three objectives, given out of canonical order.
v1::CreateObjectiveSetRequest Plan() {
  v1::CreateObjectiveSetRequest request = EmptyRequest();
  Add("n1", "loans", 1'500.5, &request);
  Add("n2", "accounts", 80, &request);
  Add("n1", "accounts", 120, &request);
  request.mutable_objectives()->mutable_objectives(0)->set_reason("new adviser");
  request.mutable_objectives()->mutable_objectives(1)->set_pinned(true);
  return request;
}

v1::CreateObjectiveSetRequest Growth() {
  v1::CreateObjectiveSetRequest request = EmptyRequest();
  v1::GrowthRule& rule = *request.mutable_growth_rule();
  rule.set_base_window("2026-01");
  rule.set_window("2027-01");
  rule.set_growth(0.05);
  rule.add_levels("branch");
  return request;
}

// `unit/indicator/window value` of each row.
std::vector<std::string> Rows(const v1::ListObjectivesResponse& page) {
  std::vector<std::string> rows;
  const v1::KeyColumns& keys = page.keys();
  for (int i = 0; i < page.values_size(); ++i) {
    rows.push_back(absl::StrCat(keys.units(keys.unit_index(i)), "/",
                                keys.indicators(keys.indicator_index(i)), "/",
                                keys.windows(keys.window_index(i)), " ", page.values(i)));
  }
  return rows;
}

TEST_F(ObjectiveServiceTest, KeepsObjectivesInCanonicalOrder) {
  const auto set = Create(Plan());

  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->name(), "networks/fr/objectiveSets/plan");
  EXPECT_EQ(set->state(), v1::ObjectiveSet::STATE_DRAFT);
  EXPECT_EQ(set->origin(), v1::ObjectiveSet::ORIGIN_INLINE);
  EXPECT_EQ(set->objective_count(), 3);
  const auto page = List(set->name());
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->total_count(), 3);
  EXPECT_THAT(Rows(*page),
              ElementsAre("n1/accounts/2027 120", "n2/accounts/2027 80", "n1/loans/2027 1500.5"));
  EXPECT_THAT(page->ticks(), ElementsAre(120, 80, 3'001));
  EXPECT_EQ(page->reasons().at(2), "new adviser");
  EXPECT_EQ(page->pinned_bitmap(), std::string(1, '\x02'));
}

TEST_F(ObjectiveServiceTest, ReadsASetAgainWithItsEtag) {
  const auto made = Create(Plan());
  ASSERT_TRUE(made.ok()) << made.status();

  const auto read = Get(made->name());

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), made->SerializeAsString());
  EXPECT_FALSE(read->etag().empty());
}

TEST_F(ObjectiveServiceTest, MakesObjectivesByGrowthOnAPastWindow) {
  const auto set = Create(Growth());

  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->origin(), v1::ObjectiveSet::ORIGIN_RULE);
  EXPECT_EQ(set->growth_rule().base_window(), "2026-01");
  // 12 x 1.05 and 7 x 1.05 rounded up to whole accounts; loans by half euros.
  EXPECT_THAT(
      Rows(*List(set->name())),
      ElementsAre("n1/accounts/2027-01 13", "n2/accounts/2027-01 8", "n1/loans/2027-01 1296.5"));
  // s1 has no accounts that month; n2 and s1 no loans.
  EXPECT_EQ(set->missing_base_count(), 3);
  EXPECT_EQ(set->zero_base_count(), 0);
}

TEST_F(ObjectiveServiceTest, GrowsTheDeepestLevelWhenNoneIsNamed) {
  v1::CreateObjectiveSetRequest request = Growth();
  request.mutable_growth_rule()->clear_levels();

  const auto set = Create(request);

  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(set->growth_rule().levels(), ElementsAre("branch"));
}

TEST_F(ObjectiveServiceTest, NamesEveryBadObjectiveAtOnce) {
  v1::CreateObjectiveSetRequest request = Plan();
  Add("zz", "accounts", 1, &request);
  Add("n1", "sales", 1, &request);
  Add("s1", "accounts", 1.5, &request);
  Add("n1", "accounts", 120, &request);
  request.mutable_objectives()->add_objectives();
  request.mutable_objective_set()->set_publication_date("yesterday");

  const absl::Status status = Create(request).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(Broken(status),
              ::testing::IsSupersetOf(
                  {"objective_set.publication_date BAD_DATE", "objectives[3].unit UNKNOWN_UNIT",
                   "objectives[4].indicator UNKNOWN_INDICATOR",
                   "objectives[5].value NOT_A_WHOLE_STEP", "objectives[7].unit MISSING_FIELD",
                   "objectives[7].indicator MISSING_FIELD", "objectives[7].value MISSING_FIELD"}));
}

TEST_F(ObjectiveServiceTest, NamesEveryBadFieldOfARule) {
  v1::CreateObjectiveSetRequest request = Growth();
  v1::GrowthRule& rule = *request.mutable_growth_rule();
  rule.set_growth(-2);
  rule.set_window("soon");
  rule.add_levels("agency");
  rule.add_indicators("sales");

  EXPECT_THAT(Broken(Create(request).status()),
              ElementsAre("growth_rule.window BAD_WINDOW", "growth_rule.growth OUT_OF_RANGE",
                          "growth_rule.levels[1] UNKNOWN_LEVEL",
                          "growth_rule.indicators[0] UNKNOWN_INDICATOR"));
}

TEST_F(ObjectiveServiceTest, RefusesABaseOutsideTheHistory) {
  v1::CreateObjectiveSetRequest request = Growth();
  request.mutable_growth_rule()->set_base_window("2020-01");

  const absl::Status status = Create(request).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  ASSERT_EQ(Broken(status).size(), 1u);
  EXPECT_THAT(Broken(status)[0], HasSubstr("OUTSIDE_REALISATIONS"));
}

TEST_F(ObjectiveServiceTest, RefusesBadRequests) {
  v1::CreateObjectiveSetRequest request;
  request.set_parent("fr");
  request.set_objective_set_id("-");
  EXPECT_THAT(Broken(Create(request).status()),
              ElementsAre("parent BAD_NAME", "objective_set_id BAD_SLUG", "source MISSING_FIELD"));

  request = Growth();
  request.set_revision("networks/be/revisions/latest");
  EXPECT_THAT(Broken(Create(request).status()), ElementsAre("revision BAD_NAME"));
  request.set_parent("networks/be");
  EXPECT_TRUE(absl::IsNotFound(Create(request).status()));
}

TEST_F(ObjectiveServiceTest, KeepsNothingOfAValidation) {
  v1::CreateObjectiveSetRequest request = Plan();
  request.set_validate_only(true);

  const auto set = Create(request);

  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->objective_count(), 3);
  EXPECT_TRUE(absl::IsNotFound(Get(set->name()).status()));
}

TEST_F(ObjectiveServiceTest, AnswersARepeatedRequestIdWithTheFirstSet) {
  v1::CreateObjectiveSetRequest request = Plan();
  request.set_request_id("o-1");
  const auto first = Create(request);
  ASSERT_TRUE(first.ok()) << first.status();

  const auto again = Create(request);
  request.mutable_objective_set()->set_display_name("Other");
  const auto other = Create(request);
  request.clear_request_id();
  const auto taken = Create(request);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_TRUE(absl::IsAlreadyExists(other.status())) << other.status();
  EXPECT_TRUE(absl::IsAlreadyExists(taken.status())) << taken.status();
}

TEST_F(ObjectiveServiceTest, PublishesADraftOnceAndForAll) {
  const auto draft = Create(Plan());
  ASSERT_TRUE(draft.ok()) << draft.status();

  const auto published = Publish("agreed", draft->etag());

  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->state(), v1::ObjectiveSet::STATE_PUBLISHED);
  EXPECT_EQ(published->author(), "anne");
  EXPECT_TRUE(published->has_publish_time());
  EXPECT_NE(published->etag(), draft->etag());
  EXPECT_EQ(published->content_hash(), draft->content_hash());
  EXPECT_EQ(List(published->name())->total_count(), 3);
  EXPECT_EQ(Publish("agreed")->SerializeAsString(), published->SerializeAsString());
}

TEST_F(ObjectiveServiceTest, RefusesToPublishAgainForAnotherReason) {
  ASSERT_TRUE(Create(Plan()).ok());
  ASSERT_TRUE(Publish("agreed").ok());

  EXPECT_TRUE(absl::IsFailedPrecondition(Publish("agreed twice").status()));
}

TEST_F(ObjectiveServiceTest, RefusesToPublishWhatHasChangedSince) {
  const auto draft = Create(Plan());
  ASSERT_TRUE(Publish("agreed").ok());

  EXPECT_TRUE(absl::IsAborted(Publish("agreed", draft->etag()).status()));
}

TEST_F(ObjectiveServiceTest, AnswersARepeatedPublicationAsTheFirst) {
  const auto draft = Create(Plan());
  const auto first = Publish("agreed", draft->etag(), "p-1");
  ASSERT_TRUE(first.ok()) << first.status();

  const auto again = Publish("agreed", draft->etag(), "p-1");

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
}

TEST_F(ObjectiveServiceTest, NeedsAnAuthorAndAReasonToPublish) {
  v1::PublishObjectiveSetRequest request;
  request.set_name("networks/fr/objectiveSets/plan");

  EXPECT_THAT(Broken(Ask(&ObjectiveStub::PublishObjectiveSet, request).status()),
              ElementsAre("author MISSING_FIELD", "reason MISSING_FIELD"));
}

TEST_F(ObjectiveServiceTest, ListsTheObjectivesAskedForByPages) {
  const auto set = Create(Plan());
  v1::ListObjectivesRequest request;
  request.set_parent(set->name());
  request.add_units("n1");
  request.set_page_size(1);

  const auto first = Ask(&ObjectiveStub::ListObjectives, request);
  ASSERT_TRUE(first.ok()) << first.status();
  request.set_page_token(first->next_page_token());
  const auto second = Ask(&ObjectiveStub::ListObjectives, request);

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->total_count(), 2);
  EXPECT_THAT(Rows(*first), ElementsAre("n1/accounts/2027 120"));
  EXPECT_THAT(Rows(*second), ElementsAre("n1/loans/2027 1500.5"));
  EXPECT_EQ(second->reasons().at(0), "new adviser");
  EXPECT_THAT(second->next_page_token(), IsEmpty());
}

TEST_F(ObjectiveServiceTest, ListsSetsOfAYear) {
  ASSERT_TRUE(Create(Plan()).ok());
  v1::CreateObjectiveSetRequest past = Growth();
  past.set_objective_set_id("plan-2026");
  past.mutable_objective_set()->set_fiscal_year("2026");
  ASSERT_TRUE(Create(past).ok());
  v1::ListObjectiveSetsRequest request;
  request.set_parent("networks/fr");

  const auto all = Ask(&ObjectiveStub::ListObjectiveSets, request);
  request.set_fiscal_year("2026");
  const auto year = Ask(&ObjectiveStub::ListObjectiveSets, request);

  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_TRUE(year.ok()) << year.status();
  EXPECT_EQ(all->objective_sets_size(), 2);
  ASSERT_EQ(year->objective_sets_size(), 1);
  EXPECT_EQ(year->objective_sets(0).name(), "networks/fr/objectiveSets/plan-2026");
}

TEST_F(ObjectiveServiceTest, FillsThePagesOfAYear) {
  v1::CreateObjectiveSetRequest made = Plan();
  for (int i = 0; i < 10; ++i) {
    made.set_objective_set_id(absl::StrCat("plan-", i));
    made.mutable_objective_set()->set_fiscal_year(i % 3 == 1 ? "2026" : "2027");
    ASSERT_TRUE(Create(made).ok());
  }
  v1::ListObjectiveSetsRequest request;
  request.set_parent("networks/fr");
  request.set_fiscal_year("2026");  // plan-7, plan-4, plan-1
  request.set_page_size(2);

  const auto first = Ask(&ObjectiveStub::ListObjectiveSets, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->objective_sets_size(), 2);
  EXPECT_EQ(first->objective_sets(0).name(), "networks/fr/objectiveSets/plan-7");
  EXPECT_EQ(first->objective_sets(1).name(), "networks/fr/objectiveSets/plan-4");
  ASSERT_FALSE(first->next_page_token().empty());

  request.set_page_token(first->next_page_token());
  const auto second = Ask(&ObjectiveStub::ListObjectiveSets, request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->objective_sets_size(), 1);
  EXPECT_EQ(second->objective_sets(0).name(), "networks/fr/objectiveSets/plan-1");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(ObjectiveServiceTest, GivesNoTokenWhenOnlyOtherYearsFollow) {
  v1::CreateObjectiveSetRequest made = Plan();
  for (int i = 0; i < 4; ++i) {
    made.set_objective_set_id(absl::StrCat("plan-", i));
    made.mutable_objective_set()->set_fiscal_year(i < 2 ? "2025" : "2026");
    ASSERT_TRUE(Create(made).ok());
  }
  v1::ListObjectiveSetsRequest request;
  request.set_parent("networks/fr");
  request.set_fiscal_year("2026");
  request.set_page_size(2);
  const auto page = Ask(&ObjectiveStub::ListObjectiveSets, request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->objective_sets_size(), 2);
  EXPECT_EQ(page->next_page_token(), "");
}

v1::ObjectiveImportOptions ImportOptions() {
  v1::ObjectiveImportOptions options;
  options.set_parent("networks/fr");
  options.set_objective_set_id("plan");
  options.mutable_objective_set()->set_official(true);
  return options;
}

TEST_F(ObjectiveServiceTest, ImportsASetFromFiles) {
  const auto import = server_.ImportObjectives(
      ImportOptions(),
      {{"plan.csv", "unit;indicator;window;value\nn1;accounts;2027;120\nn1;loans;2027;1 500,5\n"}});

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  EXPECT_EQ(import->kind(), v1::Import::KIND_OBJECTIVES);
  EXPECT_EQ(import->objective_set(), "networks/fr/objectiveSets/plan");
  EXPECT_EQ(import->value_count(), 2);
  const auto set = Get(import->objective_set());
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->origin(), v1::ObjectiveSet::ORIGIN_IMPORT);
  EXPECT_TRUE(set->official());
  EXPECT_THAT(Rows(*List(set->name())),
              ElementsAre("n1/accounts/2027 120", "n1/loans/2027 1500.5"));
}

TEST_F(ObjectiveServiceTest, RejectsFilesWithBadRowsAndKeepsNoSet) {
  const auto import = server_.ImportObjectives(
      ImportOptions(),
      {{"plan.csv", "unit;indicator;window;value\nzz;accounts;2027;120\nn1;loans;2027;0,3\n"}});

  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  EXPECT_EQ(import->violation_count(), 2);
  v1::ListImportViolationsRequest request;
  request.set_parent(import->name());
  const auto page =
      server_.Ask(server_.networks(), &v1::NetworkService::Stub::ListImportViolations, request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->violations(0).line(), 2);
  EXPECT_EQ(page->violations(0).reason(), "UNKNOWN_UNIT");
  EXPECT_EQ(page->violations(1).reason(), "NOT_A_ROUNDING_STEP");
  EXPECT_TRUE(absl::IsNotFound(Get("networks/fr/objectiveSets/plan").status()));
}

TEST_F(ObjectiveServiceTest, RefusesToImportUnderAnIdThatIsTaken) {
  ASSERT_TRUE(Create(Plan()).ok());

  const absl::Status status =
      server_
          .ImportObjectives(ImportOptions(),
                            {{"plan.csv", "unit;indicator;window;value\nn1;accounts;2027;1\n"}})
          .status();

  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
}

TEST_F(ObjectiveServiceTest, NamesTheBadOptionsOfAnImport) {
  v1::ObjectiveImportOptions options = ImportOptions();
  options.set_objective_set_id("Plan");
  options.set_parent("fr");

  const absl::Status status = server_.ImportObjectives(options, {}).status();

  EXPECT_THAT(Broken(status), ElementsAre("options.parent BAD_NAME", "options.files MISSING_FIELD",
                                          "options.objective_set_id BAD_SLUG"));
}

}  // namespace
}  // namespace jalon::server
