// The quantiles of sim/random/laws.h, for many cells at once: the same uniform words, nearly the
// same cells, ten to a hundred times faster. What the vectorised sampled estimator draws with.
//
// Each law is read from one surface over the normal score of the word and the binary logarithm of
// one parameter: gamma and Student-t have a universal one, compounds one for each shape of sizes.
// Counts are added up from 0 in double precision as sim/random does, up to a mean of 60, and beyond
// read from the gamma law of their three moments.
//
// Against Quantile(law, UniformFrom(word)), over all words (tests/sim/kernel/cell_laws_test.cc):
//   amounts     within 5e-5 standard deviations + 2e-6 of the mean from a shape of 1/2 (mean 1/2
//               dispersion); 1e-3 of the mean below
//   compounds   the same zeros but for 1 word in 10^6, else within 2e-3 standard deviations + 1e-3
//               of the value (3e-2 in the farthest tail of 2^-24); from a shape of sizes of 1 on,
//               where quantiles leap from one number of sizes to the next, twice that up to 4 and
//               seven times up to 8. Means within 2e-4 of themselves.
//   Student-t   within 1e-4 of the value + 5e-5 standard deviations
//   counts      equal up to a mean of 60; beyond, all but 1 cell in 100 equal, the others off by 1
//               (by 1e-4 of themselves in the farthest tails)
// Non-decreasing in the word but for 1e-6 of the mean.
//
// Parameters outside the surfaces' reach (very small shapes, very large means, sizes nearly equal)
// are left to Quantile itself, cell by cell: right, and slow.
#ifndef JALON_SIM_KERNEL_CELL_LAWS_H_
#define JALON_SIM_KERNEL_CELL_LAWS_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sim/kernel/surface.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::sim {

// Cells of one law whose means differ; spans of one length.
struct CellBatch {
  absl::Span<const double> means;
  absl::Span<const uint32_t> words;
  absl::Span<double> cells;
};

// Parameters whose cells are read from a surface or added up in vectors; the cells of others are
// left to Quantile.
bool DrawsCountsInVectors(double dispersion, double mean);
bool DrawsAmountsInVectors(double dispersion, double mean);
bool DrawsCompoundsInVectors(double dispersion, double shape, double mean);
bool DrawsStudentTsInVectors(double standard_deviation, double degrees);

// Read-only once built, thread-safe. A cell is a function of its law, its mean and its word,
// whatever the others of its batch, with the same bits on every instruction set.
class CellLaws {
 public:
  // With a surface for each of these shapes of compounds' sizes: CellLawsMaker in one go.
  explicit CellLaws(absl::Span<const double> compound_shapes, SurfaceMemo* memo = nullptr);

  // Parameters as the laws': cells[i] is the quantile at words[i] of the law of mean means[i].
  // Values out of range give what Quantile gives. 13 to 31 ns a cell with AVX-512.
  void Counts(double dispersion, const CellBatch& batch) const;
  void Amounts(double dispersion, const CellBatch& batch) const;
  // Shapes that were not given are left to Quantile.
  void Compounds(double dispersion, double shape, const CellBatch& batch) const;
  void StudentTs(double standard_deviation, double degrees, const CellBatch& batch) const;

  // Bytes held, shared or not: what CellLawsBytes foresees.
  int64_t allocated_bytes() const;

 private:
  friend class CellLawsMaker;
  CellLaws() = default;
  const Surface* FindCompound(double shape) const;

  // Ascending by shape; shared with the memo they came from or went to.
  std::vector<std::pair<double, std::shared_ptr<const Surface>>> compounds_;
};

// Makes CellLaws in steps of a millisecond or two: 30 ms and 12 KB for each shape of compounds'
// sizes from 1/32 to 8, each once. The first of a process also makes the two surfaces that all
// share, 3 ms. Deterministic; one thread at a time.
//
// With `memo` it takes the surfaces that are held there and puts those that it makes: the same
// bits, in a step of a microsecond each where they are held. `memo` must outlive it.
class CellLawsMaker {
 public:
  explicit CellLawsMaker(std::vector<double> compound_shapes, SurfaceMemo* memo = nullptr);

  // Returns true when nothing is left to do.
  bool Step();
  // Once complete; the object is then empty.
  CellLaws Take();

 private:
  void StepSurface(double shape);
  void Add(double shape, std::shared_ptr<const Surface> surface);

  std::vector<double> shapes_;
  SurfaceMemo* const memo_;
  int shared_done_ = 0;
  // In the making, of the shape after those of `made_`; null between surfaces.
  std::shared_ptr<Surface> begun_;
  CellLaws made_;
};

// Bytes of CellLaws with `shape_count` different shapes, and CPU milliseconds to make them without
// a memo: upper bounds with one.
double CellLawsBytes(int shape_count);
double CellLawsMilliseconds(int shape_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CELL_LAWS_H_
