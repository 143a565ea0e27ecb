// Work that tens of thousands of series make long is done, and undone, in slices: with the same
// numbers, and so many of them whatever the machine.
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/free_parts.h"
#include "sim/engine/conditional/atoms.h"
#include "sim/engine/conditional/chosen_laws.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/law_choice.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

TEST(PathMeansTest, AreTheSameMadeSeriesBySeries) {
  const TinyBank bank = MakeRandomBank(7);
  const Plan plan = bank.plan();
  const ConditionalPlan prepared = ConditionalPlan::MakeWherePossible(plan, {});
  const ConditionalPlanState& state = prepared.state();
  PathMeansWork work(state.means, state.states->At(5));
  int steps = 1;
  while (!work.Step(1)) ++steps;
  EXPECT_EQ(steps, plan.series_count());
  EXPECT_EQ(work.Take(), state.means.At(state.states->At(5)));
}

// A year of a bank of many branches.
Plan ManyBranches(int branch_count) {
  TinyBank bank = MakeTinyBank({.branches_per_region = branch_count});
  bank.targets.push_back(bank.YearOf("bank", 0));
  return bank.plan();
}

// The choice of its law by the middle of `prepared`.
LawChoice ChoiceOf(const ConditionalPlan& prepared) {
  const ConditionalPlanState& state = prepared.state();
  const PathMeans middle = state.means.At(state.states->Middle(0));
  return LawChoice(prepared.plan(), {.middles = {middle}, .rates = middle.rates}, {}, {});
}

TEST(LawChoiceTest, CollectsTheBranchesOfALargeTargetInSlicesOfTheirOwn) {
  const Plan plan = ManyBranches(5'000);
  const ConditionalPlan prepared = ConditionalPlan::MakeWherePossible(plan, {});
  LawChoice choice = ChoiceOf(prepared);
  int steps = 1;
  while (!choice.Step()) ++steps;
  // Its law; 4,000 branches and 1,000; the table; its costs.
  EXPECT_EQ(steps, 5);
  const std::shared_ptr<const ChosenLaws> chosen = choice.Take();
  ASSERT_EQ(chosen->program.table.atoms.size(), 5'000u);
  EXPECT_EQ(chosen->program.table.uses, prepared.state().program().table.uses);
  EXPECT_EQ(chosen->program.table.costs, prepared.state().program().table.costs);
}

TEST(LawChoiceTest, LetsGoInPartsWhereverItStands) {
  const Plan plan = ManyBranches(3);
  const ConditionalPlan prepared = ConditionalPlan::MakeWherePossible(plan, {});
  LawChoice choice = ChoiceOf(prepared);
  EXPECT_FALSE(choice.Step());
  EXPECT_FALSE(choice.LetGo());
  EXPECT_TRUE(choice.LetGo());
}

TEST(AtomCollectorTest, TellsUsesTheirAtomsAFewAtATime) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  for (const char* unit : {"bank", "r2", "r1-b1"}) bank.targets.push_back(bank.YearOf(unit, 0));
  const Plan plan = bank.plan();
  const std::vector<double> rates;
  const SlotSeries slots(plan, rates);
  AtomCollector collector(plan);
  for (const PlanTarget& target : plan.target_parts) {
    const Composition composition = Compose(plan, slots, target.value, target.denominator);
    for (int b = 0; b < composition.branch_count(); ++b) collector.AddBranch(composition, b);
    collector.EndTarget(composition.branch_count());
  }
  // Of seven.
  EXPECT_FALSE(collector.Finish(3));
  EXPECT_FALSE(collector.Finish(3));
  EXPECT_TRUE(collector.Finish(3));
  const AtomTable table = collector.Take();
  EXPECT_EQ(table.uses, (std::vector<int>{0, 2, 0, 0, 1, 0, 1}));
  ASSERT_EQ(table.atoms.size(), 4u);
  EXPECT_EQ(table.atoms[2].first_use, 3);
  EXPECT_EQ(table.atoms[2].end_use, 5);
  EXPECT_EQ(table.atom_count, (std::vector<int>{4, 2, 1}));
}

TEST(ChosenLawsTest, AreFreedInParts) {
  auto made = std::make_shared<ChosenLaws>();
  made->laws.resize(2 * kFreedAtOnce + 1);
  std::shared_ptr<const ChosenLaws> laws = std::move(made);
  EXPECT_FALSE(LetGo(laws));
  EXPECT_FALSE(LetGo(laws));
  EXPECT_TRUE(LetGo(laws));
  EXPECT_EQ(laws, nullptr);
  EXPECT_TRUE(LetGo(laws));
}

TEST(ChosenLawsTest, StayWholeForThoseWhoShareThem) {
  auto made = std::make_shared<ChosenLaws>();
  made->laws.resize(2 * kFreedAtOnce);
  const std::shared_ptr<const ChosenLaws> others = made;
  std::shared_ptr<const ChosenLaws> laws = std::move(made);
  EXPECT_TRUE(LetGo(laws));
  EXPECT_EQ(laws, nullptr);
  EXPECT_EQ(others->laws.size(), 2 * kFreedAtOnce);
}

TEST(EstimatorTest, LetsGoOfWhatItHoldsOneThingAtATime) {
  TinyBank bank = MakeTinyBank({});
  bank.targets.push_back(bank.YearOf("bank", 0));
  const Plan plan = bank.plan();
  ConditionalEstimator estimator(plan, {});
  EXPECT_TRUE(estimator.LetGo()) << "nothing is there yet";
  std::unique_ptr<SlicedWork> work = estimator.BeginPreparation();
  while (!work->Step()) {
  }
  ASSERT_TRUE(estimator.FinishPreparation(std::move(work)).ok());
  // What blocks were folded into, twice; the first blocks, which are known.
  for (int part = 0; part < 2 + kPilotPoints; ++part) EXPECT_FALSE(estimator.LetGo()) << part;
  EXPECT_TRUE(estimator.LetGo());
}

TEST(EstimatorTest, LetsGoOfAPreparationWhereverItStands) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kAmount}});
  for (const int k : {0, 1}) bank.targets.push_back(bank.YearOf("bank", k));
  const Plan plan = bank.plan();
  const ConditionalEstimator estimator(plan, {});
  int whole = 1;
  for (const auto work = estimator.BeginPreparation(); !work->Step();) ++whole;
  for (int steps = 0; steps <= whole; ++steps) {
    const std::unique_ptr<SlicedWork> work = estimator.BeginPreparation();
    for (int k = 0; k < steps; ++k) EXPECT_EQ(work->Step(), k + 1 == whole);
    int parts = 1;
    while (!work->LetGo()) ASSERT_LT(++parts, 10) << steps;
  }
}

}  // namespace
}  // namespace jalon::sim
