#include "sim/perimeter/restate_credit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/missing.h"
#include "sim/perimeter/apportion.h"

namespace jalon::sim {
namespace {

// A share this near to nothing is what rounding left.
constexpr double kShareTolerance = 1e-9;
constexpr double kLargestWhole = 9007199254740992.0;

double OrZero(double value) { return std::isnan(value) ? 0.0 : value; }

bool IsWhole(double value) {
  return std::fabs(value) < kLargestWhole && std::floor(value) == value;
}

// Splits the eliminations of one place, period by period: whole ones into whole parts, each sign
// with what it was short of before.
class EliminationSplitter {
 public:
  explicit EliminationSplitter(bool counts) : counts_(counts) {}

  // [share]
  std::vector<double> Parts(double value, const std::vector<double>& shares) {
    if (!counts_ || !IsWhole(value)) return SplitExact(value, shares);
    std::vector<double>& carry = carries_[value < 0.0 ? 1 : 0];
    carry.resize(shares.size(), 0.0);
    std::vector<double> parts = SplitWhole(std::fabs(value), shares, carry);
    for (double& part : parts) part = std::copysign(part, value);
    return parts;
  }

 private:
  const bool counts_;
  std::array<std::vector<double>, 2> carries_;
};

// Shares of `sum` that leave by each destination in a period, and what stays; empty where that is
// no apportionment.
std::vector<double> SharesOf(const std::vector<double>& leaving, double sum) {
  if (std::isnan(sum) || sum == 0.0) return {};
  std::vector<double> shares;
  double stay = 1.0;
  for (const double value : leaving) {
    shares.push_back(value / sum);
    if (shares.back() < 0.0) return {};
    stay -= shares.back();
  }
  if (stay < -kShareTolerance) return {};
  shares.push_back(stay < kShareTolerance ? 0.0 : stay);
  return shares;
}

bool SameFigure(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

CreditRestater::CreditRestater(const Network& network, const Realisations& original,
                               const CreditTable& credit)
    : network_(network), original_(original), credit_(credit) {
  for (const CreditCell& cell : credit.eliminations) {
    const SeriesKey place{*network.FindIndicator(cell.indicator), *network.FindUnit(cell.unit),
                          *network.FindSegment(cell.segment)};
    std::vector<double>& row = rows_[place];
    row.resize(original.period_count(), kMissing);
    row[cell.period - original.first()] = cell.value;
  }
}

NodeRange CreditRestater::RangeAt(const SeriesKey& place) const {
  return RangeOf(network_, place.indicator, place.unit, place.segment);
}

std::vector<SeriesKey> CreditRestater::PlacesAround(const SeriesKey& series) const {
  std::vector<SeriesKey> places;
  for (int unit = network_.unit_parent(series.unit); unit >= 0; unit = network_.unit_parent(unit)) {
    for (int segment = series.segment; segment >= 0; segment = network_.segment_parent(segment)) {
      const SeriesKey place{series.indicator, unit, segment};
      if (rows_.contains(place)) places.push_back(place);
    }
  }
  return places;
}

SeriesKey CreditRestater::DestinationOf(const SeriesKey& place, const SeriesKey& receiver) const {
  int unit = network_.unit_parent(receiver.unit);
  while (network_.unit_depth(unit) > network_.unit_depth(place.unit)) {
    unit = network_.unit_parent(unit);
  }
  const auto depth = [&](int segment) {
    int steps = 0;
    for (int s = network_.segment_parent(segment); s >= 0; s = network_.segment_parent(s)) ++steps;
    return steps;
  };
  int segment = receiver.segment;
  while (depth(segment) > depth(place.segment)) segment = network_.segment_parent(segment);
  return {place.indicator, unit, segment};
}

void CreditRestater::Move(const HistoryTable& table, const std::vector<MovedFigures>& moves) {
  std::map<SeriesKey, Rows> leaving;
  for (const MovedFigures& move : moves) {
    for (const SeriesKey& place : PlacesAround(move.from)) {
      if (RangeAt(place).contains(move.to)) continue;
      std::vector<double>& sum = leaving[place][DestinationOf(place, move.to)];
      sum.resize(move.values.size(), 0.0);
      for (size_t t = 0; t < sum.size(); ++t) sum[t] += OrZero(move.values[t]);
    }
  }
  std::vector<Given> given;
  for (const auto& [place, rows] : leaving) {
    Split(place, rows, table.Sum(RangeAt(place)), given);
  }
  for (const Given& part : given) {
    std::vector<double>& row = rows_[part.place];
    row.resize(original_.period_count(), kMissing);
    row[part.period] = OrZero(row[part.period]) + part.value;
  }
}

void CreditRestater::Split(const SeriesKey& place, const Rows& leaving,
                           const std::vector<double>& sums, std::vector<Given>& given) {
  const Measure measure = network_.indicator(place.indicator).measure;
  EliminationSplitter splitter(measure == Measure::kCount);
  std::vector<double>& row = rows_[place];
  const size_t columns = leaving.begin()->second.size();
  for (size_t t = 0; t < columns; ++t) {
    if (OrZero(row[t]) == 0.0) continue;
    std::vector<double> leave;
    for (const auto& [destination, values] : leaving) leave.push_back(values[t]);
    if (std::all_of(leave.begin(), leave.end(), [](double value) { return value == 0.0; }))
      continue;
    const std::vector<double> shares = SharesOf(leave, sums[t]);
    if (shares.empty()) {
      stuck_[place].insert(static_cast<int>(t));
      continue;
    }
    const std::vector<double> parts = splitter.Parts(row[t], shares);
    size_t j = 0;
    for (const auto& [destination, values] : leaving) {
      if (parts[j] != 0.0) given.push_back({destination, static_cast<int>(t), parts[j]});
      ++j;
    }
    row[t] = shares.back() == 0.0 ? kMissing : parts.back();
  }
}

CreditRestater::PlaceSums CreditRestater::SumsOf(const HistoryTable& table, int indicator) const {
  PlaceSums sums;
  for (const auto& [place, row] : rows_) {
    if (place.indicator == indicator) sums[place] = table.Sum(RangeAt(place));
  }
  return sums;
}

void CreditRestater::Rescale(const HistoryTable& table, const PlaceSums& before) {
  for (const auto& [place, was] : before) {
    const std::vector<double> is = table.Sum(RangeAt(place));
    const bool counts = network_.indicator(place.indicator).measure == Measure::kCount;
    std::vector<double>& row = rows_[place];
    double carry = 0.0;
    for (size_t t = 0; t < row.size(); ++t) {
      if (std::isnan(row[t]) || SameFigure(was[t], is[t])) continue;
      if (std::isnan(is[t])) {
        row[t] = kMissing;
      } else if (OrZero(was[t]) == 0.0) {
        stuck_[place].insert(static_cast<int>(t));
      } else {
        const double exact = row[t] * (is[t] / was[t]) + carry;
        const bool whole = counts && IsWhole(row[t]);
        row[t] = whole ? std::floor(exact + 0.5) : exact;
        carry = whole ? exact - row[t] : 0.0;
      }
    }
  }
}

RestatedCredit CreditRestater::Finish(const Realisations& restated) {
  RestatedCredit made;
  FinishEliminations(made);
  FinishTotals(restated, made);
  WriteNotes(made);
  return made;
}

}  // namespace jalon::sim
