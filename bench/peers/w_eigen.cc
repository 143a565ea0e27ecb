// W with Eigen in float: matrix products, its vectorised exp, and normals by Box and Muller on
// Eigen's arrays over xoshiro128++, several times faster than std::normal_distribution.
#include <Eigen/Dense>

#include "bench/peers/w_program.h"

namespace {

using Eigen::ArrayXXf;
using Eigen::MatrixXf;

constexpr int kBlock = 24;

class Xoshiro {
 public:
  explicit Xoshiro(uint64_t seed) {
    std::mt19937_64 generator(seed);
    for (uint32_t& word : state_) word = static_cast<uint32_t>(generator()) | 1u;
  }
  // In (0, 1).
  float Uniform() { return (static_cast<float>(Next() >> 8) + 0.5f) * 0x1p-24f; }

 private:
  static uint32_t Rotate(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }
  uint32_t Next() {
    uint32_t* s = state_;
    const uint32_t result = Rotate(s[0] + s[3], 7) + s[0];
    const uint32_t t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = Rotate(s[3], 11);
    return result;
  }
  uint32_t state_[4];
};

// Fills z with normals, half of them sines.
void FillNormals(Xoshiro& generator, ArrayXXf& u, ArrayXXf& z) {
  const Eigen::Index half = z.rows() / 2;
  for (Eigen::Index i = 0; i < u.size(); ++i) u.data()[i] = generator.Uniform();
  const auto radius = (-2.0f * u.topRows(half).log()).sqrt();
  const auto angle = 6.28318530717958648f * u.bottomRows(half);
  z.topRows(half) = radius * angle.cos();
  z.bottomRows(half) = radius * angle.sin();
}

// Factors of each period: [path x factor].
std::vector<MatrixXf> ByPeriod(const std::vector<double>& factors, int paths) {
  std::vector<MatrixXf> f(peer::kPeriods, MatrixXf(paths, peer::kFactors));
  for (int p = 0; p < paths; ++p) {
    for (int t = 0; t < peer::kPeriods; ++t) {
      for (int k = 0; k < peer::kFactors; ++k) {
        f[t](p, k) = static_cast<float>(
            factors[(static_cast<size_t>(p) * peer::kPeriods + t) * peer::kFactors + k]);
      }
    }
  }
  return f;
}

// `paths` is even.
double Simulate(const peer::Parameters& in, const std::vector<double>& factors, int paths,
                uint64_t seed) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::vector<MatrixXf> f = ByPeriod(factors, paths);
  const Eigen::Map<const RowMajor> a(in.a.data(), in.series, peer::kPeriods);
  const Eigen::Map<const RowMajor> b(in.b.data(), in.series, peer::kFactors);
  const Eigen::Map<const Eigen::ArrayXf> sigma(in.sigma.data(), in.series);
  // Paths of a pass: a block of series stays in the second cache.
  const int pass = std::min(paths, 1'000);
  Xoshiro generator(seed);
  Eigen::ArrayXXd totals = Eigen::ArrayXXd::Zero(paths, peer::kIndicators);
  ArrayXXf years(paths, kBlock);
  volatile double kept = 0.0;
  double attained = 0.0;
  for (int first = 0; first < in.series; first += kBlock) {
    const int size = std::min(kBlock, in.series - first);
    const MatrixXf loadings = b.middleRows(first, size).transpose();
    for (int start = 0; start < paths; start += pass) {
      const int count = std::min(pass, paths - start);
      ArrayXXf u(count, size), z(count, size), eta(count, size);
      ArrayXXf year = ArrayXXf::Zero(count, size);
      for (int t = 0; t < peer::kPeriods; ++t) {
        eta.matrix().noalias() = f[t].middleRows(start, count) * loadings;
        FillNormals(generator, u, z);
        z.rowwise() *= sigma.segment(first, size).transpose();
        z.rowwise() += a.col(t).segment(first, size).transpose().array();
        year += (eta + z).exp();
      }
      years.block(start, 0, count, size) = year;
    }
    attained +=
        static_cast<double>((years.leftCols(size) >= static_cast<float>(peer::kObjective)).count());
    totals.col(first / kBlock % peer::kIndicators) +=
        years.leftCols(size).rowwise().sum().cast<double>();
    for (int s = 0; s < size; ++s) kept = kept + peer::Quantiles(years.col(s).data(), paths);
  }
  return attained / (static_cast<double>(in.series) * paths);
}

}  // namespace

int main(int argc, char** argv) { return peer::Run(argc, argv, "eigen-float", Simulate); }
