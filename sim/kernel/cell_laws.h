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
//   of
//               the value (3e-2 in the farthest tail of 2^-24)
//   Student-t   within 1e-4 of the value + 5e-5 standard deviations
//   counts      equal up to a mean of 60; beyond, all but 1 cell in 100 equal, the others off by 1
//   (by
//               1e-4 of themselves in the farthest tails)
// Non-decreasing in the word but for 1e-6 of the mean.
//
// Parameters outside the surfaces' reach (very small shapes, very large means) are left to Quantile
// itself, cell by cell: right, and slow.
#ifndef JALON_SIM_KERNEL_CELL_LAWS_H_
#define JALON_SIM_KERNEL_CELL_LAWS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sim/kernel/surface.h"

namespace jalon::sim {

// Cells of one law whose means differ; spans of one length.
struct CellBatch {
  absl::Span<const double> means;
  absl::Span<const uint32_t> words;
  absl::Span<double> cells;
};

// Read-only once built, thread-safe. The same bits on AVX2 and AVX-512.
class CellLaws {
 public:
  // With a surface for each of these shapes of compounds' sizes: 30 ms and 12 KB each.
  explicit CellLaws(absl::Span<const double> compound_shapes);

  // Parameters as the laws': cells[i] is the quantile at words[i] of the law of mean means[i].
  // Values out of range give what Quantile gives. 13 to 31 ns a cell with AVX-512.
  void Counts(double dispersion, const CellBatch& batch) const;
  void Amounts(double dispersion, const CellBatch& batch) const;
  // Shapes that were not given are left to Quantile.
  void Compounds(double dispersion, double shape, const CellBatch& batch) const;
  void StudentTs(double standard_deviation, double degrees, const CellBatch& batch) const;

 private:
  const Surface* FindCompound(double shape) const;

  // By shape.
  std::vector<std::pair<double, Surface>> compounds_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CELL_LAWS_H_
