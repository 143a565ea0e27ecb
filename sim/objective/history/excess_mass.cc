#include "sim/objective/history/excess_mass.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr int kBinCount = 30;
constexpr double kBinWidth = 0.01;
constexpr int kTerms = 7;  // 1, x, ..., x^6
constexpr int64_t kFewestCases = 100;
constexpr double kFewestExpected = 20.0;
constexpr int kMaxIterations = 60;
constexpr double kMaxStep = 2.0;
constexpr double kConverged = 1e-10;

using Terms = std::array<double, kTerms>;
using Counts = std::array<int64_t, kBinCount>;
// Row-major, symmetric.
using Information = std::array<std::array<double, kTerms>, kTerms>;

double BinStart(int bin) { return kNeighbourLow + kBinWidth * bin; }
double BinMiddle(int bin) { return BinStart(bin) + 0.5 * kBinWidth; }
bool IsBetween(double x, double low, double high) { return low < x && x < high; }
bool InWindow(int bin) { return IsBetween(BinMiddle(bin), kExcessLow, kExcessHigh); }
bool InGap(int bin) { return IsBetween(BinMiddle(bin), kGapLow, kExcessHigh); }

Counts CountBins(std::span<const double> ratios) {
  Counts counts{};
  for (const double ratio : ratios) {
    if (!(ratio >= kNeighbourLow && ratio < kNeighbourHigh)) continue;
    // Hundredths are not exact in binary: 1.00 must not fall into the bin below it.
    const int bin = static_cast<int>((ratio - kNeighbourLow) / kBinWidth + 1e-9);
    ++counts[std::min(bin, kBinCount - 1)];
  }
  return counts;
}

Terms TermsOf(int bin) {
  const double x = (BinMiddle(bin) - 1.0) / (kNeighbourHigh - 1.0);
  Terms terms;
  double power = 1.0;
  for (double& term : terms) {
    term = power;
    power *= x;
  }
  return terms;
}

double Dot(const Terms& a, const Terms& b) {
  double sum = 0.0;
  for (int i = 0; i < kTerms; ++i) sum += a[i] * b[i];
  return sum;
}

// Solves information x = target by Cholesky; nullopt when it is not positive definite.
std::optional<Terms> Solve(Information a, Terms target) {
  for (int j = 0; j < kTerms; ++j) {
    for (int k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    if (!(a[j][j] > 0.0)) return std::nullopt;
    a[j][j] = std::sqrt(a[j][j]);
    for (int i = j + 1; i < kTerms; ++i) {
      for (int k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
  }
  for (int i = 0; i < kTerms; ++i) {
    for (int k = 0; k < i; ++k) target[i] -= a[i][k] * target[k];
    target[i] /= a[i][i];
  }
  for (int i = kTerms - 1; i >= 0; --i) {
    for (int k = i + 1; k < kTerms; ++k) target[i] -= a[k][i] * target[k];
    target[i] /= a[i][i];
  }
  return target;
}

struct Fit {
  Terms coefficients{};
  Information information{};

  double Rate(int bin) const {
    return Exp(std::clamp(Dot(coefficients, TermsOf(bin)), -30.0, 30.0));
  }
};

// Fisher information and score of the fitted bins.
Terms ScoreOf(const Counts& counts, Fit& fit) {
  Terms score{};
  fit.information = {};
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (InGap(bin)) continue;
    const Terms terms = TermsOf(bin);
    const double rate = fit.Rate(bin);
    for (int i = 0; i < kTerms; ++i) {
      score[i] += terms[i] * (static_cast<double>(counts[bin]) - rate);
      for (int j = 0; j < kTerms; ++j) fit.information[i][j] += rate * terms[i] * terms[j];
    }
  }
  return score;
}

// Newton's method from a flat density, steps bounded.
std::optional<Fit> FitBins(const Counts& counts) {
  int64_t total = 0;
  for (int bin = 0; bin < kBinCount; ++bin) total += InGap(bin) ? 0 : counts[bin];
  Fit fit;
  fit.coefficients[0] = Log(std::max(static_cast<double>(total) / kBinCount, 0.5));
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    const Terms score = ScoreOf(counts, fit);
    const std::optional<Terms> step = Solve(fit.information, score);
    if (!step) return std::nullopt;
    double size = 0.0;
    for (const double s : *step) size = std::max(size, std::fabs(s));
    const double shrink = size > kMaxStep ? kMaxStep / size : 1.0;
    for (int i = 0; i < kTerms; ++i) fit.coefficients[i] += shrink * (*step)[i];
    if (size < kConverged) return fit;
  }
  return std::nullopt;
}

}  // namespace

double ExcessMass::z() const {
  return (static_cast<double>(observed) - expected) / std::sqrt(variance);
}

double ExcessMass::p_value() const { return NormalCdf(-z()); }

std::optional<ExcessMass> MeasureExcessMass(std::span<const double> ratios) {
  const Counts counts = CountBins(ratios);
  ExcessMass mass;
  for (const int64_t count : counts) mass.case_count += count;
  if (mass.case_count < kFewestCases) return std::nullopt;
  std::optional<Fit> fit = FitBins(counts);
  if (!fit) return std::nullopt;
  Terms gradient{};
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (!InWindow(bin)) continue;
    mass.observed += counts[bin];
    const double rate = fit->Rate(bin);
    mass.expected += rate;
    const Terms terms = TermsOf(bin);
    for (int i = 0; i < kTerms; ++i) gradient[i] += rate * terms[i];
  }
  const std::optional<Terms> spread = Solve(fit->information, gradient);
  if (!spread || mass.expected < kFewestExpected) return std::nullopt;
  mass.variance = mass.expected + Dot(gradient, *spread);
  return mass;
}

ExcessMass Together(std::span<const ExcessMass> parts) {
  ExcessMass all;
  for (const ExcessMass& part : parts) {
    all.observed += part.observed;
    all.expected += part.expected;
    all.variance += part.variance;
    all.case_count += part.case_count;
  }
  return all;
}

}  // namespace jalon::sim
