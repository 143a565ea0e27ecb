#include "sim/engine/conditional/student_sum.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "sim/base/math.h"
#include "sim/engine/conditional/hermite.h"
#include "sim/random/laws.h"

namespace jalon::sim {
namespace {

// Grid of one draw, in its standard deviations.
constexpr double kStep = 0.125;
constexpr int kHalf = 320;

// Masses on a grid of kStep around 0: index k is (k - half) kStep.
std::vector<double> Scaled(std::vector<double> masses) {
  double sum = 0.0;
  for (double mass : masses) sum += mass;
  for (double& mass : masses) mass /= sum;
  return masses;
}

// Masses of cells of one draw of variance 1.
std::vector<double> OneDraw(double degrees) {
  std::vector<double> masses;
  const StudentTLaw law{0.0, 1.0, degrees};
  double below = 0.0;
  for (int k = -kHalf; k <= kHalf; ++k) {
    const double upto = k == kHalf ? 1.0 : Cdf(law, (k + 0.5) * kStep);
    masses.push_back(upto - below);
    below = upto;
  }
  return masses;
}

// Kept as wide as sqrt(count) half-widths of one draw: what is farther is dropped at 1e-6 or less.
std::vector<double> Convolved(const std::vector<double>& a, const std::vector<double>& b,
                              int half) {
  const int half_a = static_cast<int>(a.size() / 2);
  const int half_b = static_cast<int>(b.size() / 2);
  half = std::min(half, half_a + half_b);
  std::vector<double> made(2 * half + 1, 0.0);
  for (int i = -half_a; i <= half_a; ++i) {
    const double mass = a[i + half_a];
    const int from = std::max(-half_b, -half - i);
    const int to = std::min(half_b, half - i);
    for (int j = from; j <= to; ++j) made[i + j + half] += mass * b[j + half_b];
  }
  return Scaled(std::move(made));
}

// Distribution function of masses on a grid of `width`, plus a normal part.
class SmoothedMasses {
 public:
  SmoothedMasses(const std::vector<double>& masses, double width, double normal_sd)
      : masses_(masses), width_(width), normal_sd_(normal_sd) {
    double below = 0.0;
    below_.push_back(0.0);
    for (double mass : masses) below_.push_back(below += mass);
    slopes_ = MonotoneSlopes(below_);
  }

  // A normal part of less than two cells sees a smooth function, and so does one that is not much
  // wider than T; else it is the smooth one.
  double Cdf(double z) const {
    if (normal_sd_ < 2.0 * width_) return Narrow(z);
    return IsStepped(normal_sd_) ? Stepped(z) : ByMasses(z);
  }

  // T varies by 1 - normal_sd^2: equal steps of the normal part are exact to 1e-6.
  static bool IsStepped(double normal_sd) { return normal_sd * normal_sd < 0.85; }

 private:
  static constexpr double kFar = 7.0;

  double half() const {
    const size_t half = masses_.size() / 2;
    return static_cast<double>(half);
  }

  double Narrow(double z) const {
    double sum = 0.0;
    for (int q = 0; q < kEffectNodes; ++q) {
      sum += kEffectWeights[q] * Plain(z + normal_sd_ * kEffectZ[q]);
    }
    return sum;
  }

  // The masses alone: known at the edges of cells.
  double Plain(double z) const {
    const double place = z / width_ + half() + 0.5;
    if (!(place > 0.0)) return 0.0;
    if (place >= static_cast<double>(below_.size() - 1)) return 1.0;
    return HermiteAt(below_, slopes_, place);
  }

  double Stepped(double z) const {
    constexpr double kStepOfNormal = 0.5;
    double sum = 0.0;
    double weight = 0.0;
    for (int q = -10; q <= 10; ++q) {
      const double density = NormalPdf(kStepOfNormal * q);
      weight += density;
      sum += density * Plain(z + normal_sd_ * kStepOfNormal * q);
    }
    return sum / weight;
  }

  double ByMasses(double z) const {
    const int count = static_cast<int>(masses_.size());
    const int first = Place(z - kFar * normal_sd_);
    const int end = std::min(Place(z + kFar * normal_sd_) + 1, count);
    double sum = below_[first];
    for (int k = first; k < end; ++k) {
      sum += masses_[k] * NormalCdf((z - (k - half()) * width_) / normal_sd_);
    }
    return sum;
  }

  int Place(double z) const {
    return static_cast<int>(
        std::clamp(z / width_ + half(), 0.0, static_cast<double>(masses_.size())));
  }

  const std::vector<double>& masses_;
  // [edge of a cell]
  std::vector<double> below_;
  std::vector<double> slopes_;
  double width_;
  double normal_sd_;
};

}  // namespace

// `count` draws by repeated doubling.
StudentMassesWork::StudentMassesWork(double degrees, int count)
    : left_(count), half_(kHalf), power_(OneDraw(degrees)) {}

bool StudentMassesWork::Step() {
  if (left_ == 0) return true;
  if (!added_) half_ = std::min(half_ + kHalf / 2, 4 * kHalf);
  if ((left_ & 1) != 0 && !std::exchange(added_, true)) {
    made_ = made_.empty() ? power_ : Convolved(made_, power_, half_);
    return left_ == 1;
  }
  added_ = false;
  left_ >>= 1;
  if (left_ > 0) power_ = Convolved(power_, power_, half_);
  return left_ == 0;
}

std::vector<double> StudentMasses(double degrees, int count) {
  StudentMassesWork work(degrees, count);
  while (!work.Step()) {
  }
  return work.Take();
}

StudentSumLaw::StudentSumLaw(double degrees, int count, double share)
    : StudentSumLaw(StudentMasses(degrees, count), count, share) {}

StudentSumLaw::StudentSumLaw(const std::vector<double>& masses, int count, double share) {
  Make(masses, count, share);
}

// Each draw put at the middle of its cell gains a variance of kStep^2 / 12, but for one where
// masses are read at the edges of cells: taken off by the scale.
void StudentSumLaw::Make(const std::vector<double>& masses, int count, double share) {
  const double normal_sd = std::sqrt(std::max(1.0 - share, 0.0));
  const double plain_width = kStep * std::sqrt(share / count);
  const bool at_edges = normal_sd < 2.0 * plain_width || SmoothedMasses::IsStepped(normal_sd);
  const double moved = at_edges ? count - 1.0 : count;
  const double width = plain_width / std::sqrt(1.0 + kStep * kStep / 12.0 * moved / count);
  const SmoothedMasses smoothed(masses, std::max(width, 1e-12), normal_sd);
  constexpr double kEnd = 12.0;
  constexpr int kSteps = 240;
  first_ = -kEnd;
  step_ = 2.0 * kEnd / kSteps;
  for (int j = 0; j <= kSteps; ++j) value_.push_back(smoothed.Cdf(first_ + step_ * j));
  slope_ = MonotoneSlopes(value_);
}

namespace {

// Counts that are made: all up to 12, then a tenth to a quarter apart. The law hangs on 1 / count.
int NearestMade(int count) {
  constexpr int kMade[] = {14, 16, 20, 24, 32, 40, 52, 68, 88, 120, 160, 200};
  if (count <= 12) return count;
  int nearest = 12;
  for (const int made : kMade) {
    if (std::abs(made - count) < std::abs(nearest - count)) nearest = made;
  }
  return nearest;
}

constexpr double kShares = 64.0;

}  // namespace

std::shared_ptr<const StudentSumLaw> StudentSums::Get(double degrees, int count, double share) {
  const Key key{degrees, NearestMade(count)};
  const int rounded = static_cast<int>(std::round(share * kShares));
  Family& family = families_[key];
  std::shared_ptr<StudentSumLaw>& law = family.laws[rounded];
  if (law != nullptr) return law;
  law.reset(new StudentSumLaw());
  if (family.pending.empty()) waiting_.push_back(key);
  family.pending.push_back(rounded);
  return law;
}

bool StudentSums::Step() {
  if (waiting_.empty()) return true;
  const Key key = waiting_.back();
  Family& family = families_.at(key);
  if (family.masses.empty()) {
    if (!work_) work_.emplace(key.first, key.second);
    if (!work_->Step()) return false;
    family.masses = work_->Take();
    work_.reset();
    return false;
  }
  const int rounded = family.pending.back();
  family.laws.at(rounded)->Make(family.masses, key.second, rounded / kShares);
  family.pending.pop_back();
  if (family.pending.empty()) waiting_.pop_back();
  return waiting_.empty();
}

double StudentSumLaw::UpperTail(double z) const {
  const double place = (z - first_) / step_;
  if (!(place > 0.0)) return 1.0;
  if (place >= static_cast<double>(value_.size() - 1)) return 0.0;
  return 1.0 - HermiteAt(value_, slope_, place);
}

}  // namespace jalon::sim
