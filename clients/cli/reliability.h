// What became of promises: how often objectives were attained against the probability given.
#ifndef JALON_CLIENTS_CLI_RELIABILITY_H_
#define JALON_CLIENTS_CLI_RELIABILITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/client.h"

namespace jalon::client {

// One objective whose window is over.
struct KeptPromise {
  // Probability given beforehand, in [0, 1].
  double probability = 0;
  bool attained = false;
  // What shares its surprises: the region and the window. Bands are judged by distinct groups.
  std::string group;
};

// The promises of one band of probability.
struct ReliabilityBand {
  // [low, high); the last band includes 1.
  double low = 0;
  double high = 1;
  int64_t count = 0;
  // Distinct groups.
  int64_t group_count = 0;
  // Mean probability given, and share attained.
  double promised = 0;
  double realised = 0;
  // Mean of (probability - attained)^2: 0 is clairvoyance, 0.25 what saying 50 % always gets.
  double brier = 0;
};

// The ten bands of 10 points that hold a promise, in order, then one over all of them; empty
// without promises.
std::vector<ReliabilityBand> Reliability(const std::vector<KeptPromise>& promises);

// Fewer groups than this describe a band and do not verify it: within a group, objectives are
// attained or missed together.
inline constexpr int64_t kGroupsToVerify = 20;

// The realised value of a window from its periods, oldest first; absent when one that is needed
// is, and for ratios, whose windows are made of those of their parts.
std::optional<double> WindowValue(const v1::Indicator& indicator,
                                  const std::vector<std::optional<double>>& periods);

// Whether `realised` attains `objective`, by the indicator's direction.
bool Attains(const v1::Indicator& indicator, double realised, double objective);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_RELIABILITY_H_
