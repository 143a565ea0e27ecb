// Which law a target has given the shared state, decided once, at the middle shared state.
#include "sim/engine/conditional/choose_law.h"

#include <cmath>
#include <limits>
#include <utility>

#include "sim/base/decimal.h"
#include "sim/base/missing.h"
#include "sim/engine/path_value.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TargetLaw Chooser::Choose(bool as_sum) {
  as_sum_ = as_sum;
  law_.composition = Compose(plan_, slots_, quantities_.value, quantities_.denominator);
  law_.thresholds = target_.thresholds;
  FindDrawn();
  SetOpening();
  RefuseLinks();
  if (law_.refused()) return std::move(law_);
  if (drawn_.empty()) {
    law_.law = LawUsed::kKnown;
    SetKnownDenominator();
    return std::move(law_);
  }
  SetLattice();
  if (!SetSum()) SetMoments();
  return std::move(law_);
}

// Parts with a cell to draw that counts. Where weights move, every part with a cell to draw.
void Chooser::FindDrawn() {
  for (int p = 0; p < law_.composition.part_count(); ++p) {
    bool drawn = false;
    for (int t = 0; t < plan_.period_count(); ++t) {
      if (!IsDrawn(p, t)) continue;
      drawn |= law_.composition.moves || FixedWeight(p, 0, t) != 0.0 || FixedWeight(p, 1, t) != 0.0;
    }
    if (drawn) drawn_.push_back(p);
  }
}

// A known opening value turns into thresholds; one still to come becomes the second side.
void Chooser::SetOpening() {
  law_.opening = kMissing;
  if (!target_.opening) return;
  const Composition opening =
      Compose(plan_, slots_, quantities_.opening, quantities_.opening_denominator);
  CumulantMaker maker(plan_, opening);
  const Cumulants known = maker.At(middle_);
  if (HasDrawn(opening, maker)) return SetMovingOpening(opening);
  law_.opening = known.mean[0];
  if (opening.two_sided) {
    law_.opening = known.mean[1] == 0.0 ? kMissing : known.mean[0] / known.mean[1];
  }
  law_.ro_defined = HasMeaning(target_, law_.opening);
  for (size_t j = 0; j < law_.thresholds.size(); ++j) {
    const double weight = target_.opening->weights[j];
    if (weight == 0.0) continue;
    const double never = target_.direction == Direction::kHigherIsBetter ? kInfinity : -kInfinity;
    law_.thresholds[j] =
        law_.ro_defined ? NearestDecimal(law_.thresholds[j] + weight * law_.opening) : never;
  }
}

void Chooser::SetMovingOpening(const Composition& opening) {
  if (opening.two_sided || law_.composition.two_sided) {
    law_.refusal = "a variation of a ratio needs an opening value that is known at as_of";
    return;
  }
  law_.opening_moves = true;
  law_.opening_weights = target_.opening->weights;
  law_.objective = target_.opening->objective;
  law_.composition = Compose(plan_, slots_, quantities_.value, quantities_.opening);
  drawn_.clear();
  FindDrawn();
}

// Whether a cell that is still to come counts.
bool Chooser::HasDrawn(const Composition& composition, const CumulantMaker& maker) const {
  for (int p = 0; p < composition.part_count(); ++p) {
    for (int t = 0; t < plan_.period_count(); ++t) {
      if (maker.weight(0, p, t) != 0.0 || maker.weight(1, p, t) != 0.0) return true;
    }
  }
  return false;
}

void Chooser::RefuseLinks() {
  for (const int p : drawn_) {
    const PlanSeries& series = SeriesOf(p);
    const bool log_flow =
        series.stock < 0 && series.link == Link::kLog && series.law != Law::kStudentT;
    const bool net_flow =
        series.stock < 0 && series.link == Link::kIdentity && series.law == Law::kStudentT;
    if (log_flow || net_flow || series.stock >= 0) continue;
    law_.refusal = "flows need the logarithmic link, net flows the identity";
  }
}

// N and D known: D must not be 0.
void Chooser::SetKnownDenominator() {
  if (!law_.composition.two_sided) return;
  const Cumulants known = CumulantMaker(plan_, law_.composition).At(middle_);
  if (!(known.mean[1] > 0.0)) law_.refusal = "the denominator of a ratio must be above 0";
}

void Chooser::SetLattice() {
  if (law_.composition.two_sided && !law_.opening_moves) return;
  for (int p = 0; p < law_.composition.part_count(); ++p) {
    if (!SeriesOf(p).whole) return;
  }
  law_.lattice = StepOf(0);
}

double Chooser::StepOf(int side) const {
  const Composition& composition = law_.composition;
  double spacing = 0.0;
  for (int p = 0; p < composition.part_count(); ++p) {
    const Part& part = composition.parts[p];
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      const PartReading& reading = composition.readings[r];
      if (reading.side != side) continue;
      const double size = std::fabs(reading.coefficient);
      if (reading.rate >= 0 || reading.mean_of_stock || !SeriesOf(p).whole) return 0.0;
      if (spacing != 0.0 && size != spacing) return 0.0;
      spacing = size;
    }
  }
  return spacing;
}

TargetLaw ChooseLaw(const Plan& plan, const SlotSeries& slots, const PathMeans& middle,
                    StudentSums& students, int index) {
  return Chooser(plan, slots, middle, students, index).Choose();
}

}  // namespace jalon::sim
