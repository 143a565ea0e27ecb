#include "sim/engine/conditional/stock_levels.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace jalon::sim {
namespace {

int IndexOf(const std::vector<int>& ends, int period) {
  return static_cast<int>(std::lower_bound(ends.begin(), ends.end(), period) - ends.begin());
}

}  // namespace

bool LevelCollector::IsLevel(const Composition& branch, const Part& part) {
  int count[kSides] = {};
  for (int r = part.first_reading; r < part.end_reading; ++r) {
    const PartReading& reading = branch.readings[r];
    if (reading.first != reading.last || reading.mean_of_stock) return false;
    if (++count[reading.side] > 1) return false;
  }
  return true;
}

int LevelCollector::KnownPeriods(int series) const {
  const int period_count = plan_.period_count();
  const double* realised = plan_.realised.data() + static_cast<size_t>(series) * period_count;
  const auto is_known = [](double value) { return !std::isnan(value); };
  const double* end = realised + period_count;
  const double* first = std::find_if_not(realised, end, is_known);
  if (std::any_of(first, end, is_known)) return -1;
  return static_cast<int>(first - realised);
}

bool LevelCollector::CanRead(const Composition& branch) const {
  std::vector<int> fed(branch.parts.size(), 0);
  bool any = false;
  for (const Part& part : branch.parts) {
    if (plan_.series[part.series].stock < 0) continue;
    if (!IsLevel(branch, part) || KnownPeriods(part.series) < 0) return false;
    any = true;
    for (int f = part.first_flow; f < part.end_flow; ++f) ++fed[branch.flows[f].part];
  }
  for (size_t p = 0; p < fed.size(); ++p) {
    const Part& part = branch.parts[p];
    if (fed[p] == 0) continue;
    if (fed[p] > 1 || part.first_reading != part.end_reading) return false;
    if (plan_.series[part.series].stock >= 0 || KnownPeriods(part.series) < 0) return false;
  }
  return any;
}

void LevelCollector::SetReadings(const Composition& branch, const Part& part, int period_count,
                                 LevelPart& level) {
  for (int r = part.first_reading; r < part.end_reading; ++r) {
    const PartReading& reading = branch.readings[r];
    level.end[reading.side] = reading.last;
    level.weight[reading.side] = reading.coefficient;
    level.rate[reading.side] = reading.rate < 0 ? -1 : reading.rate * period_count + reading.last;
  }
}

int LevelCollector::FindOrMake(const Composition& branch) {
  std::vector<int> stocks;
  for (const Part& part : branch.parts) {
    if (plan_.series[part.series].stock >= 0) stocks.push_back(part.series);
  }
  const auto [found, added] =
      place_of_.try_emplace(std::move(stocks), static_cast<int>(made_.size()));
  if (!added) return found->second;
  StockLevels levels;
  for (const Part& part : branch.parts) {
    if (plan_.series[part.series].stock < 0) continue;
    StockLevels::Stock stock{.series = part.series,
                             .first_flow = static_cast<int>(levels.flows.size()),
                             .known = KnownPeriods(part.series)};
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const PartFlow& flow = branch.flows[f];
      const int series = branch.parts[flow.part].series;
      levels.flows.push_back({.series = series, .sign = flow.sign, .known = KnownPeriods(series)});
    }
    stock.end_flow = static_cast<int>(levels.flows.size());
    levels.stocks.push_back(stock);
  }
  made_.push_back(std::move(levels));
  return found->second;
}

// Rows stand for places among stocks and flows until Place.
int LevelCollector::Add(const Composition& branch, std::vector<LevelPart>& parts) {
  const int index = FindOrMake(branch);
  std::vector<int>& ends = made_[index].ends;
  const size_t first = parts.size();
  parts.resize(first + branch.parts.size());
  int stocks = 0;
  int flows = 0;
  for (size_t p = 0; p < branch.parts.size(); ++p) {
    const Part& part = branch.parts[p];
    if (plan_.series[part.series].stock < 0) continue;
    LevelPart level{.is_stock = true, .first_row = stocks, .stock_row = stocks};
    SetReadings(branch, part, plan_.period_count(), level);
    for (const int end : level.end) {
      if (end >= 0) ends.push_back(end);
    }
    parts[first + p] = level;
    level.is_stock = false;
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const PartFlow& flow = branch.flows[f];
      LevelPart& fed = parts[first + flow.part] = level;
      fed.first_row = flows++;
      for (double& weight : fed.weight) weight *= flow.sign;
    }
    ++stocks;
  }
  return index;
}

std::vector<StockLevels> LevelCollector::Finish() {
  for (StockLevels& levels : made_) {
    std::sort(levels.ends.begin(), levels.ends.end());
    levels.ends.erase(std::unique(levels.ends.begin(), levels.ends.end()), levels.ends.end());
    levels.ends.shrink_to_fit();
    const int ends = static_cast<int>(levels.ends.size());
    for (StockLevels::Stock& stock : levels.stocks) {
      stock.first_row = std::exchange(levels.row_count, levels.row_count + ends * kStockRows);
    }
    for (StockLevels::Flow& flow : levels.flows) {
      flow.first_row = std::exchange(levels.row_count, levels.row_count + ends * kFlowRows);
    }
  }
  return std::move(made_);
}

void LevelCollector::Place(const StockLevels& levels, absl::Span<LevelPart> parts) {
  for (LevelPart& part : parts) {
    if (part.first_row < 0) continue;
    part.first_row = part.is_stock ? levels.stocks[part.first_row].first_row
                                   : levels.flows[part.first_row].first_row;
    part.stock_row = levels.stocks[part.stock_row].first_row;
    for (int& end : part.end) {
      if (end >= 0) end = IndexOf(levels.ends, end);
    }
  }
}

}  // namespace jalon::sim
