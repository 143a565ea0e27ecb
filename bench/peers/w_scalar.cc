// W as plain C++ with the standard library, in JALON_PEER_REAL (float or double).
#include "bench/peers/w_program.h"

#define JALON_PEER_STRING_OF(x) #x
#define JALON_PEER_STRING(x) JALON_PEER_STRING_OF(x)

namespace {

using Real = JALON_PEER_REAL;

double Simulate(const peer::Parameters& in, const std::vector<double>& factors, int paths,
                uint64_t seed) {
  const std::vector<Real> f(factors.begin(), factors.end());
  std::mt19937_64 generator(seed);
  std::normal_distribution<Real> normal;
  std::vector<Real> years(paths);
  std::vector<double> totals(static_cast<size_t>(peer::kIndicators) * paths);
  volatile double kept = 0.0;
  int64_t attained = 0;
  for (int s = 0; s < in.series; ++s) {
    const std::vector<Real> b(&in.b[s * peer::kFactors],
                              &in.b[s * peer::kFactors] + peer::kFactors);
    const Real sigma = in.sigma[s];
    double* total = &totals[static_cast<size_t>(s % peer::kIndicators) * paths];
    for (int p = 0; p < paths; ++p) {
      Real year = 0;
      for (int t = 0; t < peer::kPeriods; ++t) {
        const Real* at = &f[(static_cast<size_t>(p) * peer::kPeriods + t) * peer::kFactors];
        Real eta = in.a[s * peer::kPeriods + t];
        for (int k = 0; k < peer::kFactors; ++k) eta += b[k] * at[k];
        year += std::exp(eta + sigma * normal(generator));
      }
      years[p] = year;
      attained += year >= peer::kObjective;
      total[p] += year;
    }
    kept = kept + peer::Quantiles(years.data(), paths);
  }
  return static_cast<double>(attained) / (static_cast<double>(in.series) * paths);
}

}  // namespace

int main(int argc, char** argv) {
  return peer::Run(argc, argv, "scalar-" JALON_PEER_STRING(JALON_PEER_REAL), Simulate);
}
