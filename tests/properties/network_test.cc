// Properties of networks, realisations and objective sets on random trees: the order of rows and
// the names of things change nothing but order and names.
#include "sim/network/network.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/network/realisations.h"
#include "sim/objective/objective.h"
#include "tests/properties/fixed_seed.h"

namespace jalon::sim {
namespace {

using Names = std::vector<std::string>;

int IntBelow(int end) { return *rc::gen::inRange(0, end); }

// A random order of `n` things.
std::vector<int> RandomOrder(int n) {
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (int i = n - 1; i > 0; --i) std::swap(order[i], order[IntBelow(i + 1)]);
  return order;
}

// Distinct ids whose alphabetical order is random.
Names RandomNames(int n) {
  Names names;
  for (int place : RandomOrder(n)) names.push_back(absl::StrCat("u", 100 + place));
  return names;
}

// Parents of a random tree of 2 to 20 units, at most 4 levels; unit 0 is the root.
std::vector<int> RandomTree() {
  const int n = 2 + IntBelow(19);
  std::vector<int> parents = {-1};
  std::vector<int> depths = {0};
  for (int u = 1; u < n; ++u) {
    int parent = IntBelow(u);
    while (depths[parent] == 3) parent = parents[parent];
    parents.push_back(parent);
    depths.push_back(depths[parent] + 1);
  }
  return parents;
}

int DepthOf(const std::vector<int>& parents, int u) {
  return parents[u] < 0 ? 0 : 1 + DepthOf(parents, parents[u]);
}

bool IsBelow(const std::vector<int>& parents, int u, int ancestor) {
  return u == ancestor || (parents[u] >= 0 && IsBelow(parents, parents[u], ancestor));
}

NetworkSpec SpecOf(const std::vector<int>& parents, const Names& names) {
  NetworkSpec spec{.id = "random", .label = "Random"};
  for (size_t u = 0; u < parents.size(); ++u) {
    spec.units.push_back({.id = names[u],
                          .parent = parents[u] < 0 ? "" : names[parents[u]],
                          .level = absl::StrCat("level-", DepthOf(parents, static_cast<int>(u)))});
  }
  spec.segments = {{.id = "private"}, {.id = "retail"}, {.id = "young", .parent = "retail"}};
  spec.indicators = {{.id = "accounts"}, {.id = "cards"}};
  return spec;
}

template <typename T>
void Shuffle(std::vector<T>& rows) {
  const std::vector<T> before = rows;
  const std::vector<int> order = RandomOrder(static_cast<int>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = before[order[i]];
}

// Accounts of every leaf in one period: `values[u]` for the unit of the tree.
Realisations AccountsOf(const Network& network, const Names& names,
                        const std::vector<int>& values) {
  std::vector<std::pair<SeriesKey, double>> rows;
  for (size_t u = 0; u < names.size(); ++u) {
    const int unit = *network.FindUnit(names[u]);
    if (network.is_leaf(unit)) rows.emplace_back(SeriesKey{.unit = unit}, values[u]);
  }
  std::sort(rows.begin(), rows.end());
  std::vector<SeriesKey> keys;
  std::vector<double> cells;
  for (const auto& [key, value] : rows) {
    keys.push_back(key);
    cells.push_back(value);
  }
  return *Realisations::Create(network, Period::Month(2025, 1), keys, cells);
}

double TotalBelow(const Network& network, const Realisations& realisations,
                  const std::string& unit) {
  const NodeRange range = RangeOf(network, 0, *network.FindUnit(unit), 0);
  return SumRealised(realisations, range, realisations.window())[0];
}

RC_GTEST_PROP(NetworkProperty, DoesNotDependOnTheOrderOfRows, ()) {
  const std::vector<int> parents = RandomTree();
  NetworkSpec spec = SpecOf(parents, RandomNames(static_cast<int>(parents.size())));
  const Network before = *Network::Create(spec);
  Shuffle(spec.units);
  Shuffle(spec.segments);
  Shuffle(spec.indicators);
  RC_ASSERT(*Network::Create(spec) == before);
}

RC_GTEST_PROP(NetworkProperty, CoversExactlyWhatHangsBelowAUnit, ()) {
  const std::vector<int> parents = RandomTree();
  const int n = static_cast<int>(parents.size());
  const Names names = RandomNames(n);
  const Network network = *Network::Create(SpecOf(parents, names));
  for (int u = 0; u < n; ++u) {
    const int unit = *network.FindUnit(names[u]);
    RC_ASSERT(network.unit_depth(unit) == DepthOf(parents, u));
    for (int v = 0; v < n; ++v) {
      const int other = *network.FindUnit(names[v]);
      RC_ASSERT((unit <= other && other < network.unit_end(unit)) == IsBelow(parents, v, u));
    }
  }
}

RC_GTEST_PROP(NetworkProperty, GivesTheSameTotalsUnderOtherNames, ()) {
  const std::vector<int> parents = RandomTree();
  const int n = static_cast<int>(parents.size());
  const std::vector<int> values =
      *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(0, 1000));
  const Names names = RandomNames(n);
  const Names others = RandomNames(n);
  const Network network = *Network::Create(SpecOf(parents, names));
  const Network renamed = *Network::Create(SpecOf(parents, others));
  const Realisations here = AccountsOf(network, names, values);
  const Realisations there = AccountsOf(renamed, others, values);
  for (int u = 0; u < n; ++u) {
    RC_ASSERT(TotalBelow(network, here, names[u]) == TotalBelow(renamed, there, others[u]));
  }
}

RC_GTEST_PROP(NetworkProperty, KeepsObjectivesWhateverTheirOrder, ()) {
  const std::vector<int> parents = RandomTree();
  const Names names = RandomNames(static_cast<int>(parents.size()));
  const Network network = *Network::Create(SpecOf(parents, names));
  ObjectiveSet set{.id = "plan"};
  for (const std::string& unit : names) {
    for (const char* segment : {kAllSegments, "retail", "young"}) {
      set.objectives.push_back({.unit = unit,
                                .segment = segment,
                                .indicator = IntBelow(2) == 0 ? "accounts" : "cards",
                                .window = {Period::Month(2026, 1), Period::Month(2026, 12)},
                                .ticks = IntBelow(500)});
    }
  }
  const ObjectiveSet before = *SortedObjectives(network, set);
  Shuffle(set.objectives);
  RC_ASSERT(*SortedObjectives(network, set) == before);
}

}  // namespace
}  // namespace jalon::sim
