// A small bank that credits some sales twice.
#ifndef JALON_TESTS_SIM_CREDIT_SMALL_CREDIT_H_
#define JALON_TESTS_SIM_CREDIT_SMALL_CREDIT_H_

#include <utility>
#include <vector>

#include "sim/network/revision.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {

inline constexpr int kBank = 0;
inline constexpr int kNorth = 1;
inline constexpr int kSouth = 4;
inline constexpr int kAccounts = 0;
inline const Period kJanuary = Period::Month(2026, 1);

// Accounts of n1, n2, s1, s2, s3 in January and February: 10 20 30 40 50 and 11 21 31 41 51; 15 of
// the bank's and 5 of north's accounts of January are credited twice.
inline Revision SmallCredit(NetworkSpec spec = SmallSpec()) {
  Network network = *Network::Create(std::move(spec));
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (const int unit : {2, 3, 5, 6, 7}) {
    keys.push_back({kAccounts, unit, 0});
    const double january = 10.0 * static_cast<double>(keys.size());
    values.insert(values.end(), {january, january + 1.0});
  }
  Realisations realisations = *Realisations::Create(network, kJanuary, keys, values);
  Revision revision{std::move(network), std::move(realisations), DriverTable()};
  revision.credit.eliminations = {{"bank", "all", "accounts", kJanuary, -15.0},
                                  {"north", "all", "accounts", kJanuary, -5.0}};
  return revision;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_CREDIT_SMALL_CREDIT_H_
