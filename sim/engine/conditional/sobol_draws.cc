#include "sim/base/math.h"
#include "sim/engine/conditional/shared_basis.h"

namespace jalon::sim {

SobolDraws::SobolDraws(const SharedBasis& basis, const ScrambledSobol& sobol, uint32_t point,
                       int64_t path)
    : basis_(basis), sobol_(sobol), point_(point), independent_(basis.seed, path) {}

void SobolDraws::Rotate() {
  rotated_.assign(basis_.draws.size(), 0.0);
  for (const BasisRotation& rotation : basis_.rotations) {
    const size_t size = rotation.draws.size();
    for (size_t m = 0; m < size; ++m) {
      const double component =
          NormalAt(rotation.dimensions[m], basis_.draws[rotation.draws[m]].key);
      for (size_t l = 0; l < size; ++l) {
        rotated_[rotation.draws[l]] += rotation.matrix[l * size + m] * component;
      }
    }
  }
}

double SobolDraws::NormalAt(int dimension, const StreamKey& key) {
  if (dimension < 0) return independent_.Normal(key);
  return NormalInverseCdf(UniformFrom(sobol_.Bits(point_, dimension)));
}

double SobolDraws::Normal(const StreamKey& key) {
  const size_t k = next_++;
  const BasisDraw& draw = basis_.draws[k];
  if (draw.rotation < 0) return NormalAt(draw.dimension, key);
  if (rotated_.empty()) Rotate();
  return rotated_[k];
}

double SobolDraws::Uniform(const StreamKey& key) {
  const BasisDraw& draw = basis_.draws[next_++];
  return draw.dimension < 0 ? independent_.Uniform(key)
                            : UniformFrom(sobol_.Bits(point_, draw.dimension));
}

double SobolDraws::RareUniform(const StreamKey& key) { return independent_.RareUniform(key); }

}  // namespace jalon::sim
