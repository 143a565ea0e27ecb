#include "sim/provisional/completion.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/status_macros.h"

namespace jalon::sim {
namespace {

// First provisional period of an indicator inside the history; nullopt when all are final.
std::optional<Period> ProvisionalFrom(const Revision& revision, int indicator) {
  const std::optional<Period> from = revision.network.indicator(indicator).provisional_from;
  const Realisations& realisations = revision.realisations;
  if (!from || realisations.period_count() == 0 || realisations.last() < *from) {
    return std::nullopt;
  }
  return std::max(*from, realisations.first());
}

// Whether an indicator's values are whole numbers.
bool IsWhole(const Indicator& indicator) {
  return indicator.kind == IndicatorKind::kCount ||
         (indicator.kind == IndicatorKind::kStock && indicator.measure == Measure::kCount);
}

// The series of `to` that is series `key` of `from`; nullopt when it is gone.
std::optional<int> SameSeries(const Revision& from, const SeriesKey& key, const Revision& to) {
  const auto indicator = to.network.FindIndicator(from.network.indicator(key.indicator).id);
  const auto unit = to.network.FindUnit(from.network.unit(key.unit).id);
  const auto segment = to.network.FindSegment(from.network.segment(key.segment).id);
  if (!indicator || !unit || !segment) return std::nullopt;
  return to.realisations.Find({*indicator, *unit, *segment});
}

const CompletionFactor* FindFactor(const std::vector<CompletionFactor>& factors,
                                   const std::string& indicator, int age) {
  for (const CompletionFactor& factor : factors) {
    if (factor.indicator == indicator && factor.age == age) return &factor;
  }
  return nullptr;
}

// Multiplies the figures of one indicator and period; counts stay whole and keep their sum.
void Complete(const Realisations& realisations, int indicator, Period period, double factor,
              bool whole, std::vector<double>& values) {
  const auto [first, end] = realisations.IndicatorRows(indicator);
  const size_t column = static_cast<size_t>(period - realisations.first());
  double carried = 0.0;
  for (int i = first; i < end; ++i) {
    double& value = values[static_cast<size_t>(i) * realisations.period_count() + column];
    if (std::isnan(value)) continue;
    const double wanted = value * factor + carried;
    value = whole ? std::max(0.0, std::floor(wanted + 0.5)) : value * factor;
    carried = whole ? wanted - value : 0.0;
  }
}

}  // namespace

void CompletionLearner::Add(const Revision& earlier) {
  for (int k = 0; k < earlier.network.indicator_count(); ++k) {
    const Indicator& indicator = earlier.network.indicator(k);
    const std::optional<int> now = newest_.network.FindIndicator(indicator.id);
    const std::optional<Period> from = ProvisionalFrom(earlier, k);
    if (!from || !now || indicator.kind == IndicatorKind::kNetFlow) continue;
    const std::optional<Period> still = newest_.network.indicator(*now).provisional_from;
    for (Period period = *from; period <= earlier.realisations.last(); period = period + 1) {
      if (still && *still <= period) break;
      const int age = earlier.realisations.last() - period;
      if (!seen_.insert({indicator.id, age, period}).second) continue;
      Sums& sums = sums_[{indicator.id, age}];
      ++sums.vintage_count;
      const auto [first, end] = earlier.realisations.IndicatorRows(k);
      for (int i = first; i < end; ++i) {
        const double reported = earlier.realisations.at(i, period);
        const std::optional<int> row = SameSeries(earlier, earlier.realisations.key(i), newest_);
        const double known = row ? newest_.realisations.at(*row, period) : std::nan("");
        if (std::isnan(reported) || std::isnan(known)) continue;
        sums.reported += reported;
        sums.final += known;
      }
    }
  }
}

std::vector<CompletionFactor> CompletionLearner::Factors() const {
  std::vector<CompletionFactor> factors;
  for (const auto& [key, sums] : sums_) {
    if (sums.vintage_count < kFewestVintages) continue;
    if (!(sums.reported > 0.0) || !(sums.final > 0.0)) continue;
    factors.push_back({key.first, key.second, sums.final / sums.reported, sums.vintage_count});
  }
  return factors;
}

std::string ProvisionalNote::Sentence() const {
  std::string text = absl::StrCat(indicator, ": ", window.ToString(), " provisional: ");
  if (used.empty()) {
    absl::StrAppend(&text, "left out of the fit");
    return text;
  }
  for (size_t i = 0; i < used.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", (window.first + static_cast<int>(i)).ToString(),
                    absl::StrFormat(" completed x %.4f (age %d, learnt from %d periods)",
                                    used[i].factor, used[i].age, used[i].vintage_count));
  }
  if (static_cast<int>(used.size()) < window.size())
    absl::StrAppend(&text, ", later ones left out");
  return text;
}

std::vector<ProvisionalNote> ProvisionalPeriods(const Revision& revision) {
  std::vector<ProvisionalNote> notes;
  for (int k = 0; k < revision.network.indicator_count(); ++k) {
    const std::optional<Period> from = ProvisionalFrom(revision, k);
    if (!from) continue;
    notes.push_back({.indicator = revision.network.indicator(k).id,
                     .window = {*from, revision.realisations.last()}});
  }
  return notes;
}

absl::StatusOr<CompletedRevision> CompleteProvisional(
    const Revision& revision, const std::vector<CompletionFactor>& factors) {
  const Realisations& realisations = revision.realisations;
  std::vector<double> values;
  for (int i = 0; i < realisations.series_count(); ++i) {
    values.insert(values.end(), realisations.row(i).begin(), realisations.row(i).end());
  }
  NetworkSpec spec = revision.network.spec();
  std::vector<ProvisionalNote> notes = ProvisionalPeriods(revision);
  for (ProvisionalNote& note : notes) {
    const int k = *revision.network.FindIndicator(note.indicator);
    const bool whole = IsWhole(revision.network.indicator(k));
    for (Period period = note.window.first; period <= note.window.last; period = period + 1) {
      const CompletionFactor* factor =
          FindFactor(factors, note.indicator, note.window.last - period);
      if (factor == nullptr) break;
      Complete(realisations, k, period, factor->factor, whole, values);
      note.used.push_back(*factor);
    }
    std::optional<Period>& from = spec.indicators[static_cast<size_t>(k)].provisional_from;
    from = note.window.first + static_cast<int>(note.used.size());
    if (note.window.last < *from) from.reset();
  }
  JALON_ASSIGN_OR_RETURN(Network network, Network::Create(std::move(spec)));
  JALON_ASSIGN_OR_RETURN(
      Realisations completed,
      Realisations::Create(network, realisations.first(), realisations.keys(), std::move(values)));
  CompletedRevision result{.revision = revision, .notes = std::move(notes)};
  result.revision.network = std::move(network);
  result.revision.realisations = std::move(completed);
  return result;
}

}  // namespace jalon::sim
