#include "sim/network/node_values.h"

#include <cmath>

#include "sim/base/missing.h"
#include "sim/network/term_values.h"

namespace jalon::sim {
namespace {

NodeRange Of(NodeRange range, int indicator) {
  range.indicator = indicator;
  return range;
}

// Sums of series, as NodeFigures::volumes. Borrows the revision.
auto SumsOf(const Revision& revision) {
  return [&revision](const NodeRange& range, const Window& window) {
    return SumRealised(revision.realisations, range, window);
  };
}

double Quotient(double numerator, double denominator) {
  return denominator == 0 ? kMissing : numerator / denominator;
}

std::vector<double> RatioValues(const NodeFigures& figures, const NodeRange& range,
                                const Window& window) {
  const Network& network = figures.revision.network;
  const int k = range.indicator;
  std::vector<double> values =
      RealisedValues(figures, Of(range, network.numerator_index(k)), window);
  const std::vector<double> denominators =
      RealisedValues(figures, Of(range, network.denominator_index(k)), window);
  for (size_t t = 0; t < values.size(); ++t) values[t] = Quotient(values[t], denominators[t]);
  return values;
}

std::vector<double> DerivedValues(const NodeFigures& figures, const NodeRange& range,
                                  const Window& window) {
  std::vector<double> values(window.size(), 0.0);
  for (const DerivedTerm& term : figures.revision.network.expression(range.indicator).terms) {
    const TermValues parts = ValuesOfTerm(figures, term, range, window);
    for (int t = 0; t < window.size(); ++t) values[t] += parts.volumes[t] * RateAt(term, parts, t);
  }
  return values;
}

double OverPeriods(const std::vector<double>& values, Aggregation aggregation) {
  if (values.empty()) return kMissing;
  if (aggregation == Aggregation::kLast) return values.back();
  double sum = 0.0;
  for (const double value : values) sum += value;
  return aggregation == Aggregation::kMean ? sum / static_cast<double>(values.size()) : sum;
}

}  // namespace

std::vector<double> RealisedValues(const NodeFigures& figures, const NodeRange& range,
                                   const Window& window) {
  switch (figures.revision.network.indicator(range.indicator).kind) {
    case IndicatorKind::kRatio:
      return RatioValues(figures, range, window);
    case IndicatorKind::kDerived:
      return DerivedValues(figures, range, window);
    case IndicatorKind::kCount:
    case IndicatorKind::kAmount:
    case IndicatorKind::kNetFlow:
    case IndicatorKind::kStock:
      break;
  }
  return figures.volumes(range, window);
}

std::vector<double> RealisedValues(const Revision& revision, const NodeRange& range,
                                   const Window& window) {
  const auto sums = SumsOf(revision);
  return RealisedValues(NodeFigures{revision, sums}, range, window);
}

double RealisedOver(const NodeFigures& figures, const NodeRange& range, const Window& window) {
  const Network& network = figures.revision.network;
  const int k = range.indicator;
  if (network.indicator(k).kind == IndicatorKind::kRatio) {
    return Quotient(RealisedOver(figures, Of(range, network.numerator_index(k)), window),
                    RealisedOver(figures, Of(range, network.denominator_index(k)), window));
  }
  return OverPeriods(RealisedValues(figures, range, window), network.indicator(k).aggregation);
}

double RealisedOver(const Revision& revision, const NodeRange& range, const Window& window) {
  const auto sums = SumsOf(revision);
  return RealisedOver(NodeFigures{revision, sums}, range, window);
}

}  // namespace jalon::sim
