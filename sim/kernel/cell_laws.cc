#include "sim/kernel/cell_laws.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "sim/base/math.h"
#include "sim/kernel/cell_lanes.h"
#include "sim/kernel/lanes.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

// Means up to which counts are added up, and up to which three moments stand for them.
constexpr double kLargestCountedMean = 60.0;
constexpr double kLargestCountMean = 1e6;
constexpr double kLargestCountDispersion = 1e3;
// Reach of the surfaces: binary logarithms of a parameter.
struct Reach {
  int lowest;
  int highest;

  constexpr bool contains(double x) const { return x >= PowerOf(lowest) && x <= PowerOf(highest); }
  static constexpr double PowerOf(int level) {
    return level < 0 ? 1.0 / PowerOf(-level) : static_cast<double>(uint64_t{1} << level);
  }
};
constexpr Reach kShapes = {-4, 24};
constexpr Reach kSizes = {-7, 12};
constexpr Reach kDegrees = {1, 10};
// Shapes of compounds' sizes, which have a surface each. Where sizes are nearly equal a quantile
// leaps from one number of them to the next, which no cubic follows.
constexpr Reach kSizeShapes = {-5, 3};
// Of an amount that has a size to its mean: it is not 0.
constexpr double kSmallestRatio = 1e-9;

// Cells of one step of the inner kernels, and what they read.
struct Lanes {
  alignas(64) uint32_t words[kLanes];
  alignas(64) float x[kLanes];
  alignas(64) float found[kLanes];

  LaneCells First(int count) { return {words, x, found, count}; }
};

double CubeRoot(double x) { return Exp(Log(x) / 3.0); }

const Surface& GammaSurface() {
  static const Surface surface =
      MakeSurface(kShapes.lowest, kShapes.highest, 0.5, [](double score, double level) {
        const double shape = Exp2(level);
        const double cube = CubeRoot(Quantile(AmountLaw{shape, 1.0}, NormalCdf(score)) / shape);
        return 3.0 * std::sqrt(shape) * (cube - 1.0);
      });
  return surface;
}

const Surface& StudentSurface() {
  static const Surface surface =
      MakeSurface(kDegrees.lowest, kDegrees.highest, 0.25, [](double score, double level) {
        const double degrees = Exp2(level);
        const double root = std::sqrt(degrees);
        const double y = -StudentTInverseCdf(degrees, NormalCdf(-std::abs(score))) / root;
        const double value = root * Log(y + std::sqrt(y * y + 1.0));
        return score < 0.0 ? -value : value;
      });
  return surface;
}

Surface EmptyCompoundSurface() { return EmptySurface(kSizes.lowest, kSizes.highest, 0.5); }

// Of the law given that there is a size; sizes have scale 1, and x is their expected number.
bool AddCompoundLevel(double shape, Surface& surface) {
  const auto value = [&](double score, double level) {
    const double number = Exp2(level);
    const CompoundLaw law = {number * shape, 1.0 + shape, shape};
    const double positive = -Expm1(-number);
    const double uniform = 1.0 - positive * NormalCdf(-score);
    const double cube = CubeRoot(Quantile(law, uniform) * positive / law.mean);
    return std::sqrt(1.0 + number) * (cube - 1.0);
  };
  return AddLevel(value, surface);
}

// Calls step(first cell, number of cells) until the batch is done.
template <typename Step>
void ForLanes(const CellBatch& batch, Step step) {
  for (size_t first = 0; first < batch.cells.size(); first += kLanes) {
    step(first, static_cast<int>(std::min<size_t>(kLanes, batch.cells.size() - first)));
  }
}

double UniformOf(const CellBatch& batch, size_t i) { return UniformFrom(batch.words[i]); }

// ---- Counts.

bool IsCounted(double mean) { return mean >= 0.0 && mean <= kLargestCountedMean; }

bool IsCountDispersion(double dispersion) {
  return dispersion >= 1.0 && dispersion <= kLargestCountDispersion;
}

bool IsThreeMoments(double mean) { return mean > kLargestCountedMean && mean <= kLargestCountMean; }

// What adds counts up needs of their dispersion.
CountTerms TermsOf(double dispersion) {
  const double over = dispersion - 1.0;
  // log(dispersion) / (dispersion - 1).
  return {dispersion, over > 0.0 ? Log1p(over) / over : 1.0, over / dispersion};
}

void CountUpLanes(CountTerms terms, const CellBatch& batch, size_t first, int count) {
  alignas(64) double means[kLanes];
  alignas(64) uint32_t words[kLanes];
  alignas(64) double counts[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    const bool is_counted = lane < count && IsCounted(batch.means[first + lane]);
    // Without a mean the count is 0 at once.
    means[lane] = is_counted ? batch.means[first + lane] : 0.0;
    words[lane] = is_counted ? batch.words[first + lane] : 0;
  }
  terms.means = means;
  terms.words = words;
  CountUp(terms, counts);
  for (int lane = 0; lane < count; ++lane) {
    if (IsCounted(batch.means[first + lane])) batch.cells[first + lane] = counts[lane];
  }
}

// Whether the kLanes cells from `first` on are all added up.
bool AllCounted(const CellBatch& batch, size_t first) {
  int counted = 0;
  for (int lane = 0; lane < kLanes; ++lane) counted += IsCounted(batch.means[first + lane]) ? 1 : 0;
  return counted == kLanes;
}

// A count plus a uniform in (-1/2, 1/2) has a density, whose variance is 1/12 more, and the same
// distribution function half a unit above each count.
struct CountMoments {
  CountMoments(double mean, double dispersion)
      : variance(dispersion * mean + 1.0 / 12.0),
        shape(4.0 * variance * variance * variance /
              Square(dispersion * (2.0 * dispersion - 1.0) * mean)) {}
  static double Square(double x) { return x * x; }
  double variance;
  // Of the gamma law with the same skewness.
  double shape;
};

void ThreeMomentLanes(double dispersion, const CellBatch& batch, size_t first, int count) {
  Lanes lanes;
  for (int lane = 0; lane < kLanes; ++lane) {
    const bool is_read = lane < count && IsThreeMoments(batch.means[first + lane]);
    lanes.words[lane] = is_read ? batch.words[first + lane] : 0x80000000u;
    lanes.x[lane] =
        is_read ? static_cast<float>(CountMoments(batch.means[first + lane], dispersion).shape)
                : 1.0f;
  }
  CubedExcess({&GammaSurface(), 3.0f, 0.0f}, lanes.First(count));
  for (int lane = 0; lane < count; ++lane) {
    const double mean = batch.means[first + lane];
    if (!IsThreeMoments(mean)) continue;
    const CountMoments moments(mean, dispersion);
    const double value =
        mean + std::sqrt(moments.variance * moments.shape) * double{lanes.found[lane]};
    batch.cells[first + lane] = std::max(0.0, std::ceil(value - 0.5));
  }
}

// ---- Laws that are read from a surface: where `is_read` says so, x from the mean and the word,
// and the cell from what is found there.

struct CompoundCell {
  CompoundCell(double dispersion, double shape, double mean)
      : number(mean * (1.0 + shape) / (shape * dispersion)), positive(-Expm1(-number)) {}
  double number;
  double positive;
};

}  // namespace

bool DrawsCountsInVectors(double dispersion, double mean) {
  return IsCountDispersion(dispersion) && mean >= 0.0 && mean <= kLargestCountMean;
}

bool DrawsAmountsInVectors(double dispersion, double mean) {
  return kShapes.contains(mean / dispersion);
}

bool DrawsCompoundsInVectors(double dispersion, double shape, double mean) {
  return kSizeShapes.contains(shape) &&
         kSizes.contains(CompoundCell(dispersion, shape, mean).number);
}

bool DrawsStudentTsInVectors(double standard_deviation, double degrees) {
  return kDegrees.contains(degrees) && degrees > 2.0 && standard_deviation >= 0.0;
}

CellLaws::CellLaws(absl::Span<const double> compound_shapes, SurfaceMemo* memo) {
  CellLawsMaker maker({compound_shapes.begin(), compound_shapes.end()}, memo);
  while (!maker.Step()) {
  }
  *this = maker.Take();
}

const Surface* CellLaws::FindCompound(double shape) const {
  const auto found =
      std::lower_bound(compounds_.begin(), compounds_.end(), shape,
                       [](const auto& compound, double wanted) { return compound.first < wanted; });
  return found == compounds_.end() || found->first != shape ? nullptr : found->second.get();
}

int64_t CellLaws::allocated_bytes() const {
  auto bytes = static_cast<int64_t>(compounds_.capacity() * sizeof(compounds_.front()));
  for (const auto& [shape, surface] : compounds_) bytes += surface->allocated_bytes();
  return bytes;
}

CellLawsMaker::CellLawsMaker(std::vector<double> compound_shapes, SurfaceMemo* memo)
    : shapes_(std::move(compound_shapes)), memo_(memo) {
  std::erase_if(shapes_, [](double shape) { return !kSizeShapes.contains(shape); });
  std::sort(shapes_.begin(), shapes_.end());
  shapes_.erase(std::unique(shapes_.begin(), shapes_.end()), shapes_.end());
  made_.compounds_.reserve(shapes_.size());
}

bool CellLawsMaker::Step() {
  constexpr const Surface& (*kShared[])() = {GammaSurface, StudentSurface};
  if (shared_done_ < static_cast<int>(std::size(kShared))) {
    kShared[shared_done_++]();
    return shapes_.empty() && shared_done_ == static_cast<int>(std::size(kShared));
  }
  if (made_.compounds_.size() == shapes_.size()) return true;
  StepSurface(shapes_[made_.compounds_.size()]);
  return made_.compounds_.size() == shapes_.size();
}

void CellLawsMaker::StepSurface(double shape) {
  if (begun_ == nullptr && memo_ != nullptr) {
    if (auto held = memo_->Get(shape)) return Add(shape, std::move(held));
  }
  if (begun_ == nullptr) begun_ = std::make_shared<Surface>(EmptyCompoundSurface());
  if (!AddCompoundLevel(shape, *begun_)) return;
  std::shared_ptr<const Surface> whole = std::exchange(begun_, nullptr);
  if (memo_ != nullptr) memo_->Put(shape, whole);
  Add(shape, std::move(whole));
}

void CellLawsMaker::Add(double shape, std::shared_ptr<const Surface> surface) {
  made_.compounds_.emplace_back(shape, std::move(surface));
}

CellLaws CellLawsMaker::Take() { return std::move(made_); }

double CellLawsBytes(int shape_count) {
  const double values = static_cast<double>(EmptyCompoundSurface().levels) * kScores;
  return shape_count * (sizeof(std::pair<double, std::shared_ptr<const Surface>>) +
                        sizeof(Surface) + values * sizeof(float));
}

double CellLawsMilliseconds(int shape_count) { return 3.0 + 30.0 * shape_count; }

void CellLaws::Counts(double dispersion, const CellBatch& batch) const {
  const bool is_law = IsCountDispersion(dispersion);
  CountTerms terms = TermsOf(dispersion);
  ForLanes(batch, [&](size_t first, int count) {
    if (is_law && count == kLanes && AllCounted(batch, first)) {
      terms.means = batch.means.data() + first;
      terms.words = batch.words.data() + first;
      CountUp(terms, batch.cells.data() + first);
      return;
    }
    bool any_counted = false;
    bool any_read = false;
    for (int lane = 0; lane < count; ++lane) {
      const double mean = batch.means[first + lane];
      if (is_law && IsCounted(mean)) {
        any_counted = true;
      } else if (is_law && IsThreeMoments(mean)) {
        any_read = true;
      } else {
        batch.cells[first + lane] =
            Quantile(CountLaw{mean, dispersion}, UniformOf(batch, first + lane));
      }
    }
    if (any_counted) CountUpLanes(terms, batch, first, count);
    if (any_read) ThreeMomentLanes(dispersion, batch, first, count);
  });
}

void CellLaws::Amounts(double dispersion, const CellBatch& batch) const {
  ForLanes(batch, [&](size_t first, int count) {
    Lanes lanes;
    bool is_read[kLanes] = {};
    for (int lane = 0; lane < kLanes; ++lane) {
      const double shape = lane < count ? batch.means[first + lane] / dispersion : 1.0;
      is_read[lane] = lane < count && kShapes.contains(shape);
      lanes.words[lane] = lane < count ? batch.words[first + lane] : 0x80000000u;
      lanes.x[lane] = is_read[lane] ? static_cast<float>(shape) : 1.0f;
    }
    CubedExcess({&GammaSurface(), 3.0f, 0.0f}, lanes.First(count));
    for (int lane = 0; lane < count; ++lane) {
      const double mean = batch.means[first + lane];
      batch.cells[first + lane] =
          is_read[lane] ? mean * (1.0 + double{lanes.found[lane]})
                        : Quantile(AmountLaw{mean, dispersion}, UniformOf(batch, first + lane));
    }
  });
}

void CellLaws::Compounds(double dispersion, double shape, const CellBatch& batch) const {
  const Surface* surface = FindCompound(shape);
  ForLanes(batch, [&](size_t first, int count) {
    Lanes lanes;
    bool is_read[kLanes] = {};
    double scale[kLanes] = {};
    for (int lane = 0; lane < kLanes; ++lane) {
      lanes.words[lane] = 0x80000000u;
      lanes.x[lane] = 1.0f;
      if (lane >= count || surface == nullptr) continue;
      const CompoundCell cell(dispersion, shape, batch.means[first + lane]);
      is_read[lane] = kSizes.contains(cell.number);
      if (!is_read[lane]) continue;
      // The uniform among the paths with a size; none where the word is below the chance of 0.
      const double upper = (1.0 - UniformOf(batch, first + lane)) / cell.positive;
      if (upper >= 1.0) continue;
      scale[lane] = batch.means[first + lane] / cell.positive;
      lanes.words[lane] = ~static_cast<uint32_t>(upper * 0x1p32);
      lanes.x[lane] = static_cast<float>(cell.number);
    }
    if (surface != nullptr) {
      CubedExcess({surface, 1.0f, 1.0f}, lanes.First(count));
    }
    for (int lane = 0; lane < count; ++lane) {
      batch.cells[first + lane] =
          is_read[lane] ? scale[lane] * std::max(kSmallestRatio, 1.0 + double{lanes.found[lane]})
                        : Quantile(CompoundLaw{batch.means[first + lane], dispersion, shape},
                                   UniformOf(batch, first + lane));
    }
  });
}

void CellLaws::StudentTs(double standard_deviation, double degrees, const CellBatch& batch) const {
  const bool is_read = DrawsStudentTsInVectors(standard_deviation, degrees);
  const double scale = is_read ? standard_deviation * std::sqrt((degrees - 2.0) / degrees) : 0.0;
  ForLanes(batch, [&](size_t first, int count) {
    Lanes lanes;
    for (int lane = 0; lane < kLanes; ++lane) {
      lanes.words[lane] = lane < count ? batch.words[first + lane] : 0x80000000u;
      lanes.x[lane] = is_read ? static_cast<float>(degrees) : 4.0f;
    }
    if (is_read) StudentScores(StudentSurface(), lanes.First(count));
    for (int lane = 0; lane < count; ++lane) {
      const double mean = batch.means[first + lane];
      batch.cells[first + lane] = is_read ? mean + scale * double{lanes.found[lane]}
                                          : Quantile(StudentTLaw{mean, standard_deviation, degrees},
                                                     UniformOf(batch, first + lane));
    }
  });
}

}  // namespace jalon::sim
