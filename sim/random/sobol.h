// Scrambled Sobol sequences: points that fill the unit cube more evenly than random ones, in
// independent random versions of themselves (randomised quasi-Monte Carlo).
//
// A coordinate is a pure function of (seed, scramble, point, dimension): nothing is consumed, so
// points can be computed in any order, by any thread, again. The sequence is Sobol's with the
// direction numbers of [JoeKuo2008]; each dimension of each scramble is then permuted by a nested
// uniform scramble ([Owen1997]) whose permutations come from a hash ([Burley2020]). Under one
// scramble every coordinate is uniform, so the mean of an integrand over the points has the right
// expectation; R scrambles give R independent means, and their spread the error.
//
// What holds for each dimension of each scramble: among the points k 2^m .. (k + 1) 2^m - 1 each of
// the 2^m equal cells of [0, 1) is hit exactly once, m = 0..32.
#ifndef JALON_SIM_RANDOM_SOBOL_H_
#define JALON_SIM_RANDOM_SOBOL_H_

#include <cstdint>
#include <vector>

namespace jalon::sim {

inline constexpr int kSobolDimensions = 256;

// Coordinate of point `point` in `dimension` (0 to kSobolDimensions - 1), unscrambled, as 32 bits
// of a fraction. Point 0 is 0 everywhere. 10 ns.
uint32_t SobolBits(uint32_t point, int dimension);

// One scramble of the first dimensions. Thread-safe once built; 8 bytes a dimension.
class ScrambledSobol {
 public:
  // `scramble` 0.. names one of the independent versions of `seed`. The permutations of a dimension
  // depend on (seed, scramble, dimension) alone, through stream kScramble (sim/random/stream.h).
  ScrambledSobol(uint64_t seed, int scramble, int dimension_count);

  int dimension_count() const { return static_cast<int>(keys_.size()); }
  // 32 bits of a coordinate, dimension < dimension_count(): UniformFrom of them is in (0, 1).
  // 20 ns.
  uint32_t Bits(uint32_t point, int dimension) const;

 private:
  struct Key {
    uint32_t first;
    uint32_t second;
  };
  std::vector<Key> keys_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_RANDOM_SOBOL_H_
