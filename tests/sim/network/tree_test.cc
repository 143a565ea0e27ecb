#include "sim/network/tree.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TreeTest, ResolvesParentsToRows) {
  EXPECT_THAT(ResolveParents({{"b", "a"}, {"a", ""}, {"c", "x"}}),
              ElementsAre(1, kNoParent, kUnknownParent));
}

TEST(TreeTest, ResolvesADuplicateIdToItsFirstRow) {
  EXPECT_THAT(ResolveParents({{"a", ""}, {"a", ""}, {"b", "a"}}),
              ElementsAre(kNoParent, kNoParent, 0));
}

TEST(TreeTest, FindsNoCycleInATree) { EXPECT_THAT(FindCycles({-1, 0, 0, 1}), IsEmpty()); }

TEST(TreeTest, FindsEachCycleOnceFromItsSmallestRow) {
  // 3 -> 1 -> 2 -> 3, 4 hangs on the cycle, 5 is its own parent.
  EXPECT_THAT(FindCycles({-1, 2, 3, 1, 3, 5}), ElementsAre(ElementsAre(1, 2, 3), ElementsAre(5)));
}

TEST(TreeTest, FindsACycleEnteredFromOutside) {
  EXPECT_THAT(FindCycles({1, 2, 1}), ElementsAre(ElementsAre(1, 2)));
}

TEST(TreeTest, GivesDepthsAndNoneBelowACycleOrAnUnknownParent) {
  EXPECT_THAT(FindDepths({1, kNoParent, 0, 4, 3, 4, kUnknownParent, 6}),
              ElementsAre(1, 0, 2, -1, -1, -1, -1, -1));
}

TEST(TreeTest, OrdersDepthFirstWithChildrenById) {
  const TreeOrder order =
      DepthFirst({{"b2", "b"}, {"b", "r"}, {"r", ""}, {"a", "r"}, {"b1", "b"}, {"c", "r"}});
  EXPECT_THAT(order.rows, ElementsAre(2, 3, 1, 4, 0, 5));
  EXPECT_THAT(order.parent, ElementsAre(-1, 0, 0, 2, 2, 0));
  EXPECT_THAT(order.end, ElementsAre(6, 2, 5, 4, 5, 6));
  EXPECT_THAT(order.depth, ElementsAre(0, 1, 1, 2, 2, 1));
}

TEST(TreeTest, OrdersAChainOfAHundredThousandWithoutRecursion) {
  std::vector<std::string> ids;
  for (int i = 0; i < 100'000; ++i) ids.push_back(std::to_string(i));
  std::vector<TreeRow> rows;
  for (size_t i = 0; i < ids.size(); ++i) {
    rows.push_back({ids[i], i == 0 ? absl::string_view() : absl::string_view(ids[i - 1])});
  }
  EXPECT_EQ(DepthFirst(rows).depth.back(), 99'999);
}

}  // namespace
}  // namespace jalon::sim
