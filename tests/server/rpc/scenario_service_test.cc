#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/server/rpc/test_server.h"

namespace jalon::server {
namespace {

using ScenarioStub = v1::ScenarioService::Stub;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ScenarioServiceTest : public testing::Test {
 protected:
  ScenarioServiceTest() {
    NamedTexts files = SmallNetwork();
    files.emplace_back("driver_list.csv", "id;category\nrate;economic\n");
    files.emplace_back("drivers.csv", "driver;period;value\nrate;2026-01;2,5\nrate;2026-02;3\n");
    const auto import = server_.Import(OptionsFor("networks/fr"), files);
    EXPECT_TRUE(import.ok()) << import.status();
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (ScenarioStub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                               const Request& request) {
    return server_.Ask(server_.scenarios(), method, request);
  }

  absl::StatusOr<v1::Scenario> Get(const std::string& name) {
    v1::GetScenarioRequest request;
    request.set_name(name);
    return Ask(&ScenarioStub::GetScenario, request);
  }

  TestServer server_;
};

// Rates up by a point from March on, and a new rule from June on.
v1::CreateScenarioRequest RatesUp() {
  v1::CreateScenarioRequest request;
  request.set_parent("networks/fr");
  request.set_scenario_id("rates-up");
  v1::Scenario& scenario = *request.mutable_scenario();
  scenario.set_display_name("Taux +1");
  scenario.set_author("anne");
  v1::DriverAssumption& driver = *scenario.add_drivers();
  driver.set_driver("rate");
  driver.set_mode(v1::DriverAssumption::MODE_SHIFT);
  driver.set_first_period("2026-03");
  driver.add_values(1);
  v1::Event& event = *scenario.add_events();
  event.set_id("rule");
  event.set_category(v1::Event::CATEGORY_REGULATORY);
  event.set_start("2026-06");
  event.add_indicators("accounts");
  event.mutable_effect()->set_kind(v1::EffectLaw::KIND_FIXED);
  event.mutable_effect()->set_mode(-0.2);
  return request;
}

TEST_F(ScenarioServiceTest, KeepsAScenarioAsItWasGiven) {
  const auto made = Ask(&ScenarioStub::CreateScenario, RatesUp());

  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->name(), "networks/fr/scenarios/rates-up");
  EXPECT_EQ(made->author(), "anne");
  EXPECT_EQ(made->content_hash().size(), 64u);
  const auto read = Get(made->name());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), made->SerializeAsString());
  EXPECT_THAT(read->drivers(0).values(), ElementsAre(1));
  EXPECT_EQ(read->events(0).effect().mode(), -0.2);
}

TEST_F(ScenarioServiceTest, RefusesAMessageAboveAMebibyteAndGoesOnServing) {
  v1::CreateScenarioRequest request = RatesUp();
  request.mutable_scenario()->set_display_name(std::string((1 << 20) + 1, 'x'));

  const auto refused = Ask(&ScenarioStub::CreateScenario, request);

  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_TRUE(absl::IsNotFound(Get("networks/fr/scenarios/rates-up").status()));
  EXPECT_TRUE(Ask(&ScenarioStub::CreateScenario, RatesUp()).ok());
}

TEST_F(ScenarioServiceTest, MakesAnIdWhenNoneIsGiven) {
  v1::CreateScenarioRequest request = RatesUp();
  request.clear_scenario_id();

  const auto made = Ask(&ScenarioStub::CreateScenario, request);

  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->name().size(), std::string("networks/fr/scenarios/").size() + 12);
}

TEST_F(ScenarioServiceTest, RefusesAnIdThatIsTaken) {
  ASSERT_TRUE(Ask(&ScenarioStub::CreateScenario, RatesUp()).ok());

  const absl::Status again = Ask(&ScenarioStub::CreateScenario, RatesUp()).status();

  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
}

TEST_F(ScenarioServiceTest, NamesEveryBadFieldAtOnce) {
  v1::CreateScenarioRequest request = RatesUp();
  v1::Scenario& scenario = *request.mutable_scenario();
  scenario.mutable_drivers(0)->set_driver("gdp");
  scenario.mutable_events(0)->set_indicators(0, "sales");
  scenario.mutable_events(0)->mutable_effect()->set_mode(-1.5);

  const absl::Status status = Ask(&ScenarioStub::CreateScenario, request).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(Broken(status),
              ::testing::UnorderedElementsAre("scenario.drivers[0].driver UNKNOWN_DRIVER",
                                              "scenario.events[0].indicators[0] UNKNOWN_INDICATOR",
                                              "scenario.events[0].effect.mode EFFECT_TOO_LOW"));
}

TEST_F(ScenarioServiceTest, RefusesBadNamesAndIds) {
  v1::CreateScenarioRequest request;
  request.set_parent("fr");
  request.set_scenario_id("Rates Up");

  EXPECT_THAT(Broken(Ask(&ScenarioStub::CreateScenario, request).status()),
              ElementsAre("parent BAD_NAME", "scenario_id BAD_SLUG", "scenario MISSING_FIELD"));
  EXPECT_THAT(Broken(Get("networks/fr").status()), ElementsAre("name BAD_NAME"));
}

TEST_F(ScenarioServiceTest, SaysThatTheNetworkDoesNotExist) {
  v1::CreateScenarioRequest request = RatesUp();
  request.set_parent("networks/xx");
  EXPECT_TRUE(absl::IsNotFound(Ask(&ScenarioStub::CreateScenario, request).status()));
  v1::ListScenariosRequest list;
  list.set_parent("networks/xx");
  EXPECT_TRUE(absl::IsNotFound(Ask(&ScenarioStub::ListScenarios, list).status()));
}

TEST_F(ScenarioServiceTest, KeepsNothingOfAValidation) {
  v1::CreateScenarioRequest request = RatesUp();
  request.set_validate_only(true);

  const auto made = Ask(&ScenarioStub::CreateScenario, request);

  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(absl::IsNotFound(Get(made->name()).status()));
}

TEST_F(ScenarioServiceTest, AnswersARepeatedRequestIdWithTheFirstScenario) {
  v1::CreateScenarioRequest request = RatesUp();
  request.clear_scenario_id();
  request.set_request_id("s-1");
  const auto first = Ask(&ScenarioStub::CreateScenario, request);
  ASSERT_TRUE(first.ok()) << first.status();

  const auto again = Ask(&ScenarioStub::CreateScenario, request);
  request.mutable_scenario()->set_display_name("Other");
  const auto other = Ask(&ScenarioStub::CreateScenario, request);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->name(), first->name());
  EXPECT_TRUE(absl::IsAlreadyExists(other.status())) << other.status();
}

TEST_F(ScenarioServiceTest, PagesThroughScenarios) {
  v1::CreateScenarioRequest request = RatesUp();
  for (const char* id : {"a", "b", "c"}) {
    request.set_scenario_id(id);
    ASSERT_TRUE(Ask(&ScenarioStub::CreateScenario, request).ok());
  }
  v1::ListScenariosRequest list;
  list.set_parent("networks/fr");
  list.set_page_size(2);

  const auto first = Ask(&ScenarioStub::ListScenarios, list);
  ASSERT_TRUE(first.ok()) << first.status();
  list.set_page_token(first->next_page_token());
  const auto second = Ask(&ScenarioStub::ListScenarios, list);

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->scenarios_size(), 2);
  EXPECT_EQ(second->scenarios_size(), 1);
  EXPECT_THAT(second->next_page_token(), IsEmpty());
}

TEST_F(ScenarioServiceTest, DeletesAScenario) {
  ASSERT_TRUE(Ask(&ScenarioStub::CreateScenario, RatesUp()).ok());
  v1::DeleteScenarioRequest request;
  request.set_name("networks/fr/scenarios/rates-up");

  EXPECT_TRUE(Ask(&ScenarioStub::DeleteScenario, request).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(request.name()).status()));
  EXPECT_TRUE(absl::IsNotFound(Ask(&ScenarioStub::DeleteScenario, request).status()));
}

// ---- Mixtures.

// 70 % of `calm`, 30 % of `rates-up`.
v1::CreateScenarioRequest Outlook() {
  v1::CreateScenarioRequest request;
  request.set_parent("networks/fr");
  request.set_scenario_id("outlook");
  for (const auto& [id, weight] : {std::pair{"calm", 0.7}, {"rates-up", 0.3}}) {
    v1::ScenarioRegime& regime = *request.mutable_scenario()->add_mixture();
    regime.set_scenario(std::string("networks/fr/scenarios/") + id);
    regime.set_weight(weight);
  }
  request.mutable_scenario()->set_weight_confidence(10);
  return request;
}

class MixtureServiceTest : public ScenarioServiceTest {
 protected:
  MixtureServiceTest() {
    v1::CreateScenarioRequest calm;
    calm.set_parent("networks/fr");
    calm.set_scenario_id("calm");
    calm.mutable_scenario()->set_display_name("Calme");
    EXPECT_TRUE(Ask(&ScenarioStub::CreateScenario, calm).ok());
    EXPECT_TRUE(Ask(&ScenarioStub::CreateScenario, RatesUp()).ok());
  }

  std::vector<std::string> Problems(const v1::CreateScenarioRequest& request) {
    return Broken(Ask(&ScenarioStub::CreateScenario, request).status());
  }

  absl::Status Delete(const std::string& id) {
    v1::DeleteScenarioRequest request;
    request.set_name("networks/fr/scenarios/" + id);
    return Ask(&ScenarioStub::DeleteScenario, request).status();
  }
};

TEST_F(MixtureServiceTest, IsKeptWithTheHashesOfItsRegimes) {
  const auto made = Ask(&ScenarioStub::CreateScenario, Outlook());

  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->mixture_size(), 2);
  EXPECT_EQ(made->mixture(0).scenario(), "networks/fr/scenarios/calm");
  EXPECT_EQ(made->mixture(0).display_name(), "Calme");
  EXPECT_EQ(made->mixture(1).weight(), 0.3);
  EXPECT_EQ(made->mixture(1).content_hash(), Get("networks/fr/scenarios/rates-up")->content_hash());
  EXPECT_EQ(made->weight_confidence(), 10);
  EXPECT_EQ(Get(made->name())->SerializeAsString(), made->SerializeAsString());
}

TEST_F(MixtureServiceTest, HasAHashOfWeightsAndContentsAndNotOfNames) {
  const auto made = Ask(&ScenarioStub::CreateScenario, Outlook());
  ASSERT_TRUE(made.ok()) << made.status();
  v1::CreateScenarioRequest twin = RatesUp();
  twin.set_scenario_id("rates-up-again");
  ASSERT_TRUE(Ask(&ScenarioStub::CreateScenario, twin).ok());

  v1::CreateScenarioRequest renamed = Outlook();
  renamed.set_scenario_id("renamed");
  renamed.mutable_scenario()->mutable_mixture(1)->set_scenario(
      "networks/fr/scenarios/rates-up-again");
  EXPECT_EQ(Ask(&ScenarioStub::CreateScenario, renamed)->content_hash(), made->content_hash());
  v1::CreateScenarioRequest surer = Outlook();
  surer.set_scenario_id("surer");
  surer.mutable_scenario()->set_weight_confidence(20);
  EXPECT_NE(Ask(&ScenarioStub::CreateScenario, surer)->content_hash(), made->content_hash());
  v1::CreateScenarioRequest even = Outlook();
  even.set_scenario_id("even");
  even.mutable_scenario()->mutable_mixture(0)->set_weight(0.5);
  even.mutable_scenario()->mutable_mixture(1)->set_weight(0.5);
  EXPECT_NE(Ask(&ScenarioStub::CreateScenario, even)->content_hash(), made->content_hash());
}

TEST_F(MixtureServiceTest, NamesEveryProblemOfAMixtureAtOnce) {
  ASSERT_TRUE(Ask(&ScenarioStub::CreateScenario, Outlook()).ok());
  v1::CreateScenarioRequest request = Outlook();
  request.set_scenario_id("bad");
  v1::Scenario& scenario = *request.mutable_scenario();
  *scenario.add_mixture() = scenario.mixture(0);
  const char* const names[] = {"networks/fr/scenarios/nobody", "networks/xx/scenarios/calm", "calm",
                               "networks/fr/scenarios/outlook"};
  for (const char* name : names) scenario.add_mixture()->set_scenario(name);
  *scenario.add_drivers() = RatesUp().scenario().drivers(0);
  scenario.set_weight_confidence(-1);

  EXPECT_THAT(
      Problems(request),
      ::testing::UnorderedElementsAre(
          "scenario.mixture[2].scenario DUPLICATE_ID",
          "scenario.mixture[3].scenario UNKNOWN_SCENARIO", "scenario.mixture[4].scenario BAD_NAME",
          "scenario.mixture[5].scenario BAD_NAME", "scenario.mixture[6].scenario NESTED_MIXTURE",
          "scenario.mixture SUM_NOT_ONE", "scenario.drivers MIXTURE_WITH_CONTENT",
          "scenario.weight_confidence OUT_OF_RANGE"));
}

TEST_F(MixtureServiceTest, KeepsNothingOfAValidationEither) {
  v1::CreateScenarioRequest request = Outlook();
  request.set_validate_only(true);

  EXPECT_TRUE(Ask(&ScenarioStub::CreateScenario, request).ok());
  EXPECT_TRUE(absl::IsNotFound(Get("networks/fr/scenarios/outlook").status()));
}

TEST_F(MixtureServiceTest, OutlivesItsRegimes) {
  const auto made = Ask(&ScenarioStub::CreateScenario, Outlook());
  ASSERT_TRUE(made.ok()) << made.status();

  EXPECT_TRUE(Delete("rates-up").ok());
  EXPECT_EQ(Get(made->name())->SerializeAsString(), made->SerializeAsString());
}

}  // namespace
}  // namespace jalon::server
