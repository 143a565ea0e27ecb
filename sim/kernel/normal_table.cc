#include "sim/kernel/normal_table.h"

#include <array>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr int kNodes = kNormalDegree + 1;
// Chebyshev's nodes of degree 6 on [-1/2, 1/2], stretched until the outer ones reach the ends.
constexpr std::array<double, kNodes> kNode = {
    -0.5, -0.36602540378443865, -0.13397459621556135, 0.13397459621556135, 0.36602540378443865,
    0.5};

// Divided differences of `values` at kNode, in place.
void Divide(std::array<double, kNodes>& values) {
  for (int order = 1; order < kNodes; ++order) {
    for (int i = kNodes - 1; i >= order; --i) {
      values[i] = (values[i] - values[i - 1]) / (kNode[i] - kNode[i - order]);
    }
  }
}

// Newton's form to powers of the argument.
std::array<double, kNodes> ToPowers(const std::array<double, kNodes>& newton) {
  std::array<double, kNodes> powers = {newton[kNodes - 1]};
  for (int i = kNodes - 2; i >= 0; --i) {
    for (int k = kNodes - 1; k >= 1; --k) powers[k] = powers[k - 1] - kNode[i] * powers[k];
    powers[0] = newton[i] - kNode[i] * powers[0];
  }
  return powers;
}

std::array<double, kNodes> Octave(int e) {
  const double scale = static_cast<double>(int64_t{1} << e) * 0x1p-32;
  std::array<double, kNodes> values;
  for (int i = 0; i < kNodes; ++i) values[i] = NormalInverseCdf(scale * (1.5 + kNode[i]));
  Divide(values);
  return ToPowers(values);
}

NormalTable BuildTable() {
  NormalTable table = {};
  for (int e = 16; e <= 30; ++e) {
    const std::array<double, kNodes> powers = Octave(e);
    for (int k = 0; k < kNodes; ++k) {
      table.coefficient[k][(e + 127) & 15] = static_cast<float>(powers[k]);
    }
  }
  return table;
}

}  // namespace

const NormalTable& GetNormalTable() {
  static const NormalTable table = BuildTable();
  return table;
}

float NormalTailQuantile(int32_t m) {
  return static_cast<float>(NormalInverseCdf((static_cast<double>(m) + 0.5) * 0x1p-32));
}

}  // namespace jalon::sim
