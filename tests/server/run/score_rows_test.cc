#include "server/run/score_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/sim/network/small_network.h"

namespace jalon::server {
namespace {

using testing::Contains;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

sim::Window YearOf(int year) { return {sim::Period::Month(year, 1), sim::Period::Month(year, 12)}; }

// The small bank: indicators 0 accounts, 1 loans, 2 savings (scaled by 1,000); n1 is unit 2;
// segment 2 is retail, 1 private.
class ScoreRowsTest : public testing::Test {
 protected:
  ScoreRowsTest() {
    rows_.windows = {YearOf(2027)};
    rows_.has_objectives = true;
    rows_.ro_levels = {1.0};
    policy_.weights = {{.indicator = "accounts", .weight = 0.5},
                       {.indicator = "loans", .weight = 0.3},
                       {.indicator = "savings", .weight = 0.2}};
  }

  // A row of the run; NaN makes it one without objective.
  void Add(int indicator, int unit, int segment, double objective) {
    rows_.rows.push_back({indicator, unit, segment, 0});
    rows_.objectives.push_back(objective);
    rows_.targets.push_back(
        {.range = sim::RangeOf(network_, indicator, unit, segment), .window = YearOf(2027)});
    if (!std::isnan(objective)) Declare(indicator, unit, segment);
  }
  // An objective of the set, computed by the run or not.
  void Declare(int indicator, int unit, int segment) {
    objectives_.push_back({.unit = network_.unit(unit).id,
                           .segment = network_.segment(segment).id,
                           .indicator = network_.indicator(indicator).id,
                           .window = YearOf(2027)});
  }

  ScoreRows Make() {
    absl::StatusOr<ScoreRows> made =
        MakeScoreRows({.network = network_,
                       .policy = policy_,
                       .rows = rows_,
                       .objectives = *PlaceObjectives(network_, objectives_),
                       .request = request_});
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : ScoreRows();
  }

  static std::vector<double> WeightsOf(const sim::PlanScore& score) {
    std::vector<double> weights;
    for (const sim::PlanScoreTerm& term : score.terms) weights.push_back(term.term.weight);
    return weights;
  }

  const sim::Network network_ = sim::SmallNetwork();
  sim::ScorePolicy policy_;
  RunRows rows_;
  std::vector<sim::Objective> objectives_;
  v1::TargetSpec request_;
};

TEST_F(ScoreRowsTest, MakesOneScorePerUnitThatHasObjectives) {
  Add(0, 2, 0, 100);
  Add(0, 3, 0, kNone);
  Add(1, 2, 0, 1'000);
  Add(2, 2, 0, -50);
  const ScoreRows made = Make();
  ASSERT_EQ(made.rows.size(), 1u);
  EXPECT_EQ(made.rows[0].unit, 2);
  const sim::PlanScore& score = made.plan.scores[0];
  EXPECT_EQ(score.objectives.size(), 3u);
  EXPECT_THAT(WeightsOf(score), ElementsAre(DoubleEq(0.5), DoubleEq(0.3), DoubleEq(0.2)));
  EXPECT_EQ(score.terms[1].scale, 1'000) << "R/O is Y over O";
  EXPECT_EQ(score.terms[2].scale, 1'000) << "the declared scale";
  EXPECT_EQ(score.terms[2].objective.target, 3);
}

TEST_F(ScoreRowsTest, GivesWeightsWithoutObjectiveOrMeaningToTheOthers) {
  Add(0, 2, 0, 0);  // an objective of 0 has no R/O at level basis
  Add(2, 2, 0, 100);
  const ScoreRows made = Make();
  EXPECT_THAT(WeightsOf(made.plan.scores[0]), ElementsAre(1.0));
  EXPECT_EQ(made.plan.scores[0].objectives.size(), 2u) << "0 can be attained all the same";
  ASSERT_EQ(made.weight_rows.size(), 3u);
  EXPECT_EQ(made.weight_rows[0].weight, 0);
  EXPECT_EQ(made.weight_rows[0].declared, 0.5);
  EXPECT_EQ(made.weight_rows[1].term, -1) << "loans have no objective";
}

TEST_F(ScoreRowsTest, MeasuresVariationsWhereTheirStartIsKnown) {
  sim::NetworkSpec spec = sim::SmallSpec();
  spec.indicators[2].kind = sim::IndicatorKind::kStock;  // loans
  spec.indicators[2].aggregation = sim::Aggregation::kLast;
  spec.indicators[2].basis = sim::AttainmentBasis::kVariation;
  const sim::Network network = *sim::Network::Create(spec);
  Add(1, 2, 0, 1'000);
  Add(1, 3, 0, 1'000);
  rows_.targets[0].opening = sim::TargetOpening{.objective = 1'000};
  const ScoreRows made = *MakeScoreRows({.network = network,
                                         .policy = policy_,
                                         .rows = rows_,
                                         .objectives = *PlaceObjectives(network, objectives_),
                                         .request = request_});
  ASSERT_EQ(made.plan.scores[0].terms.size(), 1u);
  EXPECT_TRUE(made.plan.scores[0].terms[0].on_variation);
  EXPECT_TRUE(made.plan.scores[1].terms.empty()) << "no start, no R/O";
}

TEST_F(ScoreRowsTest, SharesAWeightAmongObjectivesBySegment) {
  Add(0, 2, 1, 10);
  Add(0, 2, 2, 30);
  Add(1, 2, 0, 1'000);
  Add(1, 2, 1, 400);
  const ScoreRows made = Make();
  EXPECT_THAT(WeightsOf(made.plan.scores[0]),
              ElementsAre(DoubleEq(0.3125), DoubleEq(0.3125), DoubleEq(0.375)))
      << "loans have an objective for all segments together";
  EXPECT_EQ(made.plan.scores[0].objectives.size(), 4u);
}

TEST_F(ScoreRowsTest, LeavesOutAScoreOfWhichAnObjectiveIsNotComputed) {
  Add(0, 2, 0, 100);
  Add(0, 3, 0, 100);
  Declare(1, 2, 0);
  const ScoreRows made = Make();
  EXPECT_TRUE(made.plan.scores[0].terms.empty());
  EXPECT_THAT(WeightsOf(made.plan.scores[1]), ElementsAre(1.0));
  EXPECT_THAT(made.notices, Contains(HasSubstr("1 of 2 scores are left out")));
}

TEST_F(ScoreRowsTest, HasJointAttainmentButNoScoreWithoutWeights) {
  policy_ = {};
  Add(0, 2, 0, 100);
  const ScoreRows made = Make();
  EXPECT_EQ(made.plan.scores[0].objectives.size(), 1u);
  EXPECT_TRUE(made.plan.scores[0].terms.empty());
  EXPECT_EQ(made.specs.size(), 4u);
  EXPECT_TRUE(made.weight_specs.empty());
}

TEST_F(ScoreRowsTest, GathersTheObjectivesOfASetOfUnits) {
  Add(0, 2, 0, 100);
  Add(0, 3, 0, 90);
  Add(1, 3, 0, 900);
  v1::JointSet& set = *request_.add_joint_sets();
  set.set_label("both");
  set.add_units("n1");
  set.add_units("n2");
  const ScoreRows made = Make();
  ASSERT_EQ(made.plan.joint_sets.size(), 1u);
  EXPECT_EQ(made.plan.joint_sets[0].size(), 3u);
  EXPECT_EQ(made.joint_sets[0].objective_count(), 3);
  EXPECT_EQ(made.joint_sets[0].window(), "2027");
}

TEST_F(ScoreRowsTest, RefusesASetWithAUnitThatHasNoObjective) {
  Add(0, 2, 0, 100);
  v1::JointSet& set = *request_.add_joint_sets();
  set.set_label("both");
  set.add_units("n1");
  set.add_units("n2");
  const absl::Status status = MakeScoreRows({.network = network_,
                                             .policy = policy_,
                                             .rows = rows_,
                                             .objectives = *PlaceObjectives(network_, objectives_),
                                             .request = request_})
                                  .status();
  const sim::Violations found = sim::ViolationsFromStatus(status);
  EXPECT_EQ(found.total_count(), 1);
  EXPECT_TRUE(sim::HasViolation(found, "run.targets.joint_sets[0].units[1]", "NO_OBJECTIVE"));
}

}  // namespace
}  // namespace jalon::server
