#include "sim/network/term_values.h"

#include <optional>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

std::vector<double> DriverPath(const Revision& revision, const std::string& id,
                               const Window& window) {
  const std::optional<int> d = revision.drivers.Find(id);
  if (!d) return std::vector<double>(window.size(), kMissing);
  return DriverValues(revision.drivers.drivers[*d], revision.network.frequency(), window);
}

std::vector<double> VolumesOf(const NodeFigures& figures, const DerivedTerm& term, NodeRange range,
                              const Window& window) {
  range.indicator = term.indicator;
  if (!term.mean_of_stock) return figures.volumes(range, window);
  const std::vector<double> levels = figures.volumes(range, {window.first - 1, window.last});
  std::vector<double> means(window.size());
  for (size_t t = 0; t < means.size(); ++t) means[t] = 0.5 * (levels[t] + levels[t + 1]);
  return means;
}

}  // namespace

TermValues ValuesOfTerm(const NodeFigures& figures, const DerivedTerm& term, const NodeRange& range,
                        const Window& window) {
  TermValues values{.volumes = VolumesOf(figures, term, range, window)};
  for (const DriverFactor& factor : term.factors) {
    std::vector<std::vector<double>>& paths = values.drivers.emplace_back();
    for (const DriverWeight& weight : factor.weights) {
      paths.push_back(DriverPath(figures.revision, weight.driver, window));
    }
  }
  return values;
}

double RateAt(const DerivedTerm& term, const MixedRate& mix, int t) {
  double rate = term.coefficient;
  for (size_t f = 0; f < term.factors.size(); ++f) {
    const DriverFactor& factor = term.factors[f];
    double sum = factor.constant;
    for (size_t w = 0; w < factor.weights.size(); ++w) {
      const bool is_reference = factor.weights[w].driver == mix.reference;
      const TermValues& values = is_reference ? mix.reference_values : mix.other_values;
      sum += factor.weights[w].coefficient * values.drivers[f][w][t];
    }
    rate *= sum;
  }
  return rate;
}

double RateAt(const DerivedTerm& term, const TermValues& values, int t) {
  return RateAt(term, {values, values, ""}, t);
}

}  // namespace jalon::sim
