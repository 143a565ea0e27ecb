#include "sim/engine/latents.h"

#include <cmath>

namespace jalon::sim {
namespace {

// Numbers of the draws inside a stream and period: innovations, then persistent shocks, then the
// state at as_of.
constexpr int kInnovationDraw = 0;
constexpr int kShockDraw = kMaxRank;
constexpr int kStateDraw = 2 * kMaxRank;

double NormalAt(SharedDraws& draws, StreamKey stream, Period period, int draw) {
  stream.period = period;
  stream.draw = draw;
  return draws.Normal(stream);
}

// loadings . factors + what the loadings leave x own.
double Correlated(const LatentRow& row, const double* factors, double own) {
  const int rank = row.block.rank;
  double common = 0.0;
  double share = 0.0;
  for (int j = 0; j < rank; ++j) {
    const double loading = row.block.loadings[static_cast<size_t>(row.indicator) * rank + j];
    common += loading * factors[j];
    share += loading * loading;
  }
  return share < 1.0 ? common + std::sqrt(1.0 - share) * own : common;
}

}  // namespace

CommonFactors DrawCommonFactors(const Plan& plan, const LatentBlock& block, SharedDraws& draws,
                                StreamKey stream) {
  const int periods_per_year = PeriodsPerYear(plan.as_of.frequency);
  CommonFactors common;
  for (int h = 1; h <= plan.step_count(); ++h) {
    const Period period = plan.shared.as_of + h;
    const bool opens_year = (h - 1) % periods_per_year == 0;
    for (int j = 0; j < block.rank; ++j) {
      common.innovations.push_back(NormalAt(draws, stream, period, kInnovationDraw + j));
      if (!opens_year) continue;
      common.shocks.push_back(NormalAt(draws, stream, period, kShockDraw + j));
    }
  }
  return common;
}

std::vector<double> LatentPath(const Plan& plan, const LatentRow& row,
                               const CommonFactors& common) {
  const LatentLaw& law = row.block.laws[row.indicator];
  const int rank = row.block.rank;
  const int periods_per_year = PeriodsPerYear(plan.as_of.frequency);
  const Period origin = plan.shared.as_of;
  double moving =
      row.state_mean + row.state_sd * NormalAt(row.draws, row.stream, origin, kStateDraw);
  double persistent = 0.0;
  std::vector<double> values{moving};
  for (int h = 1; h <= plan.step_count(); ++h) {
    const double own = NormalAt(row.draws, row.stream, origin + h, kInnovationDraw);
    const double* factors = common.innovations.data() + static_cast<size_t>(h - 1) * rank;
    moving = law.autoregression * moving + law.innovation_sd * Correlated(row, factors, own);
    if ((h - 1) % periods_per_year == 0) {
      const int year = (h - 1) / periods_per_year;
      const double* shocks = common.shocks.data() + static_cast<size_t>(year) * rank;
      const double own_shock = NormalAt(row.draws, row.stream, origin + h, kShockDraw);
      persistent += law.persistent_sd * Correlated(row, shocks, own_shock);
    }
    values.push_back(moving + persistent);
  }
  return values;
}

}  // namespace jalon::sim
