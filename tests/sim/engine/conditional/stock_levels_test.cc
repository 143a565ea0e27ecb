// Which atoms read levels of stocks that are computed once for all of them.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/conditional/variations.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

AtomTable TableOf(const Plan& plan) {
  return ConditionalPlan::Make(plan, {}).value().state().program().table;
}

// [atom in order]: the levels it reads, -1 without.
std::vector<int> LevelsRead(const AtomTable& table) {
  std::vector<int> read;
  for (const AtomTable::Atom& atom : table.atoms) {
    read.push_back(atom.mixed < 0 ? -1 : table.mixed[atom.mixed].levels);
  }
  return read;
}

TinyBank Asking(const std::vector<std::string>& indicators, const std::vector<Window>& windows) {
  TinyBank bank = MakeKindsBank(5);
  bank.targets.clear();
  for (const std::string& id : indicators) {
    for (const Window& window : windows) bank.targets.push_back(bank.For("r1-b1", id, window));
  }
  return bank;
}

TEST(StockLevelsTest, AreSharedByLevelsAndRatiosOfOneBranch) {
  TinyBank bank = Asking({"s-customers"}, {Year(2026), Year(2027)});
  bank.targets.push_back(bank.For("r1-b1", "t-rate"));
  const AtomTable table = TableOf(bank.plan());
  EXPECT_EQ(LevelsRead(table), std::vector<int>({0, 0, 0}));
  ASSERT_EQ(table.levels.size(), 1u);
  EXPECT_EQ(table.levels[0].ends.size(), 2u);
}

// What one branch reads is brought together, however far apart its targets were.
TEST(StockLevelsTest, AreReadByNeighbours) {
  TinyBank bank = MakeKindsBank(5);
  bank.targets.clear();
  for (const char* id : {"s-customers", "k2", "t-rate"}) {
    for (const char* unit : {"r1-b1", "r2-b1"}) bank.targets.push_back(bank.For(unit, id));
  }
  const std::vector<int> read = LevelsRead(TableOf(bank.plan()));
  for (int levels = 0; levels < 2; ++levels) {
    const auto first = std::find(read.begin(), read.end(), levels);
    ASSERT_NE(first, read.end());
    EXPECT_EQ(*(first + 1), levels);
    EXPECT_EQ(std::count(read.begin(), read.end(), levels), 2);
  }
}

// An average of levels weighs every one of them: read backwards.
TEST(StockLevelsTest, AreNotReadByWhatStocksEarn) {
  const AtomTable table = TableOf(Asking({"t-income"}, {Year(2026)}).plan());
  EXPECT_EQ(LevelsRead(table), std::vector<int>({-1}));
  EXPECT_TRUE(table.levels.empty());
}

// Laws and loadings are those of an indicator, whatever the number of branches.
TEST(StockLevelsTest, StandBesideLawsThatAreKeptOnce) {
  const TinyBank bank = MakeKindsBank(5);
  const AtomTable table = TableOf(bank.plan());
  EXPECT_LT(table.laws.size(), table.parts.size());
  EXPECT_LT(table.loadings.size(), table.atom_loadings.size());
}

}  // namespace
}  // namespace jalon::sim
