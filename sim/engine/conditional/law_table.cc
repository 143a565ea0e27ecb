#include "sim/engine/conditional/law_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/math.h"
#include "sim/engine/conditional/hermite.h"
#include "sim/engine/conditional/sum_reach.h"

namespace jalon::sim {
namespace {

constexpr double kLog2E = 1.4426950408889634;
// Where the table stops: outside, the probability counts as 0 or 1.
constexpr double kNothing = 1e-5;
// Steps without effects, and with.
constexpr int kRawSteps = 96;
constexpr int kSteps = 96;
// Range of log2 of a mean.
constexpr double kLowestLog2 = -60.0;
constexpr double kHighestLog2 = 100.0;
// Standard normals beyond are left out.
constexpr double kFarthest = 4.3;

// The last place with the chance below `level`, to 1e-5 octaves.
double PlaceOf(const SumReach& reach, double level) {
  double low = kLowestLog2;
  double high = kHighestLog2;
  for (int i = 0; i < 24; ++i) {
    const double middle = 0.5 * (low + high);
    (reach.AtLog2(middle) < level ? low : high) = middle;
  }
  return low;
}

ReachKnots WithoutEffect(const SumReach& reach) {
  ReachKnots raw;
  raw.constant = reach.AtLog2(kLowestLog2) > 1.0 - kNothing ? 1.0 : 0.0;
  if (raw.constant == 1.0 || !(reach.AtLog2(kHighestLog2) > kNothing)) return raw;
  raw.first = PlaceOf(reach, kNothing);
  const double end = std::max(PlaceOf(reach, 1.0 - kNothing), raw.first + 1e-9);
  raw.step = (end - raw.first) / kRawSteps;
  for (int k = 0; k <= kRawSteps; ++k) raw.values.push_back(reach.AtLog2(raw.place(k)));
  return raw;
}

// Expectation of a curve at x + sd Z, Z standard normal.
class Smoother {
 public:
  Smoother(const ReachKnots& raw, double sd)
      : raw_(raw), sd_(sd), slopes_(MonotoneSlopes(raw.values)) {
    double mass = 0.0;
    for (double slope : slopes_) mass += slope;
    const double moved = raw.values.back() - raw.values.front();
    scale_ = mass > 0.0 ? moved / mass : 0.0;
  }

  double At(double x) const { return sd_ < 2.0 * raw_.step ? Narrow(x) : Wide(x); }

 private:
  // An effect narrower than two steps sees a smooth curve: seven points do.
  double Narrow(double x) const {
    double sum = 0.0;
    for (int q = 0; q < kEffectNodes; ++q) sum += kEffectWeights[q] * Raw(x + sd_ * kEffectZ[q]);
    return sum;
  }

  double Raw(double x) const {
    const double place = (x - raw_.first) / raw_.step;
    if (place <= 0.0) return 0.0;
    if (place >= static_cast<double>(raw_.values.size() - 1)) return 1.0;
    return HermiteAt(raw_.values, slopes_, place);
  }

  // Else the effect is the smooth one: E over where the raw curve rises.
  double Wide(double x) const {
    double sum = raw_.values.front() * Below(x, 0) +
                 (1.0 - raw_.values.back()) * Below(x, static_cast<int>(slopes_.size()) - 1);
    for (size_t k = 0; k < slopes_.size(); ++k) {
      sum += scale_ * slopes_[k] * Below(x, static_cast<int>(k));
    }
    return sum;
  }

  double Below(double x, int k) const { return NormalCdf((x - raw_.place(k)) / sd_); }

  const ReachKnots& raw_;
  double sd_;
  std::vector<double> slopes_;
  double scale_ = 1.0;
};

ReachKnots WithEffect(const ReachKnots& raw, double effect_sd) {
  const double sd = effect_sd * kLog2E;
  // X has mean 1: its logarithm is centred below 0.
  const double shift = 0.5 * effect_sd * effect_sd * kLog2E;
  const Smoother smoother(raw, sd);
  ReachKnots made{.first = raw.first + shift - kFarthest * sd};
  made.step = (raw.last() + shift + kFarthest * sd - made.first) / kSteps;
  for (int k = 0; k <= kSteps; ++k) made.values.push_back(smoother.At(made.place(k) - shift));
  return made;
}

}  // namespace

double NaiveReach(const SumLaw& law, double x, double m) {
  const SumReach reach(law, x, true);
  if (law.effect_sd == 0.0) return reach.At(m);
  double sum = 0.0;
  double weight = 0.0;
  for (int j = -1'200; j <= 1'200; ++j) {
    const double z = 0.005 * j;
    const double density = NormalPdf(z);
    weight += density;
    sum += density * reach.At(m * Exp(law.effect_sd * z - 0.5 * law.effect_sd * law.effect_sd));
  }
  return sum / weight;
}

const ReachKnots& ReachesWithoutEffect::Of(const SumLaw& law, double x, bool or_equal) {
  const SumReach reach(law, x, or_equal);
  const auto [found, added] = known_.try_emplace({law.law, law.dispersion, law.shape, reach.x(),
                                                  or_equal && law.law != Law::kNegativeBinomial});
  if (added) found->second = WithoutEffect(reach);
  return found->second;
}

ReachTable::ReachTable(const SumLaw& law, double x, bool or_equal, ReachesWithoutEffect& known) {
  const ReachKnots& raw = known.Of(law, x, or_equal);
  constant_ = raw.constant;
  if (raw.values.empty()) return;
  ReachKnots knots = law.effect_sd > 0.0 ? WithEffect(raw, law.effect_sd) : raw;
  first_ = knots.first;
  step_ = knots.step;
  value_ = std::move(knots.values);
  slope_ = MonotoneSlopes(value_);
}

ReachTable::ReachTable(const SumLaw& law, double x, bool or_equal) {
  ReachesWithoutEffect none;
  *this = ReachTable(law, x, or_equal, none);
}

double ReachTable::At(double log2_mean) const {
  if (value_.empty()) return constant_;
  const double place = (log2_mean - first_) / step_;
  if (!(place > 0.0)) return 0.0;
  if (place >= static_cast<double>(value_.size() - 1)) return 1.0;
  return HermiteAt(value_, slope_, place);
}

}  // namespace jalon::sim
