// ScenarioService.ImportScenario over a channel, on a real SQLite file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/sqlite_store.h"
#include "tests/server/rpc/test_server.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPaths[] =
    "driver;period;value;mode\n"
    "rate;2026-03;1;shift\n"
    "rate;2026-04;1,5;shift\n";
constexpr char kEvents[] =
    "id;start;effect;class;indicators\n"
    "rule;2026-06;-0,2;regulatory;accounts\n";

class ScenarioImportTest : public testing::Test {
 protected:
  ScenarioImportTest() {
    NamedTexts files = SmallNetwork();
    files.emplace_back("driver_list.csv", "id;category\nrate;economic\n");
    files.emplace_back("drivers.csv", "driver;period;value\nrate;2026-01;2,5\nrate;2026-02;3\n");
    const auto import = server_.Import(OptionsFor("networks/fr"), files);
    EXPECT_TRUE(import.ok()) << import.status();
  }

  static v1::ScenarioImportOptions Options() {
    v1::ScenarioImportOptions options;
    options.set_parent("networks/fr");
    options.set_scenario_id("rates-up");
    options.mutable_scenario()->set_display_name("Taux +1");
    options.mutable_scenario()->set_author("anne");
    return options;
  }

  absl::StatusOr<v1::Import> Import(const v1::ScenarioImportOptions& options,
                                    const NamedTexts& files = {{"paths.csv", kPaths},
                                                               {"events.csv", kEvents}}) {
    return server_.ImportScenario(options, files);
  }

  absl::StatusOr<v1::Scenario> Get(const std::string& name) {
    v1::GetScenarioRequest request;
    request.set_name(name);
    return server_.Ask(server_.scenarios(), &v1::ScenarioService::Stub::GetScenario, request);
  }

  int ScenarioCount() {
    v1::ListScenariosRequest request;
    request.set_parent("networks/fr");
    const auto list =
        server_.Ask(server_.scenarios(), &v1::ScenarioService::Stub::ListScenarios, request);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? list->scenarios_size() : -1;
  }

  // `file:line:column REASON` of each violation, a page of `page_size` at a time.
  std::vector<std::string> Listed(const v1::Import& import, int page_size) {
    v1::ListImportViolationsRequest request;
    request.set_parent(import.name());
    request.set_page_size(page_size);
    std::vector<std::string> listed;
    do {
      const auto page =
          server_.Ask(server_.networks(), &v1::NetworkService::Stub::ListImportViolations, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return listed;
      EXPECT_LE(page->violations_size(), page_size);
      for (const v1::Violation& v : page->violations()) {
        listed.push_back(absl::StrCat(v.file(), ":", v.line(), ":", v.column(), " ", v.reason()));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return listed;
  }

  SystemClock clock_;
  TempDir folder_;
  TestServer server_{
      {.store = OpenSqliteStore({.directory = folder_.path(), .clock = &clock_}).value()}};
};

TEST_F(ScenarioImportTest, KeepsPathsAndEventsOfTheFiles) {
  const auto import = Import(Options());
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_SUCCEEDED) << import->ShortDebugString();
  EXPECT_EQ(import->kind(), v1::Import::KIND_SCENARIO);
  EXPECT_EQ(import->scenario(), "networks/fr/scenarios/rates-up");
  EXPECT_EQ(import->row_count(), 3);
  EXPECT_EQ(import->value_count(), 2);
  EXPECT_THAT(import->notices(), Contains(HasSubstr("rate is shifted from 2026-03 to 2026-04")));

  const auto scenario = Get(import->scenario());
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->display_name(), "Taux +1");
  EXPECT_EQ(scenario->author(), "anne");
  ASSERT_EQ(scenario->drivers_size(), 1);
  EXPECT_EQ(scenario->drivers(0).mode(), v1::DriverAssumption::MODE_SHIFT);
  EXPECT_EQ(scenario->drivers(0).first_period(), "2026-03");
  EXPECT_THAT(scenario->drivers(0).values(), ElementsAre(1.0, 1.5));
  ASSERT_EQ(scenario->events_size(), 1);
  EXPECT_EQ(scenario->events(0).effect().mode(), -0.2);
}

TEST_F(ScenarioImportTest, TakesTheIdOfTheMappingWhenTheOptionsGiveNone) {
  v1::ScenarioImportOptions options = Options();
  options.clear_scenario_id();
  options.set_mapping("[scenario]\nid = mapped\n");
  const auto import = Import(options);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->scenario(), "networks/fr/scenarios/mapped");
}

TEST_F(ScenarioImportTest, ListsEveryBadRowByPagesAndKeepsNoScenario) {
  const auto import =
      Import(Options(),
             {{"paths.csv", "driver;period;value;mode\nrate;2026-03;x;shift\nrate;soon;1;shift\n"},
              {"events.csv", "id;start;effect;class\nrule;2026-06;-0,2;magic\n"}});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  EXPECT_EQ(import->scenario(), "");
  EXPECT_EQ(import->violation_count(), 3);
  EXPECT_THAT(Listed(*import, 2),
              ElementsAre("paths.csv:2:3 TEXT_IN_NUMBER", "paths.csv:3:2 BAD_PERIOD",
                          "events.csv:2:4 UNKNOWN_VALUE"));
  EXPECT_EQ(ScenarioCount(), 0);
}

TEST_F(ScenarioImportTest, ListsWhatTheNetworkDoesNotKnow) {
  const auto import =
      Import(Options(), {{"paths.csv", "driver;period;value\ninflation;2026-03;1\n"},
                         {"events.csv", "id;start;effect;indicators\nrule;2026-06;-0,2;cards\n"}});
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  EXPECT_THAT(Listed(*import, 10), ElementsAre(HasSubstr("paths.csv:2:1 UNKNOWN_DRIVER"),
                                               HasSubstr("UNKNOWN_INDICATOR")));
  EXPECT_EQ(ScenarioCount(), 0);
}

TEST_F(ScenarioImportTest, ListsABadMapping) {
  v1::ScenarioImportOptions options = Options();
  options.set_mapping("[scenario]\ncolour = blue\n");
  const auto import = Import(options);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_REJECTED);
  EXPECT_THAT(Listed(*import, 10), ElementsAre("mapping:2:0 UNKNOWN_KEY"));
}

TEST_F(ScenarioImportTest, KeepsNothingOfAValidation) {
  v1::ScenarioImportOptions options = Options();
  options.set_validate_only(true);
  const auto import = Import(options);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->state(), v1::Import::STATE_VALIDATED);
  EXPECT_EQ(ScenarioCount(), 0);
}

TEST_F(ScenarioImportTest, AnswersARepeatedRequestIdWithTheFirstImport) {
  v1::ScenarioImportOptions options = Options();
  options.clear_scenario_id();
  options.set_request_id("once");
  const auto first = Import(options);
  const auto second = Import(options);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->name(), first->name());
  EXPECT_EQ(second->scenario(), first->scenario());
  EXPECT_EQ(ScenarioCount(), 1);
}

TEST_F(ScenarioImportTest, RefusesAnIdThatIsTaken) {
  ASSERT_TRUE(Import(Options()).ok());
  const absl::Status status = Import(Options()).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_EQ(ScenarioCount(), 1);
}

TEST_F(ScenarioImportTest, NamesEveryBadOptionAtOnce) {
  v1::ScenarioImportOptions options = Options();
  options.set_parent("fr");
  options.set_scenario_id("Rates up");
  options.set_request_id(std::string(65, 'x'));
  options.mutable_scenario()->set_display_name(std::string(401, 'x'));
  options.mutable_scenario()->set_author(std::string(401, 'x'));
  options.mutable_scenario()->add_drivers()->set_driver("rate");
  EXPECT_THAT(
      Broken(Import(options, {}).status()),
      ElementsAre("options.parent BAD_NAME", "options.files MISSING_FIELD",
                  "options.request_id TEXT_TOO_LONG", "options.scenario_id BAD_SLUG",
                  "options.scenario.display_name TEXT_TOO_LONG",
                  "options.scenario.author TEXT_TOO_LONG", "options.scenario OUT_OF_RANGE"));
}

TEST_F(ScenarioImportTest, SaysThatTheNetworkOrTheRevisionDoesNotExist) {
  v1::ScenarioImportOptions elsewhere = Options();
  elsewhere.set_parent("networks/de");
  EXPECT_TRUE(absl::IsNotFound(Import(elsewhere).status()));
  v1::ScenarioImportOptions earlier = Options();
  earlier.set_revision("networks/fr/revisions/000000000000");
  EXPECT_TRUE(absl::IsNotFound(Import(earlier).status()));
}

TEST_F(ScenarioImportTest, KeepsNothingOfAnUploadThatIsCutShort) {
  v1::ScenarioImportOptions options = Options();
  v1::FileDeclaration& file = *options.add_files();
  file.set_file("paths.csv");
  file.set_size_bytes(1'000);
  const absl::Status status = Import(options, {{"paths.csv", kPaths}}).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_EQ(ScenarioCount(), 0);
}

TEST_F(ScenarioImportTest, RefusesMoreBytesThanAnnounced) {
  v1::ScenarioImportOptions options = Options();
  v1::FileDeclaration& file = *options.add_files();
  file.set_file("paths.csv");
  file.set_size_bytes(3);
  EXPECT_THAT(Broken(Import(options, {{"paths.csv", kPaths}}).status()),
              ElementsAre(HasSubstr("TOO_MANY_BYTES")));
  EXPECT_EQ(ScenarioCount(), 0);
}

}  // namespace
}  // namespace jalon::server
