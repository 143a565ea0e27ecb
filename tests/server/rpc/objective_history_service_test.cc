// ObjectiveService.AnalyzeObjectiveHistory over a channel, on a real SQLite file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/sqlite_store.h"
#include "tests/server/rpc/test_server.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using ObjectiveStub = v1::ObjectiveService::Stub;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSet2024[] =
    "unit;indicator;window;value\n"
    "n1;accounts;2024;100\n"  // 120 realised
    "n2;accounts;2024;150\n"  // 120
    "nord;accounts;2024;200\n";
constexpr char kSet2025[] =
    "unit;indicator;window;value\n"
    "n1;accounts;2025;130\n"   // 132
    "n2;accounts;2025;140\n"   // 132
    "n1;accounts;2026;150\n";  // not realised

class ObjectiveHistoryTest : public testing::Test {
 protected:
  ObjectiveHistoryTest() {
    std::string values = "unit;indicator;period;value\n";
    for (const char* unit : {"n1", "n2", "s1"}) {
      for (int month = 0; month < 24; ++month) {
        absl::StrAppend(&values, unit, ";accounts;", 2024 + month / 12, "-",
                        month % 12 < 9 ? "0" : "", month % 12 + 1, ";", 10 + month / 12, "\n");
      }
    }
    const auto import =
        server_.Import(OptionsFor("networks/fr"), SmallNetworkWith("realisations.csv", values));
    EXPECT_TRUE(import.ok()) << import.status();
  }

  void ImportSet(const std::string& id, const std::string& text, const std::string& year,
                 const std::string& perimeter = "") {
    v1::ObjectiveImportOptions options;
    options.set_parent("networks/fr");
    options.set_objective_set_id(id);
    options.mutable_objective_set()->set_fiscal_year(year);
    options.mutable_objective_set()->set_perimeter(perimeter);
    const auto import = server_.ImportObjectives(options, {{"objectives.csv", text}});
    ASSERT_TRUE(import.ok()) << import.status();
    ASSERT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  }

  void ImportBoth() {
    ImportSet("plan-2025", kSet2025, "2025");
    ImportSet("plan-2024", kSet2024, "2024", "2024-01");
  }

  absl::StatusOr<v1::AnalyzeObjectiveHistoryResponse> Analyze(
      const v1::AnalyzeObjectiveHistoryRequest& request) {
    return server_.Ask(server_.objectives(), &ObjectiveStub::AnalyzeObjectiveHistory, request);
  }

  static v1::AnalyzeObjectiveHistoryRequest Request() {
    v1::AnalyzeObjectiveHistoryRequest request;
    request.set_parent("networks/fr");
    return request;
  }

  SystemClock clock_;
  TempDir folder_;
  TestServer server_{
      {.store = OpenSqliteStore({.directory = folder_.path(), .clock = &clock_}).value()}};
};

// `indicator window attained of count`.
std::vector<std::string> Rows(const v1::AnalyzeObjectiveHistoryResponse& response) {
  std::vector<std::string> rows;
  for (const v1::ObjectiveHistoryRow& row : response.rows()) {
    rows.push_back(absl::StrCat(row.indicator(), " ", row.window(), " ",
                                row.attained_share().value(), " of ", row.objective_count()));
  }
  return rows;
}

TEST_F(ObjectiveHistoryTest, JudgesAllSetsOfTheNetworkAtTheDeepestLevel) {
  ImportBoth();
  const auto history = Analyze(Request());
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(Rows(*history), ElementsAre("accounts 2024 0.5 of 2", "accounts 2025 0.5 of 2",
                                          "accounts  0.5 of 4", "  0.5 of 4"));
  ASSERT_EQ(history->objective_sets_size(), 2);
  EXPECT_EQ(history->objective_sets(0).name(), "networks/fr/objectiveSets/plan-2024");
  EXPECT_THAT(history->revision(), HasSubstr("networks/fr/revisions/"));
  EXPECT_THAT(history->notices(), Contains(HasSubstr("1 objectives left out")));
  EXPECT_THAT(history->notices(), Contains(HasSubstr("plan-2025 says no perimeter")));
  EXPECT_THAT(history->notices(), Not(Contains(HasSubstr("plan-2024 says no perimeter"))));
}

TEST_F(ObjectiveHistoryTest, ReadsTheSetsLevelsAndIndicatorsAskedFor) {
  ImportBoth();
  v1::AnalyzeObjectiveHistoryRequest request = Request();
  request.add_objective_sets("networks/fr/objectiveSets/plan-2024");
  request.add_levels("region");
  request.add_indicators("accounts");
  const auto history = Analyze(request);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_THAT(Rows(*history), Contains("accounts 2024 1 of 1"));
  EXPECT_EQ(history->objective_sets_size(), 1);
}

TEST_F(ObjectiveHistoryTest, AnswersTheSameTwice) {
  ImportBoth();
  EXPECT_EQ(Analyze(Request())->SerializeAsString(), Analyze(Request())->SerializeAsString());
}

TEST_F(ObjectiveHistoryTest, NamesEveryBadNameAtOnce) {
  v1::AnalyzeObjectiveHistoryRequest request = Request();
  request.set_parent("fr");
  request.add_objective_sets("plan");
  EXPECT_THAT(Broken(Analyze(request).status()),
              ElementsAre("parent BAD_NAME", "objective_sets[0] BAD_NAME"));
}

TEST_F(ObjectiveHistoryTest, RefusesSetsOfAnotherNetwork) {
  server_.ImportSmall("networks/de");
  v1::AnalyzeObjectiveHistoryRequest request = Request();
  request.add_objective_sets("networks/de/objectiveSets/plan");
  EXPECT_THAT(Broken(Analyze(request).status()), ElementsAre("objective_sets[0] BAD_NAME"));
}

TEST_F(ObjectiveHistoryTest, NamesEveryUnknownLevelAndIndicatorAtOnce) {
  ImportBoth();
  v1::AnalyzeObjectiveHistoryRequest request = Request();
  request.add_levels("branch");
  request.add_levels("zone");
  request.add_indicators("cards");
  EXPECT_THAT(Broken(Analyze(request).status()),
              ElementsAre("levels[1] UNKNOWN_LEVEL", "indicators[0] UNKNOWN_INDICATOR"));
}

TEST_F(ObjectiveHistoryTest, SaysWhatDoesNotExist) {
  v1::AnalyzeObjectiveHistoryRequest nowhere = Request();
  nowhere.set_parent("networks/de");
  EXPECT_TRUE(absl::IsNotFound(Analyze(nowhere).status()));
  v1::AnalyzeObjectiveHistoryRequest set = Request();
  set.add_objective_sets("networks/fr/objectiveSets/gone");
  EXPECT_TRUE(absl::IsNotFound(Analyze(set).status()));
  v1::AnalyzeObjectiveHistoryRequest revision = Request();
  revision.set_revision("networks/fr/revisions/000000000000");
  EXPECT_TRUE(absl::IsNotFound(Analyze(revision).status()));
}

TEST_F(ObjectiveHistoryTest, RefusesToJudgeWhenNothingIsRealised) {
  ImportSet("plan-2027", "unit;indicator;window;value\nn1;accounts;2027;1\n", "2027");
  const absl::Status status = Analyze(Request()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("import past years' sets"));
}

TEST_F(ObjectiveHistoryTest, RefusesAnObjectiveThatStandsInTwoSets) {
  ImportBoth();
  ImportSet("plan-2024b", kSet2024, "2024");
  EXPECT_THAT(Broken(Analyze(Request()).status()),
              ElementsAre("objectives DUPLICATE", "objectives DUPLICATE"));
}

}  // namespace
}  // namespace jalon::server
