#include "sim/demo/history.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/calendar/opening_days.h"
#include "sim/demo/demo_network.h"
#include "sim/demo/means.h"
#include "sim/demo/moves.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr int kMonths = 12;
constexpr double kMissingChance = 0.002;
// Draws of a series' stream.
constexpr int kValueDraw = 0;
constexpr int kMissingDraw = 1;
constexpr int kMovedDraw = 2;
// The branch (in canonical order) and the two months whose protection figures were lost.
constexpr int kLostBranch = 7;
constexpr int kLostMonthsBack[] = {9, 8};

double RoundToEuro(double value) { return std::floor(value + 0.5); }

bool IsStock(const ModelSeries& series) {
  return series.law == Law::kStock || series.law == Law::kExactStock;
}

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
    for (int k = 0; k < input.network.indicator_count(); ++k) {
      mean_eta_.push_back(DemoMeanEta(input.network, input.means, k, past.history));
    }
    int branch = 0;
    for (int u = 0; u < input.network.unit_count(); ++u) {
      if (input.network.is_leaf(u) && branch++ == kLostBranch) lost_unit_ = u;
    }
    for (const DemoMove& move : DemoMoves(input.options)) {
      const auto [giver, receiver] = UnitsOf(move, input.network, input.options);
      movers_.insert({giver, receiver});
    }
  }

  std::vector<double> Run() {
    const int count = static_cast<int>(truth_.series.size());
    values_.resize(truth_.series.size() * past_.history.size());
    for (int i = 0; i < count; ++i) {
      if (!IsStock(truth_.series[i])) DrawFlow(i);
    }
    for (int i = 0; i < count; ++i) {
      if (IsStock(truth_.series[i])) DrawStock(i);
    }
    for (const DemoMove& move : DemoMoves(input_.options)) MoveAll(move);
    for (int i = 0; i < count; ++i) MakeHoles(i);
    return std::move(values_);
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

  std::span<double> Row(int i) {
    return std::span<double>(values_).subspan(static_cast<size_t>(i) * past_.history.size(),
                                              past_.history.size());
  }

  // What the steps of branch and series still to come take away in period t.
  double StepEta(int i, int t) const {
    const int year = (past_.history.size() - 1 - t) / kMonths;
    return past_.series_eta[static_cast<size_t>(i) * past_.year_count + year];
  }

  double SharedEta(int i, int t) const {
    const size_t group = truth_.series[i].group;
    return truth_.level.mean[i] + past_.group_eta[group * past_.history.size() + t];
  }

  double DrawAt(const StreamKey& key, int t) const {
    StreamKey at = key;
    at.period = past_.history.first + t;
    return DrawUniform(draws_.seed(), at);
  }

  // What opening days add to eta.
  double LogExposure(const SeriesKey& key, Period period) const {
    const bool exposed = input_.network.indicator(key.indicator).exposure == Exposure::kOpeningDays;
    return exposed ? Log(days_.exposure(key.unit, period)) : 0.0;
  }

  // What means of the branch add to eta.
  double MeanEta(const SeriesKey& key, int t) const {
    const std::vector<double>& eta = mean_eta_[key.indicator];
    return eta.empty() ? 0.0 : eta[static_cast<size_t>(key.unit) * past_.history.size() + t];
  }

  void DrawFlow(int i) {
    const StreamKey key = KeyOf(input_.keys[i], kValueDraw);
    const std::span<double> row = Row(i);
    for (int t = 0; t < past_.history.size(); ++t) {
      const double eta = SharedEta(i, t) + StepEta(i, t) +
                         LogExposure(input_.keys[i], past_.history.first + t) +
                         MeanEta(input_.keys[i], t);
      row[t] = DrawCell(truth_.series[i], eta, DrawAt(key, t));
    }
  }

  // The flow of stock i: of the same unit and segment.
  std::span<const double> FlowOf(int i) {
    SeriesKey key = input_.keys[i];
    key.indicator = input_.network.inflow_indices(key.indicator).front();
    const auto place = std::lower_bound(input_.keys.begin(), input_.keys.end(), key);
    return Row(static_cast<int>(place - input_.keys.begin()));
  }

  // S[t-1] from S[t]: the equation of stocks, solved for the opening level.
  void DrawStock(int i) {
    const ModelSeries& series = truth_.series[i];
    const StreamKey key = KeyOf(input_.keys[i], kValueDraw);
    const std::span<const double> flow = FlowOf(i);
    const std::span<double> row = Row(i);
    row.back() = series.opening_stock;
    for (int t = past_.history.size() - 1; t > 0; --t) {
      const double before_flow = row[t] - flow[t];
      if (series.law == Law::kExactStock) {
        row[t - 1] = before_flow;
        continue;
      }
      const StudentTLaw noise{0.0, series.dispersion, series.shape};
      const double own = series.unit_scale * StepEta(i, t) + Quantile(noise, DrawAt(key, t));
      row[t - 1] = std::max(0.0, RoundToEuro((before_flow - own) / (1.0 + SharedEta(i, t))));
    }
  }

  // What the giver would have realised goes on after the date, in part at the receiver.
  void MoveAll(const DemoMove& move) {
    const auto [giver, receiver] = UnitsOf(move, input_.network, input_.options);
    for (size_t i = 0; i < input_.keys.size(); ++i) {
      if (input_.keys[i].unit != giver) continue;
      SeriesKey key = input_.keys[i];
      key.unit = receiver;
      const auto place = std::lower_bound(input_.keys.begin(), input_.keys.end(), key);
      Move(static_cast<int>(i), static_cast<int>(place - input_.keys.begin()), move);
    }
  }

  void Move(int from, int to, const DemoMove& move) {
    const bool whole =
        input_.network.indicator(input_.keys[from].indicator).measure == Measure::kCount;
    const StreamKey key = KeyOf(input_.keys[from], kMovedDraw);
    for (int t = move.date - past_.history.first; t < past_.history.size(); ++t) {
      double part = move.share * Row(from)[t];
      if (whole) part = std::floor(part + DrawAt(key, t));
      Row(from)[t] -= part;
      Row(to)[t] += part;
    }
  }

  void MakeHoles(int i) {
    const StreamKey key = KeyOf(input_.keys[i], kMissingDraw);
    const std::span<double> row = Row(i);
    const bool is_kept = IsStock(truth_.series[i]) || movers_.contains(input_.keys[i].unit);
    for (int t = 0; t < past_.history.size(); ++t) {
      const double chance = is_kept ? 1.0 : DrawAt(key, t);
      if (IsHole(input_.keys[i], past_.history.first + t, chance)) row[t] = kMissing;
    }
  }

  const TruthInput& input_;
  const Model& truth_;
  const TruthPast& past_;
  const DemoDraws& draws_;
  const OpeningDays days_;
  int lost_unit_ = -1;
  // [indicator]: DemoMeanEta.
  std::vector<std::vector<double>> mean_eta_;
  // Givers and receivers: a flow that one of them lacks would be missing from their stocks' sum.
  std::set<int> movers_;
  // [series x period]
  std::vector<double> values_;
};

}  // namespace

absl::StatusOr<Realisations> DrawHistory(const TruthInput& input, const Model& truth,
                                         const TruthPast& past, const DemoDraws& draws) {
  return Realisations::Create(input.network, past.history.first, input.keys,
                              HistoryDrawer(input, truth, past, draws).Run());
}

}  // namespace jalon::sim
