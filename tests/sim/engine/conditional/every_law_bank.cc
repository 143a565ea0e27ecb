#include "tests/sim/engine/conditional/every_law_bank.h"

namespace jalon::sim {

TinyBank MakeEveryLawBank() {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = 2,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow},
       .others = {RatioOf("ratio", "k2", "k1"), StockOf("stock", Measure::kMoney, {"k2"})}});
  for (int k = 0; k < 3; ++k) {
    bank.model.national.laws[k] = {
        .autoregression = 0.7, .innovation_sd = 0.02, .persistent_sd = 0.05};
    bank.model.regional.laws[k] = {.persistent_sd = 0.04};
    bank.model.branch_loading[k] = 0.05;
  }
  bank.model.level.rank = 1;
  bank.model.level.shared_factor.assign(bank.model.series.size(), 0.03);
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    ModelSeries& series = bank.model.series[i];
    series.series_effect_sd = 0.05;
    if (series.law != Law::kStock) continue;
    // A rate of growth by month.
    bank.model.level.shared_factor[i] = 0.003;
    series.series_effect_sd = 0.005;
    series.dispersion = 3.0;
  }
  AddDriver(bank, {.id = "rate", .sd = 0.1, .beta = -0.05, .beta_sd = 0.05});
  bank.scenario.events.push_back(FixedEvent("event", -0.1));
  bank.scenario.events[0].effect = {
      .kind = EffectLaw::Kind::kTriangular, .low = -0.2, .mode = -0.1, .high = 0.0};
  for (const char* id : {"k1", "k2", "k3", "ratio", "stock"}) {
    for (const char* unit : {"r1-b1", "bank"}) bank.targets.push_back(bank.For(unit, id));
  }
  return bank;
}

}  // namespace jalon::sim
