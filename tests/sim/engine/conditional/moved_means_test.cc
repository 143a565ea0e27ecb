// Which targets of a variant are looked at again.
#include "sim/engine/conditional/moved_means.h"

#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/conditional/plan_state.h"
#include "tests/sim/engine/conditional/kinds_bank.h"

namespace jalon::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A plan with means to move.
class Moving {
 public:
  explicit Moving(const TinyBank& bank)
      : plan_(bank.plan()),
        prepared_(ConditionalPlan::MakeWherePossible(plan_, {})),
        means_(prepared_.state().means.At(prepared_.state().states->Middle(0))) {}

  const Plan& plan() const { return plan_; }
  const PathMeans& means() const { return means_; }
  const AtomTable& atoms() const { return prepared_.state().program().table; }
  MovedMeans To(const PathMeans& means) const { return {plan_, means_, means}; }

 private:
  const Plan plan_;
  const ConditionalPlan prepared_;
  const PathMeans means_;
};

TEST(MovedMeansTest, MovesNoTargetByLessThanATenth) {
  const Moving moving(MakeKindsBank(41));
  PathMeans less = moving.means();
  for (double& value : less.values) value *= 0.91;
  for (double& rate : less.rates) rate *= 1.09;
  EXPECT_FALSE(moving.To(less).any());
  EXPECT_THAT(moving.To(less).TargetsOf(moving.atoms()), IsEmpty());
}

TEST(MovedMeansTest, MovesTheTargetsMadeOfASeries) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 1});
  for (const char* unit : {"r1", "r2", "bank", "r2"}) bank.targets.push_back(bank.YearOf(unit));
  const Moving moving(bank);
  PathMeans less = moving.means();
  // A month of the second series, which is of the second region.
  less.values[moving.plan().period_count() + 3] *= 0.8;
  EXPECT_THAT(moving.To(less).TargetsOf(moving.atoms()), ElementsAre(1, 2, 3));
}

// What is said by atoms is what compositions say.
TEST(MovedMeansTest, MovesATargetWhereItsCompositionMoves) {
  for (const uint64_t seed : {42, 43}) {
    const Moving moving(MakeKindsBank(seed));
    const Plan& plan = moving.plan();
    const SlotSeries slots(plan, moving.means().rates);
    std::vector<PathMeans> changes;
    for (int i = 0; i < plan.series_count(); ++i) {
      changes.push_back(moving.means());
      changes.back().values[i * plan.period_count()] += 1e3;
    }
    changes.push_back(moving.means());
    for (double& rate : changes.back().rates) rate *= 1.2;
    for (const PathMeans& change : changes) {
      const MovedMeans moved = moving.To(change);
      std::vector<int> expected;
      for (int k = 0; k < plan.target_count(); ++k) {
        const PlanTarget& parts = plan.target_parts[k];
        if (moved.Moves(Compose(plan, slots, parts.value, parts.denominator)))
          expected.push_back(k);
      }
      EXPECT_EQ(moved.TargetsOf(moving.atoms()), expected);
      EXPECT_EQ(moved.any(), !expected.empty());
    }
  }
}

}  // namespace
}  // namespace jalon::sim
