#include "sim/engine/conditional/mixture_quantiles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/base/math.h"
#include "sim/base/square.h"
#include "sim/engine/conditional/count_ratio.h"
#include "sim/engine/conditional/lane_functions.h"

namespace jalon::sim {
namespace {

// A law at a place is at least so many steps wide, so that places are not seen.
constexpr double kWidth = 0.55;
// All places together cover so many standard deviations of the conditional mean.
constexpr double kCovered = 8.8;
// Places of one hump, where a law given the mean is narrow; and the widest step there may be, in
// standard deviations of that law, before it is.
constexpr int kManyPlaces = 3 * kLaneCount;
constexpr double kWidestStep = 1.0 / 0.9;
// A spread below this share of the own variance, or of the mean, is none.
constexpr double kNoSpread = 1e-9;
// Counts below so many expected keep their own law.
constexpr double kFewCounts = 12.0;
constexpr double kMostSkewed = 1.9;
constexpr double kMostCarried = 0.4;
// Looks at the distribution function, at most, and how far off in score the last one may be: one
// secant step more leaves the square of it; the first step has no secant yet.
constexpr int kLooks = 8;
constexpr double kRightTo = 0.02;
constexpr double kRightAtOnce = 0.006;
// The same where there are humps: looks, score, width of the bracket in standard deviations, and
// how many of its own a law at a place reaches.
constexpr int kMostHumpLooks = 40;
constexpr double kHumpScore = 1e-3;
constexpr double kHumpWidth = 1e-4;
constexpr double kHumpReach = 12.0;

// The laws at the places.
class Mixture {
 public:
  explicit Mixture(const MixtureShape& shape)
      : student_(shape.student), count_(shape.places.count / kLaneCount) {
    const int count = shape.places.count;
    double first = 0.0;
    for (int k = 0; k < count; ++k) first += shape.weights[k] * Place(shape, k);
    double square = 0.0;
    double cube = 0.0;
    for (int k = 0; k < count; ++k) {
      const double off = Place(shape, k) - first;
      square += shape.weights[k] * off * off;
      cube += shape.weights[k] * off * off * off;
    }
    const double widest = Square(kWidth * shape.places.step);
    const double wanted = shape.humps ? 0.0 : std::max(widest - shape.own, 0.0);
    const double widening = std::min(wanted, shape.between);
    // Humps may differ much in their own spread: each is widened by itself.
    const double least_own = shape.humps ? widest : 0.25 * shape.own;
    const double drawn =
        square > 0.0 ? std::sqrt(std::max(shape.between - widening, 0.0) / square) : 0.0;
    // Between humps it is large and belongs to none of them.
    const double rest = shape.humps ? 0.0 : cube * (1.0 - drawn * drawn * drawn);
    const double slope = shape.between > kNoSpread * shape.own ? shape.own_slope : 0.0;
    for (int k = 0; k < count; ++k) {
      const double off = drawn * (Place(shape, k) - first);
      const double own = std::max(shape.own + slope * off, least_own);
      // The third cumulant of flows goes with their variance.
      const double third = shape.own > 0.0 ? shape.third * (own / shape.own) : shape.third;
      const double variance = std::max(own + widening, 1e-280);
      // What drawing together took of the skewness, as far as a narrow law can carry it.
      const double most = kMostCarried * variance * std::sqrt(variance);
      SetLaw(k, shape.mean + off, variance, third + std::clamp(rest, -most, most),
             shape.weights[k]);
    }
    sd_ = std::sqrt(shape.between + shape.own);
    const double third = shape.third + cube + 3.0 * slope * shape.between;
    skewness_ = sd_ > 0.0 ? std::clamp(third / (sd_ * sd_ * sd_), -1.0, 1.0) : 0.0;
    mean_ = shape.mean;
  }

  // At a normal score, not below `least`. Where means have several humps the distribution function
  // has flat places between steep ones, on which the steps of Quantile lose their way: a bracket is
  // kept instead ([Chandrupatla1997]).
  double QuantileOfHumps(double score, double least) const {
    if (!(sd_ > 0.0)) return mean_;
    double a = std::max(lowest_, least);
    double f_a = ScoreAt(a) - score;
    if (f_a >= 0.0) return a;
    double b = highest_;
    double f_b = ScoreAt(b) - score;
    if (f_b <= 0.0) return b;
    double c = a;
    double f_c = f_a;
    double step = 0.5;
    for (int look = 0; look < kMostHumpLooks; ++look) {
      const double x = a + step * (b - a);
      const double f_x = ScoreAt(x) - score;
      const bool on_a = (f_x < 0.0) == (f_a < 0.0);
      c = on_a ? a : b;
      f_c = on_a ? f_a : f_b;
      if (!on_a) {
        b = a;
        f_b = f_a;
      }
      a = x;
      f_a = f_x;
      if (std::fabs(f_a) < kHumpScore || std::fabs(b - a) < kHumpWidth * sd_) break;
      step = NextStep({a, b, c}, {f_a, f_b, f_c}, 0.5 * kHumpWidth * sd_ / std::fabs(b - a));
    }
    return std::fabs(f_a) < std::fabs(f_b) ? a : b;
  }

  // At a normal score.
  double Quantile(double score) const {
    if (!(sd_ > 0.0)) return mean_;
    // Cornish and Fisher's first term.
    double y = mean_ + sd_ * (score + skewness_ / 6.0 * (score * score - 1.0));
    double slope = sd_ * std::max(1.0 + skewness_ / 3.0 * score, 0.3);
    double last_y = y;
    double last = 0.0;
    for (int look = 0; look < kLooks; ++look) {
      const double found = ScoreAt(y);
      if (look > 0 && found != last) {
        slope = std::clamp((y - last_y) / (found - last), 0.2 * sd_, 5.0 * sd_);
      }
      last_y = y;
      last = found;
      y += std::clamp((score - found) * slope, -sd_, sd_);
      if (std::fabs(score - found) < (look > 0 ? kRightTo : kRightAtOnce)) break;
    }
    return y;
  }

  // P(Y <= y).
  double Cdf(double y) const {
    if (!(sd_ > 0.0)) return y < mean_ ? 0.0 : 1.0;
    return std::clamp(1.0 - Above(y), 0.0, 1.0);
  }

 private:
  // Where between the bracket's ends a and b to look next, c being the point before: by inverse
  // quadratic interpolation where the function is straight enough for it, in the middle elsewhere.
  static double NextStep(const std::array<double, 3>& x, const std::array<double, 3>& f,
                         double least) {
    const double xi = (x[0] - x[1]) / (x[2] - x[1]);
    const double phi = (f[0] - f[1]) / (f[2] - f[1]);
    if (!(phi * phi < xi && Square(1.0 - phi) < 1.0 - xi)) return 0.5;
    const double step =
        f[0] / (f[1] - f[0]) * (f[2] / (f[1] - f[2])) +
        (x[2] - x[0]) / (x[1] - x[0]) * (f[0] / (f[2] - f[0])) * (f[1] / (f[2] - f[1]));
    return std::clamp(step, least, 1.0 - least);
  }

  static double Place(const MixtureShape& shape, int k) {
    return shape.places.step * (k - 0.5 * (shape.places.count - 1));
  }

  void SetLaw(int k, double mean, double variance, double third, double weight) {
    LaneMixture& laws = laws_[k / kLaneCount];
    const int lane = k % kLaneCount;
    const double most = kMostSkewed * variance * std::sqrt(variance);
    laws.mean[lane] = mean;
    laws.variance[lane] = variance;
    laws.third[lane] = std::clamp(third, -most, most);
    laws.weight[lane] = weight;
    if (weight == 0.0) return;
    const double reach = kHumpReach * std::sqrt(variance);
    lowest_ = std::min(lowest_, mean - reach);
    highest_ = std::max(highest_, mean + reach);
  }

  double Above(double y) const {
    double above = 0.0;
    for (int j = 0; j < count_; ++j) {
      above += student_ != nullptr ? StudentTail(laws_[j], y) : laws_[j].UpperTail(y);
    }
    return above;
  }

  double ScoreAt(double y) const {
    return -NormalInverseCdf(std::clamp(Above(y), 1e-12, 1.0 - 1e-12));
  }

  double StudentTail(const LaneMixture& laws, double y) const {
    double sum = 0.0;
    for (int k = 0; k < kLaneCount; ++k) {
      if (laws.weight[k] == 0.0) continue;
      sum += laws.weight[k] * student_->UpperTail((y - laws.mean[k]) / std::sqrt(laws.variance[k]));
    }
    return sum;
  }

  const StudentSumLaw* student_;
  int count_;
  std::array<LaneMixture, kMostPlaces / kLaneCount> laws_;
  double mean_ = 0.0;
  double sd_ = 0.0;
  double skewness_ = 0.0;
  // Nothing lies beyond.
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = -lowest_;
};

// Few counts: negative binomials over lognormal means.
class FewCounts {
 public:
  explicit FewCounts(double dispersion) : dispersion_(dispersion) {}

  // A lognormal mean of mean `mean` and log variance `log_variance`, for a share `weight` of paths.
  void AddMean(double mean, double log_variance, double weight) {
    const double sd = std::sqrt(log_variance);
    const double rate = dispersion_ > 1.0 ? Log(dispersion_) / (dispersion_ - 1.0) : 1.0;
    double mass = 0.0;
    for (int k = 0; k < kNodes; ++k) mass += NormalPdf(ScoreOf(k));
    for (int k = 0; k < kNodes; ++k) {
      weight_.push_back(weight * (NormalPdf(ScoreOf(k)) / mass));
      mean_.push_back(mean * Exp(sd * ScoreOf(k) - 0.5 * log_variance));
      chance_.push_back(Exp(-rate * mean_.back()));
    }
  }

  // P(N = next), next = 0, 1, ...
  double Next() {
    double sum = 0.0;
    const double step = (dispersion_ - 1.0) / dispersion_;
    for (size_t k = 0; k < mean_.size(); ++k) {
      sum += weight_[k] * chance_[k];
      chance_[k] *= (mean_[k] / dispersion_ + step * next_) / (next_ + 1.0);
    }
    next_ += 1.0;
    return sum;
  }

 private:
  static constexpr int kNodes = 15;
  static double ScoreOf(int k) {
    const int from_middle = k - kNodes / 2;
    return 0.6 * from_middle;
  }

  double dispersion_;
  double next_ = 0.0;
  std::vector<double> weight_;
  std::vector<double> mean_;
  std::vector<double> chance_;
};

// One lognormal of the run's mean and variance.
FewCounts AroundOneMean(const MixtureShape& shape) {
  const double w = shape.sum_weight;
  const double mean = (shape.mean - shape.constant) / w;
  const double spread = (shape.between + shape.own) / (w * w) - shape.sum->dispersion * mean;
  FewCounts counts(shape.sum->dispersion);
  counts.AddMean(mean, Log1p(std::max(spread, 0.0) / (mean * mean)), 1.0);
  return counts;
}

// A lognormal at every place, drawn together so that the spread of means is the run's.
FewCounts AroundPlaces(const MixtureShape& shape) {
  const MeanPlaces& places = shape.places;
  const auto off = [&places](int k) { return places.step * (k - 0.5 * (places.count - 1)); };
  double first = 0.0;
  double square = 0.0;
  for (int k = 0; k < places.count; ++k) first += shape.weights[k] * off(k);
  for (int k = 0; k < places.count; ++k) {
    square += shape.weights[k] * Square(off(k) - first);
  }
  const double drawn = square > 0.0 ? std::sqrt(shape.between / square) : 0.0;
  const double effect = shape.sum->effect_sd * shape.sum->effect_sd;
  FewCounts counts(shape.sum->dispersion);
  for (int k = 0; k < places.count; ++k) {
    if (shape.weights[k] == 0.0) continue;
    const double mean = shape.mean + drawn * (off(k) - first) - shape.constant;
    counts.AddMean(std::max(mean / shape.sum_weight, 0.0), effect, shape.weights[k]);
  }
  return counts;
}

bool IsFewCounts(const MixtureShape& shape) {
  if (shape.sum == nullptr || shape.sum->law != Law::kNegativeBinomial) return false;
  const double mean = (shape.mean - shape.constant) / shape.sum_weight;
  return mean > 0.0 && mean < kFewCounts && shape.lattice == shape.sum_weight;
}

FewCounts FewCountsOf(const MixtureShape& shape) {
  return shape.humps ? AroundPlaces(shape) : AroundOneMean(shape);
}

// P(Y <= y) of few counts.
double FewCountCdf(const MixtureShape& shape, double y) {
  const double most = std::floor((y - shape.constant) / shape.sum_weight + 1e-9);
  if (most < 0.0) return 0.0;
  FewCounts counts = FewCountsOf(shape);
  double below = 0.0;
  for (int count = 0; count <= most && count < kMostCounts; ++count) below += counts.Next();
  return std::min(below, 1.0);
}

// Quantiles of few counts, for levels in the order of `order`.
void FewCountQuantiles(const MixtureShape& shape, std::span<const double> levels,
                       std::span<const size_t> order, std::vector<double>& made) {
  const double w = shape.sum_weight;
  FewCounts counts = FewCountsOf(shape);
  double below = counts.Next();
  int count = 0;
  for (const size_t q : order) {
    for (; below < levels[q] && count < kMostCounts; ++count) below += counts.Next();
    made[q] = shape.constant + w * count;
  }
}

MeanPlaces CoveringOne(const MeanHump& hump) {
  MeanPlaces places{.center = hump.center};
  const double spread = std::sqrt(std::max(hump.between, 0.0));
  // What rounding leaves of a mean that does not vary is no spread.
  if (!(spread > kNoSpread * std::fabs(hump.center))) return places;
  const double few = kCovered / kLaneCount;
  places.count = hump.own < Square(0.9 * few) * hump.between ? kManyPlaces : kLaneCount;
  places.step = kCovered / places.count * spread;
  return places;
}

MeanPlaces CoveringAll(std::span<const MeanHump> humps) {
  double low = humps[0].center;
  double high = low;
  double finest = std::numeric_limits<double>::infinity();
  for (const MeanHump& hump : humps) {
    const double spread = std::sqrt(std::max(hump.between, 0.0));
    low = std::min(low, hump.center - 0.5 * kCovered * spread);
    high = std::max(high, hump.center + 0.5 * kCovered * spread);
    const double own = std::sqrt(std::max(hump.own, 0.0));
    finest = std::min(finest, std::max(kWidestStep * own, kCovered / kManyPlaces * spread));
  }
  MeanPlaces places{.center = 0.5 * (low + high)};
  if (!(high - low > kNoSpread * std::fabs(places.center))) return places;
  const double wanted = finest > 0.0 ? (high - low) / finest + 1.0 : kMostPlaces;
  const double groups = std::ceil(std::min(wanted / kLaneCount, 1.0 * kMostPlaces / kLaneCount));
  places.count = std::max(static_cast<int>(groups), 1) * kLaneCount;
  places.step = (high - low) / (places.count - 1);
  return places;
}

}  // namespace

MeanPlaces MeanPlaces::Covering(std::span<const MeanHump> humps) {
  return humps.size() == 1 ? CoveringOne(humps[0]) : CoveringAll(humps);
}

void MeanPlaces::Add(double mean, double* weights) const {
  if (!(step > 0.0)) {
    weights[0] += 1.0;
    return;
  }
  const double middle = 0.5 * (count - 1);
  const double place = std::clamp((mean - center) / step + middle, 0.0, 2.0 * middle - 1e-4);
  const int k = static_cast<int>(place);
  const double share = place - k;
  weights[k] += 1.0 - share;
  weights[k + 1] += share;
}

QuantileLevels::QuantileLevels(std::span<const double> asked)
    : levels(asked.begin(), asked.end()), order(asked.size()) {
  for (const double level : levels) scores.push_back(NormalInverseCdf(level));
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return levels[a] < levels[b]; });
}

std::vector<double> MixtureQuantiles(const MixtureShape& shape, const QuantileLevels& levels) {
  std::vector<double> made(levels.levels.size());
  if (IsFewCounts(shape)) {
    FewCountQuantiles(shape, levels.levels, levels.order, made);
    return made;
  }
  const Mixture mixture(shape);
  double least = shape.floor;
  double below = -std::numeric_limits<double>::infinity();
  for (const size_t q : levels.order) {
    double y = shape.humps ? mixture.QuantileOfHumps(levels.scores[q], below)
                           : mixture.Quantile(levels.scores[q]);
    below = y;
    if (shape.lattice > 0.0) {
      y = shape.lattice * std::ceil((y - 1e-9 * shape.lattice) / shape.lattice - 0.5);
    }
    made[q] = least = std::max(y, least);
  }
  return made;
}

std::vector<double> MixtureCdf(const MixtureShape& shape, std::span<const double> values) {
  std::vector<double> made;
  made.reserve(values.size());
  if (IsFewCounts(shape)) {
    for (const double y : values) made.push_back(FewCountCdf(shape, y));
    return made;
  }
  const Mixture mixture(shape);
  for (const double y : values) {
    if (y < shape.floor) {
      made.push_back(0.0);
      continue;
    }
    // Half a step beyond the last value of the lattice that counts.
    const double steps = shape.lattice > 0.0 ? std::floor(y / shape.lattice + 1e-9) : 0.0;
    made.push_back(mixture.Cdf(shape.lattice > 0.0 ? shape.lattice * (steps + 0.5) : y));
  }
  return made;
}

}  // namespace jalon::sim
