#include "tests/sim/model/small_revision.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace jalon::sim {
namespace {

NetworkSpec SpecOf(const SmallShape& shape) {
  NetworkSpec spec;
  spec.id = "small";
  spec.frequency = shape.frequency;
  spec.units.push_back({.id = "bank", .level = "network"});
  int branch = 0;
  for (int r = 0; r < shape.region_count; ++r) {
    const std::string region = absl::StrCat("r", r);
    spec.units.push_back({.id = region, .parent = "bank", .level = "region"});
    for (int b = 0; b < shape.branches_per_region; ++b, ++branch) {
      spec.units.push_back(
          {.id = absl::StrCat("b", branch / 10, branch % 10), .parent = region, .level = "branch"});
    }
  }
  Indicator sales;
  sales.id = "sales";
  sales.kind = shape.kind;
  sales.measure = shape.kind == IndicatorKind::kCount ? Measure::kCount : Measure::kMoney;
  spec.indicators.push_back(sales);
  return spec;
}

}  // namespace

Revision MakeSmallRevision(const SmallShape& shape, const CellFn& cell) {
  Revision revision{Network::Create(SpecOf(shape)).value(), {}, {}};
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (int u = 0; u < revision.network.unit_count(); ++u) {
    if (!revision.network.is_leaf(u)) continue;
    const int branch = static_cast<int>(keys.size());
    keys.push_back({.indicator = 0, .unit = u, .segment = 0});
    for (int t = 0; t < shape.period_count; ++t) values.push_back(cell(branch, t));
  }
  const Period first =
      shape.frequency == Frequency::kMonth ? Period::Month(2023, 1) : Period::Quarter(2023, 1);
  revision.realisations =
      Realisations::Create(revision.network, first, std::move(keys), std::move(values)).value();
  return revision;
}

double PlainCell(int branch, int period) {
  return 15 + branch + (period * 7 + branch * 3) % 5 + (period % 12 == 7 ? -8 : 0);
}

}  // namespace jalon::sim
