// The realised values that a run's rows are judged by.
#ifndef JALON_CLIENTS_CLI_REALISED_H_
#define JALON_CLIENTS_CLI_REALISED_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "clients/cli/results.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// Of a window: its value per (unit, segment, indicator), absent when one of its periods is unknown.
using RealisedValues =
    std::map<std::tuple<std::string, std::string, std::string>, std::optional<double>>;

// Indicators of a revision by id.
absl::StatusOr<std::map<std::string, v1::Indicator>> ReadIndicators(Client& client,
                                                                    const std::string& revision);

// Units of a revision by id.
absl::StatusOr<std::map<std::string, v1::Unit>> ReadUnits(Client& client,
                                                          const std::string& revision);

// What to read: every unit in one window.
struct RealisedRequest {
  std::string revision;
  std::string window;
  std::set<std::string> segments;
  // By id; values are added up as each indicator says. A ratio needs its numerator and denominator
  // here too: its window is theirs, one over the other.
  std::map<std::string, v1::Indicator> indicators;
};

// Cost: one value per unit, segment, indicator and period of the window, read page by page.
absl::StatusOr<RealisedValues> ReadRealisedValues(Client& client, const RealisedRequest& request);

// Value `i` of `rows`, absent where its bit says missing.
std::optional<double> RealisationAt(const v1::RealisationRows& rows, int64_t i);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_REALISED_H_
