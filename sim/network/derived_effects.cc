#include "sim/network/derived_effects.h"

#include <algorithm>
#include <vector>

#include "sim/base/missing.h"
#include "sim/base/rule_checker.h"
#include "sim/base/status_macros.h"
#include "sim/network/term_values.h"

namespace jalon::sim {
namespace {

class ChangeChecker : public RuleChecker {
 public:
  ChangeChecker(const Network& network, const NodeRange& range, const DerivedChange& change) {
    const Indicator& indicator = network.indicator(range.indicator);
    Require(indicator.kind == IndicatorKind::kDerived, "indicator", indicator.id,
            {"must be a derived indicator", "NOT_DERIVED"});
    Require(
        change.window.size() == change.against.size() && change.window.size() > 0, "against",
        change.against.ToString(),
        {absl::StrCat("must have as many periods as ", change.window.ToString()), "SIZE_MISMATCH"});
    const std::vector<std::string> drivers = DriversOf(network.expression(range.indicator));
    Require(change.reference_driver.empty() ||
                std::count(drivers.begin(), drivers.end(), change.reference_driver) > 0,
            "reference_driver", change.reference_driver,
            {"must be a driver of the indicator's expression", "NOT_IN_EXPRESSION"});
  }
};

// A term's value with volume, reference and other drivers each of the one window or the other:
// [volume now][reference now][others now].
struct Corners {
  double at[2][2][2];
};

// Effect of the first argument of `value` over the orders of three changes.
template <typename Value>
double MeanEffect(const Value& value) {
  const auto effect = [&](int b, int c) { return value(1, b, c) - value(0, b, c); };
  return (effect(0, 0) + effect(1, 1)) / 3 + (effect(0, 1) + effect(1, 0)) / 6;
}

void AddPeriod(const Corners& corners, DerivedEffects& effects) {
  const auto& at = corners.at;
  effects.value += at[1][1][1];
  effects.against_value += at[0][0][0];
  effects.volume += MeanEffect([&](int a, int b, int c) { return at[a][b][c]; });
  effects.reference_rate += MeanEffect([&](int a, int b, int c) { return at[b][a][c]; });
  effects.margin += MeanEffect([&](int a, int b, int c) { return at[b][c][a]; });
}

class Splitter {
 public:
  Splitter(const NodeFigures& figures, const NodeRange& range, const DerivedChange& change)
      : figures_(figures),
        range_(range),
        change_(change),
        expression_(figures.revision.network.expression(range.indicator)),
        reference_(change.reference_driver.empty() ? expression_.reference_driver
                                                   : change.reference_driver) {}

  DerivedEffects Run() const {
    const Aggregation aggregation =
        figures_.revision.network.indicator(range_.indicator).aggregation;
    const int size = change_.window.size();
    const int first = aggregation == Aggregation::kLast ? size - 1 : 0;
    DerivedEffects effects;
    for (const DerivedTerm& term : expression_.terms) AddTerm(term, first, effects);
    if (aggregation == Aggregation::kMean) Scale(1.0 / size, effects);
    return effects;
  }

 private:
  void AddTerm(const DerivedTerm& term, int first, DerivedEffects& effects) const {
    const TermValues sides[2] = {ValuesOfTerm(figures_, term, range_, change_.against),
                                 ValuesOfTerm(figures_, term, range_, change_.window)};
    for (int t = first; t < change_.window.size(); ++t) {
      Corners corners;
      for (int reference = 0; reference < 2; ++reference) {
        for (int others = 0; others < 2; ++others) {
          const double rate = RateAt(term, {sides[reference], sides[others], reference_}, t);
          for (int volume = 0; volume < 2; ++volume) {
            corners.at[volume][reference][others] = sides[volume].volumes[t] * rate;
          }
        }
      }
      AddPeriod(corners, effects);
    }
  }

  static void Scale(double by, DerivedEffects& effects) {
    for (double* number : {&effects.value, &effects.against_value, &effects.volume,
                           &effects.reference_rate, &effects.margin}) {
      *number *= by;
    }
  }

  const NodeFigures& figures_;
  const NodeRange range_;
  const DerivedChange& change_;
  const DerivedExpression& expression_;
  const std::string reference_;
};

// NaN in one number is NaN in all: a change of something missing says nothing.
DerivedEffects MissingWhole(DerivedEffects effects) {
  const double total = effects.value + effects.against_value + effects.volume +
                       effects.reference_rate + effects.margin;
  if (!std::isnan(total)) return effects;
  return {kMissing, kMissing, kMissing, kMissing, kMissing};
}

}  // namespace

absl::StatusOr<DerivedEffects> SplitChange(const NodeFigures& figures, const NodeRange& range,
                                           const DerivedChange& change) {
  JALON_RETURN_IF_ERROR(
      ChangeChecker(figures.revision.network, range, change).violations().ToStatus());
  return MissingWhole(Splitter(figures, range, change).Run());
}

}  // namespace jalon::sim
