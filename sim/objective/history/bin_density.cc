#include "sim/objective/history/bin_density.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kBinWidth = 0.01;
constexpr int kPointsPerBin = 5;
constexpr int kMaxIterations = 60;
constexpr double kMaxStep = 2.0;
constexpr double kConverged = 1e-8;
constexpr double kLeastPivot = 1e-11;

double BinStart(int bin) { return kNeighbourLow + kBinWidth * bin; }
double BinMiddle(int bin) { return BinStart(bin) + 0.5 * kBinWidth; }
bool InWindow(int bin) { return kExcessLow < BinMiddle(bin) && BinMiddle(bin) < kExcessHigh; }

// The bin's mean of -log(1 + ((R/O - centre) / width)^2): the logarithm of a Student density, which
// is what a mixture of noises looks like.
double PeakOf(const DensityShape& shape, int bin) {
  double sum = 0.0;
  for (int point = 0; point < kPointsPerBin; ++point) {
    const double ratio = BinStart(bin) + kBinWidth * (point + 0.5) / kPointsPerBin;
    const double u = (ratio - shape.centre) / shape.width;
    sum -= Log(1.0 + u * u);
  }
  return sum / kPointsPerBin;
}

DensityTerms TermsOf(const DensityShape& shape, int bin) {
  const double x = (BinMiddle(bin) - 1.0) / (kNeighbourHigh - 1.0);
  DensityTerms terms{};
  double power = 1.0;
  for (int i = 0; i < shape.polynomial_terms(); ++i) {
    terms[i] = power;
    power *= x;
  }
  if (shape.width > 0.0) terms[shape.terms - 1] = PeakOf(shape, bin);
  return terms;
}

double Dot(const DensityTerms& a, const DensityTerms& b) {
  double sum = 0.0;
  for (int i = 0; i < kMostTerms; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

BinCounts CountBins(std::span<const double> ratios) {
  BinCounts counts{};
  for (const double ratio : ratios) {
    if (!(ratio >= kNeighbourLow && ratio < kNeighbourHigh)) continue;
    // Hundredths are not exact in binary: 1.00 must not fall into the bin below it.
    const int bin = static_cast<int>((ratio - kNeighbourLow) / kBinWidth + 1e-9);
    ++counts[std::min(bin, kBinCount - 1)];
  }
  return counts;
}

BinFit::BinFit(const DensityShape& shape, const BinCounts& counts)
    : shape_(shape), counts_(counts) {
  for (int bin = 0; bin < kBinCount; ++bin) rows_[bin] = TermsOf(shape, bin);
}

double BinFit::Rate(int bin) const {
  return Exp(std::clamp(Dot(coefficients_, rows_[bin]), -30.0, 30.0));
}

// Cholesky; nullopt when the information is not positive definite.
std::optional<DensityTerms> BinFit::Solve(DensityTerms target) const {
  Information a = information_;
  const int n = shape_.terms;
  for (int j = 0; j < n; ++j) {
    const double whole = a[j][j];
    for (int k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    if (!(a[j][j] > kLeastPivot * whole)) return std::nullopt;
    a[j][j] = std::sqrt(a[j][j]);
    for (int i = j + 1; i < n; ++i) {
      for (int k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < i; ++k) target[i] -= a[i][k] * target[k];
    target[i] /= a[i][i];
  }
  for (int i = n - 1; i >= 0; --i) {
    for (int k = i + 1; k < n; ++k) target[i] -= a[k][i] * target[k];
    target[i] /= a[i][i];
  }
  return target;
}

DensityTerms BinFit::Score() {
  DensityTerms score{};
  information_ = {};
  deviance_ = 0.0;
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (InWindow(bin)) continue;
    const double rate = Rate(bin);
    const double count = static_cast<double>(counts_[bin]);
    deviance_ += 2.0 * (rate - count + (count > 0.0 ? count * Log(count / rate) : 0.0));
    for (int i = 0; i < shape_.terms; ++i) {
      score[i] += rows_[bin][i] * (count - rate);
      for (int j = 0; j < shape_.terms; ++j) {
        information_[i][j] += rate * rows_[bin][i] * rows_[bin][j];
      }
    }
  }
  return score;
}

bool BinFit::Run() {
  int64_t total = 0;
  for (int bin = 0; bin < kBinCount; ++bin) total += InWindow(bin) ? 0 : counts_[bin];
  coefficients_[0] = Log(std::max(static_cast<double>(total) / kBinCount, 0.5));
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    const DensityTerms score = Score();
    const std::optional<DensityTerms> step = Solve(score);
    if (!step) return false;
    double size = 0.0;
    for (const double s : *step) size = std::max(size, std::fabs(s));
    const double shrink = size > kMaxStep ? kMaxStep / size : 1.0;
    for (int i = 0; i < kMostTerms; ++i) coefficients_[i] += shrink * (*step)[i];
    if (size < kConverged) return true;
  }
  return false;
}

std::optional<ExcessMass> BinFit::Predict(ExcessMass mass) const {
  DensityTerms gradient{};
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (!InWindow(bin)) continue;
    mass.observed += counts_[bin];
    const double rate = Rate(bin);
    mass.expected += rate;
    for (int i = 0; i < kMostTerms; ++i) gradient[i] += rate * rows_[bin][i];
  }
  const std::optional<DensityTerms> spread = Solve(gradient);
  if (!spread) return std::nullopt;
  mass.variance = mass.expected + Dot(gradient, *spread);
  return mass;
}

}  // namespace jalon::sim
