#include "sim/objective/history/history.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "sim/base/missing.h"
#include "sim/stats/wilson.h"

namespace jalon::sim {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kFarthestSurprise = 1.0;

auto PlaceOf(const HistoryCase& c) { return std::tie(c.indicator, c.window, c.node); }

bool IsRealised(const HistoryCase& c) { return !std::isnan(c.realised); }

// A case and what came next at the same node.
struct CasePair {
  const HistoryCase* now = nullptr;
  const HistoryCase* next = nullptr;
  // Windows and indicators are compared apart.
  int group = 0;
};

// The cases of a row, and its pairs.
struct RowCases {
  std::vector<const HistoryCase*> cases;
  std::vector<CasePair> pairs;

  void Append(const RowCases& other) {
    cases.insert(cases.end(), other.cases.begin(), other.cases.end());
    pairs.insert(pairs.end(), other.pairs.begin(), other.pairs.end());
  }
};

// The value two cases of a pair have in common, NaN where one is unknown.
using CaseValue = double (*)(const HistoryCase&);

double RatioOf(const HistoryCase& c) { return c.ratio; }
double GrowthOf(const HistoryCase& c) {
  return c.realised_before > 0.0 ? c.realised / c.realised_before : kMissing;
}

std::vector<PairedCase> PairsOf(const std::vector<CasePair>& pairs, CaseValue value) {
  std::vector<PairedCase> cases;
  for (const CasePair& pair : pairs) {
    const double x = value(*pair.now);
    const double y = value(*pair.next);
    if (std::isnan(x) || std::isnan(y)) continue;
    cases.push_back({.group = pair.group, .node = pair.now->node, .x = x, .y = y});
  }
  return cases;
}

std::vector<PairedCase> RatchetCases(const std::vector<CasePair>& pairs) {
  std::vector<PairedCase> cases;
  for (const CasePair& pair : pairs) {
    const HistoryCase& now = *pair.now;
    const double surprise = (now.realised - now.objective) / now.scale;
    const double change = (pair.next->objective - now.objective) / now.scale;
    if (!(std::fabs(surprise) <= kFarthestSurprise && std::fabs(change) <= kFarthestSurprise)) {
      continue;
    }
    cases.push_back({.group = pair.group, .node = now.node, .x = surprise, .y = change});
  }
  return cases;
}

HistoryStatistic ShareOf(int64_t attained, int64_t count) {
  const double share = static_cast<double>(attained) / static_cast<double>(count);
  return {.value = share,
          .standard_error = std::sqrt(share * (1.0 - share) / static_cast<double>(count)),
          .interval = WilsonInterval(attained, count, kConfidence),
          .count = count};
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return kMissing;
  const size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + half, values.end());
  if (values.size() % 2 == 1) return values[half];
  return 0.5 * (values[half] + *std::max_element(values.begin(), values.begin() + half));
}

// Everything of a row but its excess mass.
HistoryRow Judge(const RowCases& row_cases) {
  HistoryRow row;
  int64_t attained = 0;
  std::vector<double> ratios;
  for (const HistoryCase* c : row_cases.cases) {
    if (c->changed) ++row.changed_count;
    if (!IsRealised(*c)) {
      ++row.left_out_count;
      continue;
    }
    ++row.objective_count;
    attained += c->attained ? 1 : 0;
    if (!std::isnan(c->ratio)) ratios.push_back(c->ratio);
  }
  if (row.objective_count > 0) row.attained_share = ShareOf(attained, row.objective_count);
  row.median_ratio = MedianOf(std::move(ratios));
  row.ratio_persistence = RankCorrelation(PairsOf(row_cases.pairs, RatioOf));
  row.growth_persistence = RankCorrelation(PairsOf(row_cases.pairs, GrowthOf));
  row.ratchet = SlopeWithinGroups(RatchetCases(row_cases.pairs));
  return row;
}

std::optional<ExcessMass> ExcessOf(const RowCases& row_cases) {
  std::vector<double> ratios;
  for (const HistoryCase* c : row_cases.cases) {
    if (IsRealised(*c)) ratios.push_back(SmoothedRatio(*c));
  }
  return MeasureExcessMass(ratios);
}

// Rows of one indicator and window, keyed so.
class Histories {
 public:
  explicit Histories(std::span<const HistoryCase> cases) {
    std::map<std::pair<int, Window>, std::map<int, const HistoryCase*>> by_place;
    for (const HistoryCase& c : cases) {
      rows_[{c.indicator, c.window}].cases.push_back(&c);
      by_place[{c.indicator, c.window}][c.node] = &c;
    }
    int group = 0;
    for (auto& [place, row] : rows_) {
      ++group;
      const int size = place.second.size();
      const Window next{place.second.last + 1, place.second.last + size};
      const auto there = by_place.find({place.first, next});
      if (there == by_place.end()) continue;
      for (const HistoryCase* now : row.cases) {
        const auto then = there->second.find(now->node);
        if (then != there->second.end()) row.pairs.push_back({now, then->second, group});
      }
    }
  }

  std::vector<HistoryRow> Rows() const {
    std::vector<HistoryRow> rows;
    RowCases all;
    std::vector<ExcessMass> excesses;
    for (auto place = rows_.begin(); place != rows_.end();) {
      const int indicator = place->first.first;
      RowCases of_indicator;
      for (; place != rows_.end() && place->first.first == indicator; ++place) {
        rows.push_back(Judge(place->second));
        rows.back().indicator = indicator;
        rows.back().window = place->first.second;
        rows.back().excess_mass = ExcessOf(place->second);
        of_indicator.Append(place->second);
      }
      rows.push_back(Judge(of_indicator));
      rows.back().indicator = indicator;
      rows.back().excess_mass = ExcessOf(of_indicator);
      if (rows.back().excess_mass) excesses.push_back(*rows.back().excess_mass);
      all.Append(of_indicator);
    }
    rows.push_back(Judge(all));
    if (!excesses.empty()) rows.back().excess_mass = Together(excesses);
    return rows;
  }

 private:
  std::map<std::pair<int, Window>, RowCases> rows_;
};

}  // namespace

double SmoothedRatio(const HistoryCase& past) {
  const double uniform = (static_cast<double>(past.id64 >> 32) + 0.5) * 0x1p-32;
  return past.ratio + uniform * past.unit_ratio;
}

std::vector<HistoryRow> AnalyzeHistory(std::vector<HistoryCase> cases) {
  std::sort(cases.begin(), cases.end(),
            [](const HistoryCase& a, const HistoryCase& b) { return PlaceOf(a) < PlaceOf(b); });
  return Histories(cases).Rows();
}

}  // namespace jalon::sim
