#include "tests/sim/engine/conditional/kinds_bank.h"

#include <cmath>
#include <random>

namespace jalon::sim {

TinyBank MakeKindsBank(uint64_t seed) {
  std::mt19937_64 engine(seed);
  const auto between = [&](double low, double high) {
    return low + (high - low) * (engine() >> 11) * 0x1p-53;
  };
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = 1 + static_cast<int>(engine() % 3),
       .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount},
       .mean = between(15.0, 40.0),
       .others = {StockOf("s-customers", Measure::kCount, {"k1"}),
                  StockOf("s-deposits", Measure::kMoney, {}, {"k2"}),
                  DerivedOf("t-income", "mean(s-deposits) * (yield - 1) / 1200 + 0.01 * k2"),
                  RatioOf("t-rate", "k2", "s-customers")},
       .stock = std::round(between(300.0, 900.0))});
  bank.seed = seed;
  AddDriver(bank, {.id = "yield", .value = 3.0, .sd = 0.2, .beta = 0.002, .indicator = 3});
  for (int k = 0; k < 4; ++k) {
    const double size = k < 2 ? 0.1 : 0.01;
    bank.model.national.laws[k] = {.autoregression = between(0.0, 0.9),
                                   .innovation_sd = between(0.0, size),
                                   .persistent_sd = between(0.0, size)};
    bank.model.regional.laws[k].persistent_sd = between(0.0, size);
    bank.model.branch_loading[k] = between(0.0, size);
  }
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    ModelSeries& series = bank.model.series[i];
    const bool stock = series.law == Law::kStock;
    bank.model.level.mean[i] += stock ? between(-0.03, 0.02) : between(-0.3, 0.3);
    series.series_effect_sd = between(0.0, stock ? 0.01 : 0.1);
    series.dispersion = stock ? between(0.0, 4.0) : between(1.2, 2.5);
  }
  for (const char* unit : {"bank", "r1", "r1-b1"}) {
    for (const char* id : {"k1", "k2", "s-customers", "s-deposits", "t-income", "t-rate"}) {
      bank.targets.push_back(bank.For(unit, id));
    }
  }
  return bank;
}

}  // namespace jalon::sim
