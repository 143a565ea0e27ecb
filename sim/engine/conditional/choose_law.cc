// Which law a target has given the shared state, decided once, at the middle shared state.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/decimal.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/target_law.h"
#include "sim/engine/path_value.h"

namespace jalon::sim {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Sums of counts keep their lattice below so many expected ones (D3).
constexpr double kLatticeBelow = 400.0;
// Sums of amounts more skewed than this have a law of their own kind.
constexpr double kMatchedFrom = 0.3;
// Beyond, three moments say too little.
constexpr double kMostSkewed = 1.0;
// Student tails that three moments do not show matter above this share of the variance and below so
// many draws, where the law is near symmetric.
constexpr double kStudentShare = 0.2;
constexpr double kStudentDraws = 100.0;
constexpr double kSymmetric = 0.1;
// Standard deviations a denominator must be above 0, and the most it may vary.
constexpr double kFromZero = 7.0;
// What the lattice of counts may do to a probability where no correction is made.
constexpr double kCoarsest = 0.002;
constexpr double kNormalBelow = 0.0015;

class Chooser {
 public:
  Chooser(const Plan& plan, const SlotSeries& slots, const PathMeans& middle, int index)
      : plan_(plan),
        slots_(slots),
        middle_(middle),
        target_(plan.targets[index]),
        quantities_(plan.target_parts[index]) {}

  TargetLaw Choose() {
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

 private:
  const PlanSeries& SeriesOf(int p) const { return plan_.series[law_.composition.parts[p].series]; }
  size_t RowOf(int p) const {
    return static_cast<size_t>(law_.composition.parts[p].series) * plan_.period_count();
  }
  bool IsDrawn(int p, int t) const { return std::isnan(plan_.realised[RowOf(p) + t]); }

  double FixedWeight(int p, int side, int t) const {
    const size_t row = static_cast<size_t>(side) * law_.composition.part_count() + p;
    return law_.composition.weights[row * plan_.period_count() + t];
  }

  // Parts with a cell to draw that counts. Where weights move, every part with a cell to draw.
  void FindDrawn() {
    for (int p = 0; p < law_.composition.part_count(); ++p) {
      bool drawn = false;
      for (int t = 0; t < plan_.period_count(); ++t) {
        if (!IsDrawn(p, t)) continue;
        drawn |=
            law_.composition.moves || FixedWeight(p, 0, t) != 0.0 || FixedWeight(p, 1, t) != 0.0;
      }
      if (drawn) drawn_.push_back(p);
    }
  }

  // A known opening value turns into thresholds; one still to come has no closed form.
  void SetOpening() {
    law_.opening = kMissing;
    if (!target_.opening) return;
    const Composition opening =
        Compose(plan_, slots_, quantities_.opening, quantities_.opening_denominator);
    CumulantMaker maker(plan_, opening);
    const Cumulants known = maker.At(middle_);
    if (HasDrawn(opening, maker)) {
      law_.refusal = "a variation needs an opening value that is known at as_of";
      return;
    }
    law_.opening = known.mean[0];
    if (opening.has_denominator) {
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

  // Whether a cell that is still to come counts.
  bool HasDrawn(const Composition& composition, const CumulantMaker& maker) const {
    for (int p = 0; p < composition.part_count(); ++p) {
      for (int t = 0; t < plan_.period_count(); ++t) {
        if (maker.weight(0, p, t) != 0.0 || maker.weight(1, p, t) != 0.0) return true;
      }
    }
    return false;
  }

  void RefuseLinks() {
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
  void SetKnownDenominator() {
    if (!law_.composition.has_denominator) return;
    const Cumulants known = CumulantMaker(plan_, law_.composition).At(middle_);
    if (!(known.mean[1] > 0.0)) law_.refusal = "the denominator of a ratio must be above 0";
  }

  // Whole numbers times one coefficient.
  void SetLattice() {
    if (law_.composition.has_denominator) return;
    double spacing = 0.0;
    for (const PartReading& reading : law_.composition.readings) {
      const double size = std::fabs(reading.coefficient);
      if (reading.rate >= 0 || reading.mean_of_stock) return;
      if (spacing != 0.0 && size != spacing) return;
      spacing = size;
    }
    for (int p = 0; p < law_.composition.part_count(); ++p) {
      if (!SeriesOf(p).whole) return;
    }
    law_.lattice = spacing;
  }

  // One flow, or several of one kind with one weight. False when the sum has another law.
  bool SetSum() {
    if (law_.composition.has_denominator || law_.composition.moves) return false;
    const PlanSeries& first = SeriesOf(drawn_.front());
    double weight = 0.0;
    for (const int p : drawn_) {
      const PlanSeries& series = SeriesOf(p);
      if (series.link != Link::kLog || series.law != first.law) return false;
      if (first.law == Law::kCompoundGamma && series.shape != first.shape) return false;
      for (int t = 0; t < plan_.period_count(); ++t) {
        const double cell = FixedWeight(p, 0, t);
        if (!IsDrawn(p, t) || cell == 0.0) continue;
        if (weight != 0.0 && cell != weight) return false;
        weight = cell;
      }
    }
    if (!(weight > 0.0)) return false;
    const bool exact = drawn_.size() == 1;
    const Cumulants cumulants = CumulantMaker(plan_, law_.composition).At(middle_);
    const double own_mean = OwnMean();
    const double mean = own_mean / weight;
    if (!exact && !IsFewOrSkewed(first.law, mean, cumulants.value().skewness())) return false;
    law_.law = exact ? LawUsed::kExact : LawUsed::kMatched;
    law_.weight = weight;
    law_.sum = {.law = first.law, .dispersion = first.dispersion, .shape = first.shape};
    if (exact) {
      law_.sum.effect_sd = std::sqrt(first.branch_loading * first.branch_loading +
                                     first.series_effect_sd * first.series_effect_sd);
    } else {
      Match(cumulants.pair[0] / (weight * weight), mean);
    }
    law_.constant = KnownPart();
    return true;
  }

  static bool IsFewOrSkewed(Law law, double mean, double skewness) {
    return (law == Law::kNegativeBinomial && mean < kLatticeBelow) || skewness > kMatchedFrom;
  }

  // Weighted mean of the cells to draw.
  double OwnMean() const {
    double sum = 0.0;
    for (const int p : drawn_) {
      for (int t = 0; t < plan_.period_count(); ++t) {
        sum += FixedWeight(p, 0, t) * middle_.values[RowOf(p) + t];
      }
    }
    return sum;
  }

  double KnownPart() const {
    double sum = 0.0;
    for (int p = 0; p < law_.composition.part_count(); ++p) {
      for (int t = 0; t < plan_.period_count(); ++t) {
        if (!IsDrawn(p, t)) sum += FixedWeight(p, 0, t) * plan_.realised[RowOf(p) + t];
      }
    }
    return sum;
  }

  // The dispersion and the lognormal of the sum's mean and variance.
  void Match(double variance, double mean) {
    double own = 0.0;
    double total = 0.0;
    for (const int p : drawn_) {
      for (int t = 0; t < plan_.period_count(); ++t) {
        if (FixedWeight(p, 0, t) == 0.0) continue;
        own += SeriesOf(p).dispersion * middle_.values[RowOf(p) + t];
        total += middle_.values[RowOf(p) + t];
      }
    }
    if (total > 0.0) law_.sum.dispersion = own / total;
    const double rest = std::max(variance - law_.sum.dispersion * mean, 0.0);
    law_.sum.effect_sd = mean > 0.0 ? std::sqrt(Log1p(rest / (mean * mean))) : 0.0;
  }

  void SetMoments() {
    CumulantMaker maker(plan_, law_.composition);
    const Cumulants cumulants = maker.At(middle_);
    if (law_.composition.has_denominator) {
      SetRatio(maker, cumulants);
      return;
    }
    const ThreeMoments moments = cumulants.value();
    const double skewness = std::fabs(moments.skewness());
    law_.law = skewness < kNormalBelow ? LawUsed::kNormal : LawUsed::kThreeMoments;
    if (skewness < kSymmetric) SetStudent(maker, moments.variance);
    RefuseMoments(maker, moments, 0.0);
  }

  void RefuseMoments(const CumulantMaker& maker, const ThreeMoments& moments, double ratio) {
    const double skewness = std::fabs(moments.skewness());
    if (skewness > kMostSkewed) {
      law_.refusal = absl::StrCat("the skewness given the shared state must be at most ",
                                  kMostSkewed, ", it is ", skewness);
    } else if (law_.lattice == 0.0 && Coarseness(maker, moments, ratio) > kCoarsest) {
      law_.refusal = "too few counts for a smooth law, and no lattice of their own";
    }
  }

  // How far the lattice of the counts that weigh most moves a probability: half a step of a
  // density, less what other draws smooth away (the first harmonic of the lattice).
  double Coarseness(const CumulantMaker& maker, const ThreeMoments& moments, double ratio) const {
    // Own variance of counts by weight, and of everything else.
    std::map<double, double> counts;
    double others = 0.0;
    for (int p = 0; p < law_.composition.part_count(); ++p) {
      const PartLaw& law = maker.law(p);
      const bool count = SeriesOf(p).law == Law::kNegativeBinomial;
      for (int t = 0; t < plan_.period_count(); ++t) {
        const double weight = maker.weight(0, p, t) - ratio * maker.weight(1, p, t);
        if (weight == 0.0) continue;
        const double cell = law.kind == PartLaw::Kind::kLogFlow
                                ? law.variance_by_mean * middle_.values[RowOf(p) + t]
                                : law.noise;
        if (count) {
          counts[std::fabs(weight)] += weight * weight * cell;
        } else {
          others += weight * weight * cell;
        }
      }
    }
    double coarsest = 0.0;
    for (const auto& [weight, variance] : counts) {
      double smooth = others;
      for (const auto& [other, its] : counts) smooth += other == weight ? 0.0 : its;
      constexpr double kTwoPiSquared = 19.739208802178716;
      coarsest = std::max(coarsest, 0.127 * weight / std::sqrt(moments.variance) *
                                        Exp(-kTwoPiSquared * smooth / (weight * weight)));
    }
    return coarsest;
  }

  void SetStudent(const CumulantMaker& maker, double variance) {
    double sum = 0.0;
    double squares = 0.0;
    double degrees = 0.0;
    for (const int p : drawn_) {
      const PlanSeries& series = SeriesOf(p);
      const bool student =
          series.law == Law::kStudentT || (series.law == Law::kStock && series.dispersion > 0.0);
      if (!student) continue;
      if (degrees != 0.0 && series.shape != degrees) return;
      degrees = series.shape;
      for (int t = 0; t < plan_.period_count(); ++t) {
        const double cell = maker.weight(0, p, t) * series.dispersion;
        sum += cell * cell;
        squares += cell * cell * cell * cell;
      }
    }
    if (!(sum > kStudentShare * variance)) return;
    const double count = sum * sum / squares;
    if (!(count < kStudentDraws) || !(degrees < 1e6)) return;
    law_.law = LawUsed::kStudentSum;
    law_.student = std::make_shared<const StudentSumLaw>(
        degrees, std::max(1, static_cast<int>(std::lround(count))), std::min(sum / variance, 1.0));
  }

  void SetRatio(const CumulantMaker& maker, const Cumulants& cumulants) {
    const ThreeMoments denominator = cumulants.denominator();
    if (!(denominator.mean > kFromZero * std::sqrt(denominator.variance)) ||
        !(denominator.mean > 0.0)) {
      law_.refusal = absl::StrCat("the denominator of a ratio must stay ", kFromZero,
                                  " standard deviations above 0");
      return;
    }
    const double ratio = cumulants.mean[0] / cumulants.mean[1];
    law_.law = std::fabs(cumulants.Against(ratio).skewness()) < kNormalBelow
                   ? LawUsed::kNormal
                   : LawUsed::kThreeMoments;
    RefuseMoments(maker, cumulants.Against(ratio), ratio);
    for (const double threshold : law_.thresholds) {
      if (law_.refused()) return;
      if (std::isfinite(threshold)) {
        RefuseMoments(maker, cumulants.Against(threshold), threshold);
      }
    }
  }

  const Plan& plan_;
  const SlotSeries& slots_;
  const PathMeans& middle_;
  const Target& target_;
  const PlanTarget& quantities_;
  TargetLaw law_;
  // Parts with something to draw.
  std::vector<int> drawn_;
};

}  // namespace

TargetLaw ChooseLaw(const Plan& plan, const SlotSeries& slots, const PathMeans& middle, int index) {
  return Chooser(plan, slots, middle, index).Choose();
}

}  // namespace jalon::sim
