#include "sim/credit/reconcile.h"

#include <algorithm>
#include <cmath>

#include "sim/credit/credited_sum.h"

namespace jalon::sim {
namespace {

using Verdict = Reconciliation::Verdict;

// What a reader must look at comes first.
int Urgency(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDiffers:
    case Verdict::kNoChildren:
      return 0;
    case Verdict::kAgrees:
      return 1;
    case Verdict::kNotAdditive:
      return 2;
  }
  return 0;
}

void Compare(const CreditedSums& sums, Reconciliation& row) {
  const Network& network = sums.revision().network;
  if (!sums.AddsUp(row.node)) {
    row.verdict = Verdict::kNotAdditive;
    return;
  }
  const double whole = sums.Values(row.node, {row.period, row.period}).front();
  if (std::isnan(whole)) {
    row.verdict = Verdict::kNoChildren;
    return;
  }
  NodeRange own = RangeOf(network, row.node.indicator, row.node.unit, row.node.segment);
  own.unit_end = own.unit_first + 1;
  row.eliminations = sums.eliminations().SumIn(own, row.period);
  row.children = whole - row.eliminations;
  row.difference = row.declared - whole;
  const double tolerance = network.indicator(row.node.indicator).rounding_step / 2.0;
  row.verdict = std::abs(row.difference) < tolerance ? Verdict::kAgrees : Verdict::kDiffers;
}

}  // namespace

std::vector<Reconciliation> Reconcile(const Revision& revision, const Window& window) {
  return Reconcile(CreditedSums(revision), window);
}

std::vector<Reconciliation> Reconcile(const CreditedSums& sums, const Window& window) {
  std::vector<Reconciliation> rows;
  for (const auto& [place, value] : sums.totals().all()) {
    if (!window.contains(place.second)) continue;
    Reconciliation row{.node = place.first, .period = place.second, .declared = value};
    Compare(sums, row);
    rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Reconciliation& a, const Reconciliation& b) {
    return Urgency(a.verdict) < Urgency(b.verdict);
  });
  return rows;
}

}  // namespace jalon::sim
