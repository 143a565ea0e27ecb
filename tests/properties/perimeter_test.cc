// Properties of perimeters on random networks and random changes: nothing is lost, splitting a
// branch and merging it back restores it, and names and the order of rows change nothing.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/base/missing.h"
#include "sim/perimeter/hand_over.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/perimeter/restate.h"
#include "tests/properties/fixed_seed.h"

namespace jalon::sim {
namespace {

using Kind = PerimeterChangeKind;
using Names = std::vector<std::string>;

constexpr int kPeriods = 8;
const Period kFirst = Period::Month(2026, 1);
const Names kSegments = {"private", "families", "young"};

// A case is one seed: its thousands of figures would be dear to shrink one by one.
std::mt19937_64 dice;

void NewCase() { dice.seed(*rc::gen::arbitrary<uint64_t>()); }

int IntBelow(int end) { return static_cast<int>(dice() % static_cast<uint64_t>(end)); }

// In (0, 1], never the same twice for practical purposes.
double RandomShare() { return (1 + IntBelow(1'000'000)) / 1'000'000.0; }

std::vector<int> RandomOrder(int n) {
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (int i = n - 1; i > 0; --i) std::swap(order[i], order[IntBelow(i + 1)]);
  return order;
}

// A bank of `branches` in two regions; `names[b]` is the id of branch b.
NetworkSpec SpecOf(const Names& names) {
  NetworkSpec spec{.id = "random", .label = "Random"};
  spec.units = {{.id = "bank", .level = "bank"},
                {.id = "east", .parent = "bank", .level = "region"},
                {.id = "west", .parent = "bank", .level = "region"}};
  for (size_t b = 0; b < names.size(); ++b) {
    spec.units.push_back(
        {.id = names[b], .parent = b % 2 == 0 ? "east" : "west", .level = "branch"});
  }
  spec.segments = {{.id = "private"},
                   {.id = "retail"},
                   {.id = "families", .parent = "retail"},
                   {.id = "young", .parent = "retail"}};
  spec.indicators = {
      {.id = "accounts"},
      {.id = "loans", .measure = Measure::kMoney, .kind = IndicatorKind::kAmount},
      {.id = "savings", .measure = Measure::kMoney, .kind = IndicatorKind::kNetFlow}};
  return spec;
}

Names PlainNames(int n) {
  Names names;
  for (int b = 0; b < n; ++b) names.push_back(absl::StrCat("b", 100 + b));
  return names;
}

// Names whose alphabetical order is random.
Names RandomNames(int n) {
  Names names;
  for (const int place : RandomOrder(n)) names.push_back(absl::StrCat("c", 100 + place));
  return names;
}

// Figures by branch, segment (empty for all) and indicator: [branch][segment x indicator] -> cells.
struct Figures {
  // For each branch and indicator whether it is split by segment.
  std::map<std::tuple<int, std::string, std::string>, std::vector<double>> rows;
};

double RandomCell(const std::string& indicator) {
  if (IntBelow(8) == 0) return kMissing;
  if (indicator == "accounts") return IntBelow(40);
  const double amount = IntBelow(100'000'000) / 100.0;
  return indicator == "loans" ? amount : amount - 500'000;
}

std::vector<double> RandomRow(const std::string& indicator) {
  std::vector<double> row;
  for (int t = 0; t < kPeriods; ++t) row.push_back(RandomCell(indicator));
  return row;
}

// Indicators split by segment in every branch or in none, so that everything can move.
Figures RandomFigures(int branches, bool some_without = true) {
  Figures figures;
  for (const std::string indicator : {"accounts", "loans", "savings"}) {
    const bool split = IntBelow(2) == 0;
    for (int b = 0; b < branches; ++b) {
      if (some_without && IntBelow(5) == 0) continue;
      if (!split) figures.rows[{b, "all", indicator}] = RandomRow(indicator);
      for (const std::string& segment : kSegments) {
        if (split) figures.rows[{b, segment, indicator}] = RandomRow(indicator);
      }
    }
  }
  return figures;
}

Realisations RealisationsOf(const Network& network, const Names& names, const Figures& figures) {
  std::map<SeriesKey, std::vector<double>> rows;
  for (const auto& [place, row] : figures.rows) {
    const auto& [branch, segment, indicator] = place;
    rows[{*network.FindIndicator(indicator), *network.FindUnit(names[branch]),
          *network.FindSegment(segment)}] = row;
  }
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (const auto& [key, row] : rows) {
    keys.push_back(key);
    values.insert(values.end(), row.begin(), row.end());
  }
  return *Realisations::Create(network, kFirst, keys, values);
}

// Changes between branches by number: their `unit` and `receiver` are indices as text.
std::vector<PerimeterChange> RandomChanges(int branches) {
  std::vector<PerimeterChange> changes;
  std::set<int> closed;
  // Each branch gives at one date at most, so that shares of a date are easy to bound.
  for (const int giver : RandomOrder(branches)) {
    if (IntBelow(2) == 0) continue;
    const Period date = kFirst + 1 + IntBelow(kPeriods + 3);
    double left = 1.0;
    for (int i = 0; i < 1 + IntBelow(3); ++i) {
      const int receiver = IntBelow(branches);
      if (receiver == giver) continue;
      PerimeterChange change{.kind = Kind::kTransfer,
                             .date = date,
                             .unit = absl::StrCat(giver),
                             .receiver = absl::StrCat(receiver),
                             .share = left * RandomShare()};
      if (IntBelow(3) == 0) {
        change.segment = kSegments[IntBelow(3)];
        if (IntBelow(2) == 0) change.unsplit_share = change.share * RandomShare();
      }
      left -= change.share;
      changes.push_back(std::move(change));
    }
  }
  for (const std::string& from : kSegments) {
    if (IntBelow(3) > 0) continue;
    const double share = RandomShare();
    const Period date = kFirst + 3;
    if (share >= 1) continue;
    changes.push_back({.kind = Kind::kResegmentation,
                       .date = date,
                       .segment = from,
                       .receiver_segment = kSegments[IntBelow(3)],
                       .share = share});
    std::string other = from;
    while (other == changes.back().receiver_segment) other = kSegments[IntBelow(3)];
    changes.push_back({.kind = Kind::kResegmentation,
                       .date = date,
                       .segment = from,
                       .receiver_segment = other,
                       .share = 1 - share});
  }
  return changes;
}

// With the names of branches in place of numbers.
Perimeter Named(std::vector<PerimeterChange> changes, const Names& names) {
  for (PerimeterChange& change : changes) {
    if (!change.unit.empty()) change.unit = names[std::stoi(change.unit)];
    if (!change.receiver.empty()) change.receiver = names[std::stoi(change.receiver)];
  }
  return Canonical({.changes = std::move(changes), .date = kFirst + kPeriods + 5});
}

// What is accepted; the rest of a random list of changes is not asked about.
bool IsAccepted(const Network& network, const Perimeter& perimeter) {
  return CheckPerimeter(network, perimeter, {kFirst, kFirst + kPeriods - 1}).empty();
}

std::vector<double> Totals(const Network& network, const Realisations& realisations, int k) {
  return SumRealised(realisations, RangeOf(network, k, 0, 0), realisations.window());
}

RC_GTEST_PROP(PerimeterPropertiesTest, TotalsOfTheNetworkAreConserved, ()) {
  NewCase();
  const int branches = 2 + IntBelow(7);
  const Names names = PlainNames(branches);
  const Network network = *Network::Create(SpecOf(names));
  const Realisations original = RealisationsOf(network, names, RandomFigures(branches));
  RC_PRE(original.series_count() > 0);
  const Perimeter perimeter = Named(RandomChanges(branches), names);
  RC_PRE(IsAccepted(network, perimeter));
  const Restated restated = *Restate(network, original, perimeter);
  RC_ASSERT(restated.summary.largest_total_difference < 1e-6);
  for (int k = 0; k < network.indicator_count(); ++k) {
    const std::vector<double> before = Totals(network, original, k);
    const std::vector<double> after = Totals(network, restated.realisations, k);
    for (int t = 0; t < kPeriods; ++t) {
      if (std::isnan(before[t])) {
        RC_ASSERT(std::isnan(after[t]));
      } else if (network.indicator(k).kind == IndicatorKind::kCount) {
        RC_ASSERT(after[t] == before[t]);
      } else {
        RC_ASSERT(std::fabs(after[t] - before[t]) <= 1e-7);
      }
    }
  }
}

RC_GTEST_PROP(PerimeterPropertiesTest, SplittingABranchAndMergingItBackRestoresIt, ()) {
  NewCase();
  const int branches = 2 + IntBelow(4);
  Names names = PlainNames(branches);
  Figures figures = RandomFigures(branches);
  RC_PRE(!figures.rows.empty());
  names.push_back("part");
  NetworkSpec spec = SpecOf(names);
  PerimeterChange split{.kind = Kind::kTransfer,
                        .date = kFirst + 1 + IntBelow(kPeriods),
                        .unit = "0",
                        .receiver = absl::StrCat(branches),
                        .share = RandomShare()};
  if (IntBelow(2) == 0) {
    split.segment = kSegments[IntBelow(3)];
    split.unsplit_share = RandomShare();
  }
  const PerimeterChange merge{.kind = Kind::kMerger,
                              .date = split.date + 1 + IntBelow(3),
                              .unit = split.receiver,
                              .receiver = "0"};
  const Perimeter perimeter = Named({merge, split}, names);
  DateUnits(perimeter, spec);
  const Network network = *Network::Create(spec);
  RC_PRE(IsAccepted(network, perimeter));
  const Realisations original = RealisationsOf(network, names, figures);
  RC_ASSERT(Restate(network, original, perimeter)->realisations == original);
}

RC_GTEST_PROP(PerimeterPropertiesTest, NamesAndTheOrderOfRowsChangeNothing, ()) {
  NewCase();
  const int branches = 2 + IntBelow(6);
  const Names names = PlainNames(branches);
  const Names others = RandomNames(branches);
  const Network network = *Network::Create(SpecOf(names));
  const Network renamed = *Network::Create(SpecOf(others));
  const Figures figures = RandomFigures(branches);
  RC_PRE(!figures.rows.empty());
  std::vector<PerimeterChange> changes = RandomChanges(branches);
  std::vector<PerimeterChange> shuffled;
  for (const int i : RandomOrder(static_cast<int>(changes.size()))) shuffled.push_back(changes[i]);
  RC_ASSERT(Named(changes, names) == Named(shuffled, names));
  RC_PRE(IsAccepted(network, Named(changes, names)));

  const Restated one =
      *Restate(network, RealisationsOf(network, names, figures), Named(changes, names));
  const Restated other =
      *Restate(renamed, RealisationsOf(renamed, others, figures), Named(shuffled, others));
  RC_ASSERT(one.realisations.series_count() == other.realisations.series_count());
  RC_ASSERT(one.summary.cell_count == other.summary.cell_count);
  for (int b = 0; b < branches; ++b) {
    for (const SeriesKey& key : one.realisations.keys()) {
      if (network.unit(key.unit).id != names[b]) continue;
      const auto row = one.realisations.row(*one.realisations.Find(key));
      const SeriesKey there{key.indicator, *renamed.FindUnit(others[b]), key.segment};
      const auto place = other.realisations.Find(there);
      RC_ASSERT(place.has_value());
      for (int t = 0; t < kPeriods; ++t) {
        const double same = other.realisations.row(*place)[t];
        // Sums of amounts round by the order of addition.
        RC_ASSERT(std::isnan(same) == std::isnan(row[t]));
        if (!std::isnan(same)) RC_ASSERT(std::fabs(same - row[t]) <= 1e-8);
      }
    }
  }
}

RC_GTEST_PROP(PerimeterPropertiesTest, ObjectivesHandedOverKeepTheirSums, ()) {
  NewCase();
  const int branches = 2 + IntBelow(6);
  const Names names = PlainNames(branches);
  NetworkSpec spec = SpecOf(names);
  std::vector<PerimeterChange> changes;
  const Window window{kFirst + kPeriods, kFirst + kPeriods + 11};
  for (int b = 0; b < branches; ++b) {
    if (IntBelow(2) == 0) continue;
    double left = 1.0;
    const Period date = window.first - 2 + IntBelow(14);
    for (int other = b + 1; other < branches; ++other) {
      if (IntBelow(2) == 0) continue;
      changes.push_back({.kind = Kind::kClosure,
                         .date = date,
                         .unit = absl::StrCat(b),
                         .receiver = absl::StrCat(other),
                         .share = left * RandomShare()});
      left -= changes.back().share;
    }
  }
  const Perimeter perimeter = Named(changes, names);
  DateUnits(perimeter, spec);
  const Network network = *Network::Create(spec);
  RC_PRE(IsAccepted(network, perimeter));
  std::vector<Objective> objectives;
  int64_t sum = 0;
  for (int b = 0; b < branches; ++b) {
    const int64_t ticks = IntBelow(2000) - 100;
    sum += ticks;
    objectives.push_back(
        {.unit = names[b], .indicator = "savings", .window = window, .ticks = ticks});
  }
  const HandedOver handed = *HandOver(network, perimeter, objectives);
  int64_t after = 0;
  for (const Objective& objective : handed.objectives) after += objective.ticks;
  RC_ASSERT(after == sum);
  RC_ASSERT(handed.unassigned.empty());
}

}  // namespace
}  // namespace jalon::sim
