#include "sim/demo/demo_network.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/math.h"
#include "sim/calendar/calendar_rules.h"
#include "sim/demo/catalogue.h"
#include "sim/demo/moves.h"
#include "sim/demo/names.h"

namespace jalon::sim {
namespace {

// Months of driver history before the realisations, for lags.
constexpr int kDriverLeadMonths = 36;
// Wiggles start here whatever the length of history, so that the last months do not depend on it.
constexpr Period kWiggleStart = {Frequency::kMonth, 1320};  // 2010-01

const KindShape& KindOf(int branch) {
  for (const KindShape& kind : DemoKinds().subspan(1)) {
    if (branch % kind.one_in == kind.one_in - 3) return kind;
  }
  return DemoKinds().front();
}

Unit MakeRegion(int region) {
  Unit unit;
  unit.id = absl::StrFormat("r%02d", region + 1);
  unit.parent = "head-office";
  unit.label_fr = DemoRegionName(region);
  unit.label_en = unit.label_fr;
  unit.level = "region";
  return unit;
}

double Round(double value, double step) { return std::floor(value / step + 0.5) * step; }

Unit MakeBranch(int branch, const DemoShape& shape, const DemoDraws& draws) {
  const KindShape& kind = KindOf(branch);
  Unit unit;
  unit.id = DemoBranchId(branch, shape);
  unit.parent = absl::StrFormat("r%02d", branch % shape.region_count + 1);
  unit.label_fr = DemoBranchName(branch);
  unit.label_en = unit.label_fr;
  unit.level = "branch";
  unit.kind = kind.kind;
  const double customers =
      5000 * kind.customer_ratio * Exp(0.45 * draws.Normal("customers", branch));
  unit.attributes["customers"] = std::max(100.0, Round(customers, 10));
  unit.attributes["advisers"] = std::max(2.0, Round(customers / 900, 1));
  unit.attributes["competitors"] = std::floor(9 * draws.Uniform("competitors", branch));
  unit.attributes["senior_share_ratio"] = Round(0.15 + 0.2 * draws.Uniform("seniors", branch), .01);
  return unit;
}

std::vector<Unit> MakeUnits(const DemoOptions& options, const DemoDraws& draws) {
  const DemoShape shape = ShapeOf(options.size);
  Unit root;
  root.id = "head-office";
  root.label_fr = "Siège";
  root.label_en = "Head office";
  root.level = "network";
  std::vector<Unit> units = {root};
  for (int r = 0; r < shape.region_count; ++r) units.push_back(MakeRegion(r));
  for (int b = 0; b < shape.branch_count; ++b) units.push_back(MakeBranch(b, shape, draws));
  const size_t first_branch = units.size() - shape.branch_count;
  units[first_branch + kOpeningBranch].opened = DemoOpening(options);
  for (const DemoMove& move : DemoMoves(options)) {
    if (move.closes) units[first_branch + move.giver].closed = move.date;
  }
  return units;
}

Measure MeasureOf(const IndicatorShape& shape) {
  if (shape.kind == IndicatorKind::kRatio) return Measure::kRatio;
  const bool counts_customers = absl::string_view(shape.id) == "customers";
  return shape.kind == IndicatorKind::kCount || counts_customers ? Measure::kCount
                                                                 : Measure::kMoney;
}

Aggregation AggregationOf(IndicatorKind kind) {
  if (kind == IndicatorKind::kStock) return Aggregation::kLast;
  return kind == IndicatorKind::kRatio ? Aggregation::kRatio : Aggregation::kSum;
}

Indicator MakeIndicator(const IndicatorShape& shape) {
  Indicator indicator;
  indicator.id = shape.id;
  indicator.label_fr = shape.label_fr;
  indicator.label_en = shape.label_en;
  indicator.product = shape.product;
  indicator.family = shape.family;
  indicator.measure = MeasureOf(shape);
  indicator.kind = shape.kind;
  indicator.aggregation = AggregationOf(shape.kind);
  indicator.direction = shape.direction;
  if (shape.kind == IndicatorKind::kStock) {
    indicator.basis = AttainmentBasis::kVariation;
    indicator.inflows = {shape.inflow};
  }
  indicator.numerator = shape.numerator;
  indicator.denominator = shape.denominator;
  indicator.expression = shape.expression;
  if (shape.kind == IndicatorKind::kNetFlow) {
    indicator.basis = AttainmentBasis::kScaled;
    indicator.attainment_scale = 12 * shape.monthly_mean;
  }
  const bool is_flow = shape.kind == IndicatorKind::kCount || shape.kind == IndicatorKind::kAmount;
  if (is_flow && indicator.direction == Direction::kHigherIsBetter) {
    indicator.exposure = Exposure::kOpeningDays;
  }
  indicator.attainment_floor = 0.0;
  indicator.attainment_cap = 1.7;
  indicator.rounding_step = shape.rounding_step;
  return indicator;
}

// Value of a driver's anchors at a month, linear between them or held.
double AnchorValue(const DriverShape& shape, Period month) {
  const auto period_of = [](const DriverAnchor& a) { return Period::Month(a.year, a.month); };
  size_t next = 0;
  while (next < shape.anchors.size() && period_of(shape.anchors[next]) <= month) ++next;
  if (next == 0) return shape.anchors.front().value;
  const DriverAnchor& before = shape.anchors[next - 1];
  if (next == shape.anchors.size() || shape.stepped) return before.value;
  const DriverAnchor& after = shape.anchors[next];
  const double share = static_cast<double>(month - period_of(before)) /
                       static_cast<double>(period_of(after) - period_of(before));
  return before.value + share * (after.value - before.value);
}

Driver MakeDriver(const DriverShape& shape, const Window& window, const DemoDraws& draws) {
  Driver driver;
  driver.id = shape.id;
  driver.label_fr = shape.label_fr;
  driver.label_en = shape.label_en;
  driver.unit = shape.unit;
  driver.driver_class = shape.driver_class;
  if (shape.rule != nullptr) driver.derived = *shape.rule;
  driver.first = window.first;
  double wiggle = 0.0;
  for (Period p = kWiggleStart; p <= window.last; p = p + 1) {
    wiggle = shape.wiggle_autoregression * wiggle +
             shape.wiggle_sd * draws.Normal(absl::StrCat("driver/", shape.id), p.index);
    if (p < window.first) continue;
    driver.values.push_back(Round(AnchorValue(shape, p) + wiggle, 0.01));
  }
  return driver;
}

bool IsSplit(const Network& network, int indicator, const DemoOptions& options) {
  if (ShapeOf(options.size).all_by_segment) return true;
  for (const IndicatorShape& shape : DemoIndicators()) {
    if (network.indicator(indicator).id == shape.id) return shape.by_segment;
  }
  return false;
}

}  // namespace

Period DemoLastPeriod() { return Period::Month(2026, 10); }

Window DemoHistory(const DemoOptions& options) {
  return {DemoLastPeriod() - (options.month_count - 1), DemoLastPeriod()};
}

DemoShape ShapeOf(DemoSize size) {
  if (size == DemoSize::kSmall) return {4, 40, false};
  return {11, 1500, size == DemoSize::kLarge};
}

std::string DemoBranchId(int branch, const DemoShape& shape) {
  return absl::StrFormat("r%02d-b%03d", branch % shape.region_count + 1,
                         branch / shape.region_count + 1);
}

absl::StatusOr<Network> MakeDemoNetwork(const DemoOptions& options, const DemoDraws& draws) {
  NetworkSpec spec;
  spec.id = "demo";
  spec.label = "Banque de démonstration (données inventées)";
  spec.units = MakeUnits(options, draws);
  spec.attributes = {
      {"customers", AttributeKind::kNumber, "customers", "Clients", "Customers"},
      {"advisers", AttributeKind::kNumber, "full-time equivalents", "Conseillers", "Advisers"},
      {"competitors", AttributeKind::kNumber, "branches", "Agences concurrentes à proximité",
       "Competing branches nearby"},
      {"senior_share_ratio", AttributeKind::kShare, "", "Part de clients de 65 ans et plus",
       "Customers aged 65 and over"}};
  for (const SegmentShape& shape : DemoSegments()) {
    spec.segments.push_back({shape.id, "", shape.label_fr, shape.label_en});
  }
  for (const IndicatorShape& shape : DemoIndicators()) {
    spec.indicators.push_back(MakeIndicator(shape));
  }
  return Network::Create(std::move(spec));
}

CalendarTable MakeDemoCalendars(const Network& network) {
  CalendarTable table;
  table.rules.push_back({{}, OpeningWeek::kTueSat, HolidaySet::kFrance});
  // The kinds there are: the small demo has no remote branch.
  std::set<std::string> kinds;
  for (const Unit& unit : network.spec().units) kinds.insert(unit.kind);
  for (const KindShape& kind : DemoKinds().subspan(1)) {
    if (!kinds.contains(kind.kind)) continue;
    table.rules.push_back({{.unit_kind = kind.kind}, OpeningWeek::kMonFri, std::nullopt});
  }
  table.rules.push_back({{.unit = "r02"}, OpeningWeek::kMonFri, std::nullopt});
  table.rules.push_back({{.unit = "r03"}, std::nullopt, HolidaySet::kAlsaceMoselle});
  return SortedCalendars(network, std::move(table));
}

DriverTable MakeDemoDrivers(const DemoOptions& options, const DemoDraws& draws) {
  Window window = DemoHistory(options);
  window.first = window.first - kDriverLeadMonths;
  DriverTable table;
  for (const DriverShape& shape : DemoDrivers()) {
    table.drivers.push_back(MakeDriver(shape, window, draws));
  }
  for (const ElasticityShape& shape : DemoElasticities()) {
    table.priors.push_back({shape.driver, shape.indicator, shape.transform, shape.lag,
                            shape.prior_mean, shape.prior_sd, shape.source});
  }
  return table;
}

std::vector<SeriesKey> DemoSeriesKeys(const Network& network, const DemoOptions& options) {
  std::vector<SeriesKey> keys;
  for (int k = 0; k < network.indicator_count(); ++k) {
    if (!network.HasSeries(k)) continue;
    const bool split = IsSplit(network, k, options);
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!network.is_leaf(u)) continue;
      if (!split) keys.push_back({k, u, 0});
      for (int s = 1; split && s < network.segment_count(); ++s) keys.push_back({k, u, s});
    }
  }
  return keys;
}

}  // namespace jalon::sim
