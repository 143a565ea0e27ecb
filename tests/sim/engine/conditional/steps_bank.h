// A branch that sells to its customers, judged by sales per customer.
#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_STEPS_BANK_H_
#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_STEPS_BANK_H_

#include <cmath>
#include <cstdint>

#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {

// Sales and arrivals of a month, customers at the end of 2025.
struct SalesShape {
  double sales = 3.0;
  double arrivals = 8.0;
  double customers = 1'000.0;
};

// One target: sales of 2026 over customers at its end, one branch; k1 are sales, k2 arrivals.
// Nothing is uncertain but the draws of cells.
inline TinyBank SalesPerCustomer(const SalesShape& shape) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount},
                                .mean = shape.sales,
                                .others = {StockOf("s-customers", Measure::kCount, {"k2"}),
                                           RatioOf("t-rate", "k1", "s-customers")},
                                .stock = shape.customers});
  bank.model.level.mean[bank.SeriesIndex("r1-b1", "k2")] += std::log(shape.arrivals / shape.sales);
  bank.targets = {bank.For("r1-b1", "t-rate")};
  return bank;
}

// The same with what branch, network and time share, thresholds around what is expected, and the
// other direction every second time.
inline TinyBank RatiosInSteps(uint64_t seed, const SalesShape& shape) {
  TinyBank bank = SalesPerCustomer(shape);
  bank.seed = seed;
  for (int k = 0; k < 2; ++k) {
    bank.model.national.laws[k] = {.autoregression = 0.5, .innovation_sd = 0.03};
    bank.model.branch_loading[k] = 0.04 * (k + 1);
  }
  for (const double share : {0.85, 0.95, 1.0, 1.04, 1.2}) {
    const double customers = shape.customers + 12.0 * shape.arrivals;
    bank.targets[0].thresholds.push_back(share * 12.0 * shape.sales / customers);
  }
  if (seed % 2 == 1) bank.targets[0].direction = Direction::kLowerIsBetter;
  return bank;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_CONDITIONAL_STEPS_BANK_H_
