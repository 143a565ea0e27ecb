// The small network with stocks, ratios and derived indicators, drivers and two years of history.
#ifndef JALON_TESTS_SIM_NETWORK_KINDS_NETWORK_H_
#define JALON_TESTS_SIM_NETWORK_KINDS_NETWORK_H_

#include <vector>

#include "sim/network/revision.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {

// Canonical order: 0 accounts, 1 deposits (money stock: savings), 2 equipment (customers per
// account), 3 fees (derived: 0.5 accounts), 4 holders (count stock: accounts in), 5 interest
// (derived: margin on mean deposits, and fees), 6 loans, 7 savings.
inline NetworkSpec KindsSpec() {
  NetworkSpec spec = SmallSpec();
  spec.indicators.push_back({.id = "deposits",
                             .measure = Measure::kMoney,
                             .kind = IndicatorKind::kStock,
                             .aggregation = Aggregation::kLast,
                             .inflows = {"savings"}});
  spec.indicators.push_back({.id = "holders",
                             .measure = Measure::kCount,
                             .kind = IndicatorKind::kStock,
                             .aggregation = Aggregation::kLast,
                             .basis = AttainmentBasis::kVariation,
                             .inflows = {"accounts"}});
  spec.indicators.push_back({.id = "equipment",
                             .measure = Measure::kRatio,
                             .kind = IndicatorKind::kRatio,
                             .aggregation = Aggregation::kRatio,
                             .numerator = "accounts",
                             .denominator = "holders"});
  spec.indicators.push_back({.id = "fees",
                             .measure = Measure::kMoney,
                             .kind = IndicatorKind::kDerived,
                             .expression = "0.5 * accounts"});
  spec.indicators.push_back(
      {.id = "interest",
       .measure = Measure::kMoney,
       .kind = IndicatorKind::kDerived,
       .expression = "mean(deposits) * (market_rate - client_rate) / 1200 + fees"});
  return spec;
}

// Two drivers that move every month, and no priors.
inline DriverTable KindsDrivers() {
  const Period first{Frequency::kMonth, 1500};
  Driver market{.id = "market_rate", .first = first};
  Driver client{.id = "client_rate", .first = first};
  for (int t = 0; t < 24; ++t) {
    market.values.push_back(3.0 + 0.125 * t);
    client.values.push_back(1.0 + 0.0625 * (t % 5));
  }
  return {.drivers = {client, market}};
}

// 24 months from index 1500: in each of the five branches deposits that move by savings alone,
// holders that gain the accounts opened and lose one in 50, accounts and loans.
inline Revision KindsRevision(const NetworkSpec& spec = KindsSpec()) {
  Network network = *Network::Create(spec);
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (int k = 0; k < network.indicator_count(); ++k) {
    if (!network.HasSeries(k)) continue;
    const std::string& id = network.indicator(k).id;
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!network.is_leaf(u)) continue;
      keys.push_back({k, u, 0});
      double deposits = 1000.0 * u, holders = 100.0 * u;
      for (int t = 0; t < 24; ++t) {
        const double savings = 10.0 * ((t * 7 + u) % 5) - 12.0;
        const double accounts = (t * 5 + u * 3) % 7;
        deposits += savings;
        holders += accounts - static_cast<int>(holders / 50);
        values.push_back(id == "savings"    ? savings
                         : id == "deposits" ? deposits
                         : id == "accounts" ? accounts
                         : id == "holders"  ? holders
                                            : 5.0 * u);
      }
    }
  }
  Realisations realisations =
      *Realisations::Create(network, {Frequency::kMonth, 1500}, std::move(keys), std::move(values));
  return {std::move(network), std::move(realisations), KindsDrivers()};
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_NETWORK_KINDS_NETWORK_H_
