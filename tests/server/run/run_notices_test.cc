#include "server/run/run_notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/network/kinds_network.h"

namespace jalon::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Notices(const sim::Revision& revision, sim::Period as_of) {
  return NoticesOf(revision, as_of, {});
}

sim::Revision WithAClosing(sim::Period closed) {
  sim::NetworkSpec spec = sim::KindsRevision().network.spec();
  spec.units[2].closed = closed;  // n1
  sim::Revision revision = sim::KindsRevision();
  revision.network = sim::Network::Create(spec).value();
  return revision;
}

TEST(RunNoticesTest, SaysNothingOfAPlainNetworkAtItsPresent) {
  const sim::Revision revision = sim::KindsRevision();
  EXPECT_THAT(Notices(revision, revision.realisations.last()), IsEmpty());
}

TEST(RunNoticesTest, CountsTheClosingsThatLookingBackHides) {
  const sim::Period last = sim::KindsRevision().realisations.last();
  EXPECT_THAT(Notices(WithAClosing(last), last - 2),
              Contains(HasSubstr("are not known as of then, of units: 1")));
  EXPECT_THAT(Notices(WithAClosing(last + 2), last), IsEmpty()) << "a plan, known at the present";
  EXPECT_THAT(Notices(WithAClosing(last - 2), last - 2), IsEmpty());
}

TEST(RunNoticesTest, SaysThatHistoryRestatedSinceLooksAhead) {
  sim::Revision revision = sim::KindsRevision();
  const sim::Period last = revision.realisations.last();
  revision.perimeter.changes = {{.kind = sim::PerimeterChangeKind::kTransfer,
                                 .date = last,
                                 .unit = "n1",
                                 .receiver = "n2",
                                 .share = 0.1}};
  EXPECT_THAT(Notices(revision, last - 1), Contains(HasSubstr("which looks ahead: 1")));
  EXPECT_THAT(Notices(revision, last), IsEmpty());
}

TEST(RunNoticesTest, SaysThatEliminationsStayInProportionAndInWhatTheyAre) {
  sim::Revision revision = sim::KindsRevision();
  const sim::Period last = revision.realisations.last();
  revision.credit.eliminations = {{"bank", "all", "accounts", last, -5.0}};
  EXPECT_THAT(Notices(revision, last),
              ElementsAre(AllOf(HasSubstr("accounts: sums, and what is computed of them, hold "
                                          "eliminations, after as_of in the proportion of"),
                                HasSubstr("(-5 in "))));
}

TEST(RunNoticesTest, SaysWhatAMixtureMixesAndNamesAnEventOfSeveralRegimesOnce) {
  const sim::Revision revision = sim::KindsRevision();
  const sim::Event event{.id = "rule",
                         .start = revision.realisations.last(),
                         .effect = {.mode = -0.1},
                         .size_is_assumption = true};
  sim::Scenario scenario{.id = "outlook"};
  scenario.mixture = {{.id = "calm", .weight = 0.25},
                      {.id = "bad", .weight = 0.5, .events = {event}},
                      {.id = "worse", .weight = 0.25, .events = {event}}};
  EXPECT_THAT(NoticesOf(revision, revision.realisations.last(), scenario),
              ElementsAre("the scenario is a mixture: calm 25 %, bad 50 %, worse 25 %; weights are "
                          "taken as known",
                          "event rule: its size is an assumption"));
  scenario.weight_confidence = 12.0;
  EXPECT_THAT(NoticesOf(revision, revision.realisations.last(), scenario),
              Contains(HasSubstr("weights are worth 12 observations")));
}

}  // namespace
}  // namespace jalon::server
