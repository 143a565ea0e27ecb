#include "sim/objective/history/pair_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kTwoSided95 = 1.959963984540054;
constexpr size_t kFewestPairs = 10;
constexpr size_t kFewestNodes = 10;
// Variance of Fisher's z of a rank correlation, times n - 3.
constexpr double kRankVariance = 1.06;

void SortByGroup(std::vector<PairedCase>& cases) {
  std::stable_sort(cases.begin(), cases.end(),
                   [](const PairedCase& a, const PairedCase& b) { return a.group < b.group; });
}

// Calls `visit` with each group's cases.
template <typename Visit>
void ForEachGroup(std::span<PairedCase> cases, const Visit& visit) {
  for (size_t first = 0; first < cases.size();) {
    size_t end = first;
    while (end < cases.size() && cases[end].group == cases[first].group) ++end;
    visit(cases.subspan(first, end - first));
    first = end;
  }
}

// Mean ranks from 0.
std::vector<double> RanksOf(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (size_t i = first; i < end; ++i) {
      ranks[order[i]] = 0.5 * static_cast<double>(first + end - 1);
    }
    first = end;
  }
  return ranks;
}

// nullopt when one of the two never differs.
std::optional<double> Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean = 0.5 * static_cast<double>(a.size() - 1);
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  if (!(aa > 0.0) || !(bb > 0.0)) return std::nullopt;
  return ab / (std::sqrt(aa) * std::sqrt(bb));
}

// Fisher's scale and back; a correlation of 1 is held just below.
double ToFisher(double correlation) {
  const double r = std::clamp(correlation, -1.0 + 1e-12, 1.0 - 1e-12);
  return 0.5 * (Log1p(r) - Log1p(-r));
}
double FromFisher(double z) {
  const double e = Expm1(2.0 * z);
  return e / (e + 2.0);
}

double TwoSided(double z) { return 2.0 * NormalCdf(-std::fabs(z)); }

// Sums of a slope's equation.
struct Moments {
  double xx = 0.0;
  double xy = 0.0;
};

Moments CentreGroup(std::span<PairedCase> group) {
  double x = 0.0;
  double y = 0.0;
  for (const PairedCase& c : group) {
    x += c.x;
    y += c.y;
  }
  x /= static_cast<double>(group.size());
  y /= static_cast<double>(group.size());
  Moments moments;
  for (PairedCase& c : group) {
    c.x -= x;
    c.y -= y;
    moments.xx += c.x * c.x;
    moments.xy += c.x * c.y;
  }
  return moments;
}

}  // namespace

std::optional<HistoryStatistic> RankCorrelation(std::vector<PairedCase> cases) {
  SortByGroup(cases);
  double weight = 0.0;
  double sum = 0.0;
  int64_t count = 0;
  ForEachGroup(cases, [&](std::span<PairedCase> group) {
    if (group.size() < kFewestPairs) return;
    std::vector<double> x;
    std::vector<double> y;
    for (const PairedCase& c : group) {
      x.push_back(c.x);
      y.push_back(c.y);
    }
    const std::optional<double> r = Correlation(RanksOf(x), RanksOf(y));
    if (!r) return;
    const double freedom = static_cast<double>(group.size()) - 3.0;
    weight += freedom;
    sum += freedom * ToFisher(*r);
    count += static_cast<int64_t>(group.size());
  });
  if (!(weight > 0.0)) return std::nullopt;
  const double z = sum / weight;
  const double error = std::sqrt(kRankVariance / weight);
  const double value = FromFisher(z);
  return HistoryStatistic{
      .value = value,
      .standard_error = (1.0 - value * value) * error,
      .interval = {FromFisher(z - kTwoSided95 * error), FromFisher(z + kTwoSided95 * error)},
      .p_value = TwoSided(z / error),
      .count = count};
}

std::optional<HistoryStatistic> SlopeWithinGroups(std::vector<PairedCase> cases) {
  SortByGroup(cases);
  Moments all;
  ForEachGroup(cases, [&](std::span<PairedCase> group) {
    const Moments moments = CentreGroup(group);
    all.xx += moments.xx;
    all.xy += moments.xy;
  });
  if (!(all.xx > 0.0)) return std::nullopt;
  const double slope = all.xy / all.xx;
  std::map<int, double> scores;
  for (const PairedCase& c : cases) scores[c.node] += c.x * (c.y - slope * c.x);
  if (scores.size() < kFewestNodes) return std::nullopt;
  double squares = 0.0;
  for (const auto& [node, score] : scores) squares += score * score;
  const double nodes = static_cast<double>(scores.size());
  const double error = std::sqrt(squares * nodes / (nodes - 1.0)) / all.xx;
  HistoryStatistic statistic{.value = slope,
                             .standard_error = error,
                             .interval = {slope - kTwoSided95 * error, slope + kTwoSided95 * error},
                             .count = static_cast<int64_t>(cases.size())};
  statistic.p_value = error > 0.0 ? TwoSided(slope / error) : (slope == 0.0 ? 1.0 : 0.0);
  return statistic;
}

}  // namespace jalon::sim
