#include "sim/random/stream.h"

#include <cassert>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr int kPurposeShift = 28;
constexpr int kBlockShift = 18;
constexpr int kDrawShift = 8;
constexpr uint32_t kMaxPurpose = 15;

PhiloxKey KeyOf(uint64_t seed) {
  return {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
}

}  // namespace

bool FitsLayout(const StreamKey& key) {
  return static_cast<uint32_t>(key.purpose) <= kMaxPurpose && key.path <= kMaxPath &&
         key.period.index >= 0 && key.period.index <= kMaxPeriodIndex && key.draw >= 0 &&
         key.draw <= kMaxDraw;
}

PhiloxCounter CounterOf(const StreamKey& key) {
  assert(FitsLayout(key));
  const uint32_t word1 = static_cast<uint32_t>(key.purpose) << kPurposeShift |
                         static_cast<uint32_t>(key.period.index / 4) << kBlockShift |
                         static_cast<uint32_t>(key.draw) << kDrawShift |
                         static_cast<uint32_t>(key.path >> 32);
  return {static_cast<uint32_t>(key.path), word1, static_cast<uint32_t>(key.id),
          static_cast<uint32_t>(key.id >> 32)};
}

std::array<uint32_t, 4> DrawBlockBits(uint64_t seed, const StreamKey& key) {
  return Philox4x32(CounterOf(key), KeyOf(seed));
}

uint32_t DrawBits(uint64_t seed, const StreamKey& key) {
  return DrawBlockBits(seed, key)[key.period.index % 4];
}

double DrawUniform(uint64_t seed, const StreamKey& key) { return UniformFrom(DrawBits(seed, key)); }

double DrawNormal(uint64_t seed, const StreamKey& key) {
  return NormalInverseCdf(DrawUniform(seed, key));
}

std::array<double, 4> DrawBlockUniforms(uint64_t seed, const StreamKey& key) {
  const std::array<uint32_t, 4> bits = DrawBlockBits(seed, key);
  return {UniformFrom(bits[0]), UniformFrom(bits[1]), UniformFrom(bits[2]), UniformFrom(bits[3])};
}

std::array<double, 4> DrawBlockNormals(uint64_t seed, const StreamKey& key) {
  std::array<double, 4> values = DrawBlockUniforms(seed, key);
  for (double& value : values) value = NormalInverseCdf(value);
  return values;
}

}  // namespace jalon::sim
