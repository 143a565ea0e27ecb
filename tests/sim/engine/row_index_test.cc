#include "sim/engine/row_index.h"

#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/plan.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

std::vector<int> RowsOf(const RowIndex& index, const NodeRange& range) {
  std::vector<int> rows;
  index.ForEach(range, [&](int row) { rows.push_back(row); });
  return rows;
}

// Every rectangle of one unit's subtree and one segment's, of every indicator.
std::vector<NodeRange> AllNodes(const Network& network) {
  std::vector<NodeRange> nodes;
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int u = 0; u < network.unit_count(); ++u) {
      for (int s = 0; s < network.segment_count(); ++s) nodes.push_back(RangeOf(network, k, u, s));
    }
  }
  return nodes;
}

TEST(RowIndexTest, FindsTheRowsThatASearchFinds) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const TinyBank bank = MakeRandomBank(seed);
    const Realisations& realisations = bank.revision.realisations;
    const RowIndex index(bank.revision.network, realisations);
    for (const NodeRange& node : AllNodes(bank.revision.network)) {
      const std::vector<int> searched = realisations.RowsIn(node);
      EXPECT_EQ(RowsOf(index, node), searched);
      EXPECT_EQ(index.Any(node), !searched.empty());
    }
  }
}

TEST(RowIndexTest, FindsNothingWhereAnIndicatorHasNoSeries) {
  const TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount}});
  const Realisations& old = bank.revision.realisations;
  // The second indicator alone is left.
  const std::vector<SeriesKey> keys(old.keys().begin() + 1, old.keys().end());
  const std::vector<double> values(old.row(1).begin(), old.row(1).end());
  const Realisations left =
      Realisations::Create(bank.revision.network, old.first(), keys, values).value();
  const RowIndex index(bank.revision.network, left);
  EXPECT_FALSE(index.Any(RangeOf(bank.revision.network, 0, 0, 0)));
  EXPECT_EQ(RowsOf(index, RangeOf(bank.revision.network, 1, 0, 0)), std::vector<int>({0}));
  EXPECT_FALSE(index.Any(kOfOne));
}

}  // namespace
}  // namespace jalon::sim
