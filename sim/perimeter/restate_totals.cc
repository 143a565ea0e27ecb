// Declared totals, and what is said of credit lines once a history is restated.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/credit/credited_sum.h"
#include "sim/perimeter/restate_credit.h"

namespace jalon::sim {
namespace {

constexpr size_t kMaxNotes = 100;

bool IsASum(const Indicator& indicator) {
  return indicator.adds_over_units && indicator.kind != IndicatorKind::kRatio &&
         indicator.kind != IndicatorKind::kDerived;
}

// Indicators with series that `indicator` is made of.
void AddParts(const Network& network, int indicator, std::vector<int>& parts) {
  switch (network.indicator(indicator).kind) {
    case IndicatorKind::kRatio:
      AddParts(network, network.numerator_index(indicator), parts);
      AddParts(network, network.denominator_index(indicator), parts);
      return;
    case IndicatorKind::kDerived:
      for (const DerivedTerm& term : network.expression(indicator).terms) {
        parts.push_back(term.indicator);
      }
      return;
    default:
      parts.push_back(indicator);
  }
}

double OrZero(double value) { return std::isnan(value) ? 0.0 : value; }

// A history with its eliminations.
class Sums {
 public:
  Sums(const Network& network, const Realisations& realisations,
       const std::vector<CreditCell>& eliminations)
      : network_(network), realisations_(realisations), eliminations_(network, eliminations) {}

  // NaN where no series below has a value.
  double At(const SeriesKey& node, Period period) const {
    const NodeRange range = RangeOf(network_, node.indicator, node.unit, node.segment);
    return SumRealised(realisations_, range, {period, period}).front() +
           eliminations_.SumIn(range, period);
  }

 private:
  const Network& network_;
  const Realisations& realisations_;
  const CreditCells eliminations_;
};

// One declared total on the target perimeter.
class TotalMover {
 public:
  TotalMover(const Network& network, const Sums& before, const Sums& after)
      : network_(network), before_(before), after_(after) {}

  // nullopt: it says nothing there any more.
  std::optional<double> Moved(const SeriesKey& node, const CreditCell& total) const {
    return IsASum(network_.indicator(node.indicator)) ? MovedSum(node, total)
                                                      : MovedOther(node, total);
  }

 private:
  std::optional<double> MovedSum(const SeriesKey& node, const CreditCell& total) const {
    const double was = before_.At(node, total.period);
    const double is = after_.At(node, total.period);
    if (std::isnan(is) && !std::isnan(was)) return std::nullopt;
    return total.value + (OrZero(is) - OrZero(was));
  }

  // Years of stocks read the period before too.
  std::optional<double> MovedOther(const SeriesKey& node, const CreditCell& total) const {
    std::vector<int> parts;
    AddParts(network_, node.indicator, parts);
    for (const int part : parts) {
      const SeriesKey place{part, node.unit, node.segment};
      for (const Period period : {total.period - 1, total.period}) {
        const double was = before_.At(place, period);
        const double is = after_.At(place, period);
        const double slack = 1e-12 * std::fabs(OrZero(was));
        if (std::isnan(was) != std::isnan(is)) return std::nullopt;
        if (std::fabs(OrZero(is) - OrZero(was)) > slack) return std::nullopt;
      }
    }
    return total.value;
  }

  const Network& network_;
  const Sums& before_;
  const Sums& after_;
};

// Periods per unit and indicator, as lines for people.
using Lines = std::map<std::pair<std::string, std::string>, int>;

void AddLines(const Lines& lines, const std::string& what, const std::string& why,
              std::vector<std::string>& notes) {
  for (const auto& [place, periods] : lines) {
    notes.push_back(absl::StrCat(what, " of `", place.second, "` at `", place.first, "`, ", periods,
                                 " periods: ", why));
  }
}

}  // namespace

void CreditRestater::FinishEliminations(RestatedCredit& made) const {
  for (const auto& [place, row] : rows_) {
    for (size_t t = 0; t < row.size(); ++t) {
      if (std::isnan(row[t])) continue;
      made.credit.eliminations.push_back({network_.unit(place.unit).id,
                                          network_.segment(place.segment).id,
                                          network_.indicator(place.indicator).id,
                                          original_.first() + static_cast<int>(t), row[t]});
    }
  }
  const CreditCells before(network_, credit_.eliminations);
  const CreditCells after(network_, made.credit.eliminations);
  for (const auto& [key, value] : after.all()) {
    made.elimination_count += before.At(key.first, key.second) == value ? 0 : 1;
  }
  for (const auto& [key, value] : before.all()) {
    made.elimination_count += std::isnan(after.At(key.first, key.second)) ? 1 : 0;
  }
}

void CreditRestater::FinishTotals(const Realisations& restated, RestatedCredit& made) const {
  const Sums before(network_, original_, credit_.eliminations);
  const Sums after(network_, restated, made.credit.eliminations);
  const TotalMover mover(network_, before, after);
  Lines gone;
  Lines no_sum;
  for (const CreditCell& total : credit_.parent_totals) {
    const SeriesKey node{*network_.FindIndicator(total.indicator), *network_.FindUnit(total.unit),
                         *network_.FindSegment(total.segment)};
    const std::optional<double> value = mover.Moved(node, total);
    if (!value) {
      Lines& lines = IsASum(network_.indicator(node.indicator)) ? gone : no_sum;
      ++lines[{total.unit, total.indicator}];
      ++made.total_count;
      continue;
    }
    made.total_count += *value == total.value ? 0 : 1;
    made.credit.parent_totals.push_back(total);
    made.credit.parent_totals.back().value = *value;
  }
  AddLines(gone, "declared totals",
           "nothing is left below on the target perimeter; proved on the original one only",
           made.notes);
  AddLines(no_sum, "declared totals",
           "what they are computed of moved and they are no sums; proved on the original perimeter "
           "only",
           made.notes);
}

void CreditRestater::WriteNotes(RestatedCredit& made) const {
  Lines stuck;
  for (const auto& [place, periods] : stuck_) {
    stuck[{network_.unit(place.unit).id, network_.indicator(place.indicator).id}] +=
        static_cast<int>(periods.size());
  }
  AddLines(stuck, "eliminations",
           "what moves is no share of what is below (a sum of 0, or both signs), so they stay",
           made.notes);
  if (made.elimination_count + made.total_count > 0) {
    made.notes.insert(
        made.notes.begin(),
        absl::StrCat("eliminations that follow branches to other units: ", made.elimination_count,
                     " cells; declared totals that change with them: ", made.total_count));
  }
  if (made.notes.size() > kMaxNotes) made.notes.resize(kMaxNotes);
}

}  // namespace jalon::sim
