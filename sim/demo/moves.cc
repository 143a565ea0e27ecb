#include "sim/demo/moves.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sim/base/math.h"
#include "sim/demo/demo_network.h"
#include "sim/perimeter/perimeter_rules.h"

namespace jalon::sim {
namespace {

constexpr char kSource[] = "demo: made up";

PerimeterChange ChangeOf(const DemoMove& move, const DemoShape& shape) {
  PerimeterChange change;
  change.kind = PerimeterChangeKind::kTransfer;
  if (move.closes) {
    change.kind = move.share < 1 ? PerimeterChangeKind::kClosure : PerimeterChangeKind::kMerger;
  }
  change.date = move.date;
  change.unit = DemoBranchId(move.giver, shape);
  change.receiver = DemoBranchId(move.receiver, shape);
  change.share = move.share;
  change.source = kSource;
  return change;
}

// One series of a truth.
struct TrueSeries {
  ModelSeries& series;
  double& level;
};

// Variance over mean of a share of a series: amounts scale; of things each moves or stays by
// itself.
double DispersionOf(const ModelSeries& series, double share) {
  if (series.law == Law::kNegativeBinomial) return 1.0 + share * (series.dispersion - 1.0);
  return share * series.dispersion;
}

// Counts and amounts: dispersion is variance over mean.
void TakeLog(const TrueSeries& giver, double share, TrueSeries receiver) {
  const double taken = share * Exp(giver.level);
  const double own = Exp(receiver.level);
  receiver.series.dispersion =
      (own * receiver.series.dispersion + taken * DispersionOf(giver.series, share)) /
      (own + taken);
  receiver.level = Log(own + taken);
}

// Net flows and stocks: level is per unit of scale, dispersion a scale of its own.
void TakeLinear(const TrueSeries& giver, double share, TrueSeries receiver) {
  const double taken = share * giver.series.unit_scale;
  const double own = receiver.series.unit_scale;
  const double noise = share * giver.series.dispersion;
  receiver.level = (own * receiver.level + taken * giver.level) / (own + taken);
  receiver.series.unit_scale = own + taken;
  receiver.series.dispersion =
      std::sqrt(receiver.series.dispersion * receiver.series.dispersion + noise * noise);
}

void Keep(double share, TrueSeries giver) {
  if (giver.series.link == Link::kIdentity) {
    giver.series.unit_scale *= share;
    giver.series.dispersion *= share;
    return;
  }
  giver.level += Log(share);
  giver.series.dispersion = DispersionOf(giver.series, share);
}

class TruthMover {
 public:
  TruthMover(const TruthInput& input, const Realisations& realisations, Model& truth)
      : input_(input), realisations_(realisations), truth_(truth) {}

  void Run() {
    for (const DemoMove& move : DemoMoves(input_.options)) MoveAll(move);
    RestateOpenings();
    DropMerged();
  }

 private:
  TrueSeries At(size_t i) { return {truth_.series[i], truth_.level.mean[i]}; }

  void MoveAll(const DemoMove& move) {
    const auto [giver, receiver] = UnitsOf(move, input_.network, input_.options);
    for (size_t i = 0; i < input_.keys.size(); ++i) {
      if (input_.keys[i].unit != giver) continue;
      SeriesKey key = input_.keys[i];
      key.unit = receiver;
      const auto place = std::lower_bound(input_.keys.begin(), input_.keys.end(), key);
      const TrueSeries taker = At(place - input_.keys.begin());
      const bool linear = taker.series.link == Link::kIdentity;
      linear ? TakeLinear(At(i), move.share, taker) : TakeLog(At(i), move.share, taker);
      if (move.share < 1) Keep(1 - move.share, At(i));
    }
  }

  // Stocks stand where their restated history ends.
  void RestateOpenings() {
    for (size_t i = 0; i < input_.keys.size(); ++i) {
      ModelSeries& series = truth_.series[i];
      if (series.law != Law::kStock && series.law != Law::kExactStock) continue;
      const std::optional<int> row = realisations_.Find(input_.keys[i]);
      if (!row) continue;
      const double last = realisations_.at(*row, realisations_.last());
      if (!std::isnan(last)) series.opening_stock = last;
    }
  }

  void DropMerged() {
    size_t kept = 0;
    for (size_t i = 0; i < input_.keys.size(); ++i) {
      if (!realisations_.Find(input_.keys[i])) continue;
      truth_.series[kept] = truth_.series[i];
      truth_.level.mean[kept++] = truth_.level.mean[i];
    }
    truth_.series.resize(kept);
    truth_.level.mean.resize(kept);
    truth_.level.own_variance.resize(kept);
  }

  const TruthInput& input_;
  const Realisations& realisations_;
  Model& truth_;
};

}  // namespace

Period DemoOpening(const DemoOptions& options) {
  const Window history = DemoHistory(options);
  return history.first + history.size() / 2;
}

std::vector<DemoMove> DemoMoves(const DemoOptions& options) {
  const Window history = DemoHistory(options);
  const int around = ShapeOf(options.size).region_count;
  const int size = history.size();
  return {{9, 9 + around, 0.25, history.last - size / 2, false},
          {12, 12 + around, 1.0, history.last - size / 3, true},
          {10, 10 + around, 0.5, history.last - size / 4, true}};
}

std::pair<int, int> UnitsOf(const DemoMove& move, const Network& network,
                            const DemoOptions& options) {
  const DemoShape shape = ShapeOf(options.size);
  return {*network.FindUnit(DemoBranchId(move.giver, shape)),
          *network.FindUnit(DemoBranchId(move.receiver, shape))};
}

Perimeter MakeDemoPerimeter(const DemoOptions& options) {
  const DemoShape shape = ShapeOf(options.size);
  Perimeter perimeter;
  PerimeterChange opening;
  opening.date = DemoOpening(options);
  opening.unit = DemoBranchId(kOpeningBranch, shape);
  opening.source = kSource;
  perimeter.changes.push_back(std::move(opening));
  for (const DemoMove& move : DemoMoves(options)) {
    perimeter.changes.push_back(ChangeOf(move, shape));
  }
  return Canonical(std::move(perimeter));
}

void MoveTruth(const TruthInput& input, const Realisations& realisations, Model& truth) {
  TruthMover(input, realisations, truth).Run();
}

}  // namespace jalon::sim
