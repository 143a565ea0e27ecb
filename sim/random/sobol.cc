#include "sim/random/sobol.h"

#include <array>
#include <bit>
#include <cassert>

#include "sim/random/sobol_directions.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr int kBits = 32;
using Directions = std::array<uint32_t, kBits>;

// Sobol's recurrence: number j from the ones before, by the polynomial of degree `degree`.
uint32_t NextDirection(const Directions& directions, int j, uint32_t polynomial, int degree) {
  uint32_t next = directions[j - degree] ^ (directions[j - degree] >> degree);
  for (int k = 1; k < degree; ++k) {
    if (polynomial >> (degree - k) & 1u) next ^= directions[j - k];
  }
  return next;
}

Directions DirectionsOf(uint32_t polynomial, const uint16_t* first_numbers) {
  const int degree = std::bit_width(polynomial) - 1;
  Directions directions{};
  for (int j = 0; j < kBits; ++j) {
    directions[j] = j < degree ? uint32_t{first_numbers[j]} << (kBits - 1 - j)
                               : NextDirection(directions, j, polynomial, degree);
  }
  return directions;
}

std::array<Directions, kSobolDimensions> MakeDirections() {
  std::array<Directions, kSobolDimensions> all{};
  for (int j = 0; j < kBits; ++j) all[0][j] = uint32_t{1} << (kBits - 1 - j);
  const uint16_t* first_numbers = internal::kSobolFirstNumbers;
  for (int d = 1; d < kSobolDimensions; ++d) {
    const uint32_t polynomial = internal::kSobolPolynomials[d - 1];
    all[d] = DirectionsOf(polynomial, first_numbers);
    first_numbers += std::bit_width(polynomial) - 1;
  }
  return all;
}

const Directions& DirectionsOfDimension(int dimension) {
  static const std::array<Directions, kSobolDimensions> all = MakeDirections();
  return all[dimension];
}

uint32_t Reversed(uint32_t x) {
  x = (x & 0x55555555u) << 1 | (x >> 1 & 0x55555555u);
  x = (x & 0x33333333u) << 2 | (x >> 2 & 0x33333333u);
  x = (x & 0x0F0F0F0Fu) << 4 | (x >> 4 & 0x0F0F0F0Fu);
  x = (x & 0x00FF00FFu) << 8 | (x >> 8 & 0x00FF00FFu);
  return x << 16 | x >> 16;
}

// A permutation of 32 bits in which each bit depends on itself and on lower ones only: sums,
// products by odd numbers and by-even products xored in have that form.
uint32_t PermuteUpwards(uint32_t x, uint32_t key) {
  x ^= x * 0x3D20ADEAu;
  x += key;
  x *= (key >> 16) | 1u;
  x ^= x * 0x05526C56u;
  x ^= x * 0x53A22864u;
  return x;
}

}  // namespace

uint32_t SobolBits(uint32_t point, int dimension) {
  assert(dimension >= 0 && dimension < kSobolDimensions);
  const Directions& directions = DirectionsOfDimension(dimension);
  uint32_t bits = 0;
  for (int j = 0; point != 0; ++j, point >>= 1) {
    if (point & 1u) bits ^= directions[j];
  }
  return bits;
}

ScrambledSobol::ScrambledSobol(uint64_t seed, int scramble, int dimension_count) {
  assert(scramble >= 0 && dimension_count <= kSobolDimensions);
  for (int d = 0; d < dimension_count; ++d) {
    const std::array<uint32_t, 4> words =
        DrawBlockBits(seed, {.purpose = Purpose::kScramble,
                             .id = static_cast<uint64_t>(d),
                             .path = static_cast<uint64_t>(scramble)});
    keys_.push_back({words[0], words[1]});
  }
}

// Upwards in reversed bits is downwards in the fraction: a nested scramble. Two rounds, so that 64
// bits of key choose the permutation.
uint32_t ScrambledSobol::Bits(uint32_t point, int dimension) const {
  const Key key = keys_[dimension];
  uint32_t bits = Reversed(SobolBits(point, dimension));
  bits = PermuteUpwards(bits, key.first);
  bits = PermuteUpwards(bits, key.second);
  return Reversed(bits);
}

}  // namespace jalon::sim
