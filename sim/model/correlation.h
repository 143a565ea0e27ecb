// Low-rank correlation of indicators from their innovations. Internal to sim/model.
#ifndef JALON_SIM_MODEL_CORRELATION_H_
#define JALON_SIM_MODEL_CORRELATION_H_

#include <vector>

namespace jalon::sim {

struct LowRankCorrelation {
  int rank = 0;
  // [indicator x rank], row-major; squares of a row sum to at most 0.9.
  std::vector<double> loadings;
};

// Principal factors ([Harman1976]) of the correlation matrix of `samples` [indicator][sample], NaN
// where missing, already of variance about 1. Keeps at most 3 factors, those whose eigenvalue is
// above what independent noise gives, (1 + sqrt(indicators / samples))^2 [MarchenkoPastur1967].
// Fewer than 8 common samples or one indicator: rank 0.
LowRankCorrelation FitCorrelation(const std::vector<std::vector<double>>& samples);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_CORRELATION_H_
