#include "sim/demo/goals.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sim/demo/catalogue.h"
#include "sim/demo/demo_network.h"

namespace jalon::sim {
namespace {

constexpr int kMonths = 12;
// Fewest realised months that make a base.
constexpr int kFewestBaseMonths = 9;
// Months in which a stock is seen at the end of a year.
constexpr int kClosingMonths = 3;

// A year's flow of one node, months missing filled by the mean of the others.
std::optional<double> FlowOf(const std::vector<double>& months) {
  double sum = 0.0;
  int count = 0;
  for (double value : months) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  if (count < kFewestBaseMonths) return std::nullopt;
  return sum * kMonths / count;
}

// The level at the end of a year: the highest of its last months, so that one segment's hole does
// not count.
std::optional<double> LevelOf(const std::vector<double>& months) {
  std::optional<double> level;
  for (size_t t = months.size() - kClosingMonths; t < months.size(); ++t) {
    if (std::isnan(months[t])) continue;
    level = std::max(level.value_or(months[t]), months[t]);
  }
  return level;
}

// A year's realisation of one node; nothing for what has no objective.
std::optional<double> YearOf(const Network& network, const Realisations& realisations,
                             NodeRange range, const Window& year) {
  const int k = range.indicator;
  switch (network.indicator(k).kind) {
    case IndicatorKind::kDerived:
      return std::nullopt;
    case IndicatorKind::kRatio: {
      range.indicator = network.numerator_index(k);
      const std::optional<double> above = YearOf(network, realisations, range, year);
      range.indicator = network.denominator_index(k);
      const std::optional<double> below = YearOf(network, realisations, range, year);
      if (!above || !below || *below == 0) return std::nullopt;
      return *above / *below;
    }
    case IndicatorKind::kStock:
      return LevelOf(SumRealised(realisations, range, year));
    case IndicatorKind::kCount:
    case IndicatorKind::kAmount:
    case IndicatorKind::kNetFlow:
      break;
  }
  return FlowOf(SumRealised(realisations, range, year));
}

double PlanGrowth(const Indicator& indicator) {
  for (const IndicatorShape& shape : DemoIndicators()) {
    if (indicator.id == shape.id) return shape.plan_growth_ratio;
  }
  return 0.0;
}

struct GoalYear {
  Window base;
  Window window;
};

std::optional<Objective> MakeObjective(const Network& network, const Realisations& realisations,
                                       const NodeRange& range, const GoalYear& year) {
  const Indicator& indicator = network.indicator(range.indicator);
  const Unit& unit = network.unit(range.unit_first);
  if (unit.closed.has_value()) return std::nullopt;
  const std::optional<double> base = YearOf(network, realisations, range, year.base);
  if (!base.has_value()) return std::nullopt;
  // Growth of a net flow is on its size, so that a negative base does not ask for less.
  const double step = std::fabs(*base) * PlanGrowth(indicator);
  const double asked =
      indicator.direction == Direction::kHigherIsBetter ? *base + step : *base - step;
  Objective objective;
  objective.unit = unit.id;
  objective.indicator = indicator.id;
  objective.window = year.window;
  objective.ticks = TicksAtLeast(indicator, asked);
  return objective;
}

Window CalendarYear(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

DriverAssumption Shift(const char* driver, std::vector<double> values) {
  DriverAssumption assumption;
  assumption.driver = driver;
  assumption.mode = DriverAssumption::Mode::kShift;
  assumption.first = Period::Month(2027, 1);
  assumption.values = std::move(values);
  return assumption;
}

EffectLaw Triangular(double low, double mode, double high) {
  return {EffectLaw::Kind::kTriangular, low, mode, high};
}

// Written signature for sales by phone from 1 January 2027; nobody has measured it. It acts on each
// branch by its own share of the phone.
Scenario PhoneSignature() {
  Event event;
  event.id = "phone-signature";
  event.label_fr = "Signature écrite des ventes par téléphone";
  event.label_en = "Written signature for phone sales";
  event.event_class = EventClass::kRegulatory;
  event.start = Period::Month(2027, 1);
  event.ramp_periods = 2;
  event.anticipation_periods = 2;
  event.anticipation_share = 0.1;
  event.indicators = {"accounts-opened", "consumer-credit", "home-insurance"};
  event.channel = "phone";
  event.effect = Triangular(-0.60, -0.35, -0.10);
  event.source = "ordinance 2026-2 of 5 January 2026, in force 1 January 2027; size assumed";
  event.size_is_assumption = true;
  return {"phone-signature", "Signature écrite au téléphone dès janvier 2027", {}, {event}};
}

Event NeobankEvent(const char* id, const char* indicator, EffectLaw effect) {
  Event event;
  event.id = id;
  event.label_fr = "Offensive d'une néobanque";
  event.label_en = "A neobank's offensive";
  event.event_class = EventClass::kCompetitive;
  event.start = Period::Month(2027, 3);
  event.ramp_periods = 6;
  event.indicators = {indicator};
  event.segments = {"mass-market", "young"};
  event.effect = effect;
  event.in_baseline = false;
  event.source = "demo: assumption";
  event.size_is_assumption = true;
  return event;
}

Scenario NeobankOffensive() {
  return {"neobank-offensive",
          "Offensive d'une néobanque au printemps 2027",
          {},
          {NeobankEvent("neobank-attrition", "customers", Triangular(0.0, 0.08, 0.20)),
           NeobankEvent("neobank-conquest", "customers-won", Triangular(-0.25, -0.12, -0.03))}};
}

Scenario Recession() {
  return {
      "recession",
      "Récession : chômage +1,5 point en un an, confiance en baisse",
      {Shift("consumer-confidence", {-3, -5, -7, -8, -8}),
       Shift("unemployment-rate", {0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 1.0, 1.1, 1.3, 1.4, 1.5})},
      {}};
}

}  // namespace

ObjectiveSet MakeDemoObjectives(const Network& network, const Realisations& realisations) {
  const Period last = DemoLastPeriod();
  const GoalYear years[] = {{CalendarYear(2025), CalendarYear(2026)},
                            {{last - (kMonths - 1), last}, CalendarYear(2027)}};
  ObjectiveSet set;
  set.id = "plan";
  set.label = "Plan 2026-2027";
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!network.is_leaf(u)) continue;
      for (const GoalYear& year : years) {
        std::optional<Objective> objective =
            MakeObjective(network, realisations, RangeOf(network, k, u, 0), year);
        if (objective.has_value()) set.objectives.push_back(*std::move(objective));
      }
    }
  }
  return set;
}

std::vector<Scenario> MakeDemoScenarios() {
  return {{"base", "Rien de supposé", {}, {}},
          NeobankOffensive(),
          PhoneSignature(),
          {"rate-rise", "Taux des crédits habitat +1 point", {Shift("mortgage-rate", {1.0})}, {}},
          Recession()};
}

}  // namespace jalon::sim
