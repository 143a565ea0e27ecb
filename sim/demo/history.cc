#include "sim/demo/history.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/calendar/opening_days.h"
#include "sim/demo/demo_network.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr int kMonths = 12;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMissingChance = 0.002;
// Draws of a series' stream.
constexpr int kValueDraw = 0;
constexpr int kMissingDraw = 1;
// The branch (in canonical order) and the two months whose protection figures were lost.
constexpr int kLostBranch = 7;
constexpr int kLostMonthsBack[] = {9, 8};

double RoundToEuro(double value) { return std::floor(value + 0.5); }

double DrawCell(const ModelSeries& series, double eta, double u) {
  switch (series.law) {
    case Law::kNegativeBinomial:
      return Quantile(CountLaw{Exp(eta), series.dispersion}, u);
    case Law::kGamma:
      return RoundToEuro(Quantile(AmountLaw{Exp(eta), series.dispersion}, u));
    case Law::kCompoundGamma:
      return RoundToEuro(Quantile(CompoundLaw{Exp(eta), series.dispersion, series.shape}, u));
    case Law::kStudentT:
    case Law::kStock:
    case Law::kExactStock:
      break;
  }
  const StudentTLaw law{series.unit_scale * eta, series.dispersion, series.shape};
  return RoundToEuro(Quantile(law, u));
}

// Draws the history of one demo.
class HistoryDrawer {
 public:
  HistoryDrawer(const TruthInput& input, const Model& truth, const TruthPast& past,
                const DemoDraws& draws)
      : input_(input),
        truth_(truth),
        past_(past),
        draws_(draws),
        days_(input.network, MakeDemoCalendars(input.network), past.history) {
    int branch = 0;
    for (int u = 0; u < input.network.unit_count(); ++u) {
      if (input.network.is_leaf(u) && branch++ == kLostBranch) lost_unit_ = u;
    }
  }

  std::vector<double> Run() const {
    std::vector<double> values;
    values.reserve(truth_.series.size() * past_.history.size());
    for (size_t i = 0; i < truth_.series.size(); ++i) AppendSeries(i, values);
    return values;
  }

 private:
  StreamKey KeyOf(const SeriesKey& key, int draw) const {
    const Network& network = input_.network;
    return {.purpose = Purpose::kGenerator,
            .id = SeriesId64(network.unit(key.unit).id, network.segment(key.segment).id,
                             network.indicator(key.indicator).id),
            .draw = draw};
  }

  bool IsHole(const SeriesKey& key, Period period, double u) const {
    const Unit& unit = input_.network.unit(key.unit);
    if (unit.opened.has_value() && period < *unit.opened) return true;
    if (unit.closed.has_value() && *unit.closed <= period) return true;
    if (u < kMissingChance) return true;
    const bool protection = input_.network.indicator(key.indicator).family == "protection";
    for (int back : kLostMonthsBack) {
      if (protection && key.unit == lost_unit_ && past_.history.last - back == period) return true;
    }
    return false;
  }

  // What opening days add to eta.
  double LogExposure(const SeriesKey& key, Period period) const {
    const bool exposed = input_.network.indicator(key.indicator).exposure == Exposure::kOpeningDays;
    return exposed ? Log(days_.exposure(key.unit, period)) : 0.0;
  }

  void AppendSeries(size_t i, std::vector<double>& values) const {
    const SeriesKey& key = input_.keys[i];
    const ModelSeries& series = truth_.series[i];
    StreamKey value_key = KeyOf(key, kValueDraw);
    StreamKey missing_key = KeyOf(key, kMissingDraw);
    const int periods = past_.history.size();
    for (int t = 0; t < periods; ++t) {
      const Period period = past_.history.first + t;
      value_key.period = missing_key.period = period;
      const int year = (periods - 1 - t) / kMonths;
      const double eta = truth_.level.mean[i] +
                         past_.group_eta[static_cast<size_t>(series.group) * periods + t] +
                         past_.series_eta[i * past_.year_count + year] + LogExposure(key, period);
      const bool hole = IsHole(key, period, DrawUniform(draws_.seed(), missing_key));
      values.push_back(hole ? kNaN : DrawCell(series, eta, DrawUniform(draws_.seed(), value_key)));
    }
  }

  const TruthInput& input_;
  const Model& truth_;
  const TruthPast& past_;
  const DemoDraws& draws_;
  const OpeningDays days_;
  int lost_unit_ = -1;
};

}  // namespace

absl::StatusOr<Realisations> DrawHistory(const TruthInput& input, const Model& truth,
                                         const TruthPast& past, const DemoDraws& draws) {
  return Realisations::Create(input.network, past.history.first, input.keys,
                              HistoryDrawer(input, truth, past, draws).Run());
}

}  // namespace jalon::sim
