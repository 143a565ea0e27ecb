// Quantiles of one quantity over any number of paths, in bounded memory. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_QUANTILE_SKETCH_H_
#define JALON_SIM_ENGINE_QUANTILE_SKETCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jalon::sim {

// Keeps the first 256 values; from the next one on, counts in at most 1,026 bins whose edges those
// 256 set. Two kinds of bins:
//
//   lattice   for sums of counts of small range: one bin per integer, quantiles are exact;
//   curved    else: equal steps of sign(t) log(1 + |t|), t = (value - median) / half the
//             interquartile range, over the range seen widened fourfold each side. Steps are about
//             0.006 (1 + |t|) standard deviations wide in the middle and grow with the tails, so a
//             heavy tail still fits; quantiles interpolate inside a step.
//
// A mass at the smallest value, such as months without a sale, is counted apart and gives exact
// quantiles. Values outside the range are counted at the ends, where quantiles interpolate to the
// extremes seen. Same values in the same order give the same bits. Thread-compatible.
class QuantileSketch {
 public:
  static constexpr int kPilot = 256;
  static constexpr int kBins = 1'024;

  // `counts`: every value is expected to be a whole number; the first ones are checked.
  explicit QuantileSketch(bool counts) : counts_(counts) {}

  // Adds a finite value.
  void Add(double value);
  int64_t count() const { return count_; }
  // The smallest value v with at least `level` x count values <= v, level in (0, 1). Requires a
  // value.
  double Quantile(double level) const;
  // Bytes held outside the object.
  size_t allocated_bytes() const;

 private:
  void SetRange();
  bool TryLattice(double low, double high);
  double Curve(double value) const;
  double Uncurve(double place) const;
  // Index in bins_: 0 below the range, size - 1 above.
  size_t BinOf(double value) const;
  // Value at the lower edge of an inner bin.
  double EdgeOf(size_t bin) const;

  bool counts_;
  bool lattice_ = false;
  int64_t count_ = 0;
  double min_ = 0.0;
  // Values equal to min_.
  int64_t min_count_ = 0;
  double max_ = 0.0;
  // The first values, dropped once they have set the range.
  std::vector<double> pilot_;
  std::vector<uint32_t> bins_;
  // Lower edge of the first inner bin and width of a bin: in values (lattice) or on the curve.
  double first_ = 0.0;
  double width_ = 1.0;
  double center_ = 0.0;
  double scale_ = 1.0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_QUANTILE_SKETCH_H_
