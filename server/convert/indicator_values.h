// What indicators are made of, and why derived ones changed.
#ifndef JALON_SERVER_CONVERT_INDICATOR_VALUES_H_
#define JALON_SERVER_CONVERT_INDICATOR_VALUES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/network_service.pb.h"
#include "server/convert/checks.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/derived_effects.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::server {

// The flows and stocks an indicator's values are made of: itself when it has series.
std::vector<int> PartsOf(const sim::Network& network, int indicator);

// The change of a request: both windows must be inside the history (OUT_OF_RANGE).
std::optional<sim::DerivedChange> ChangeFromProto(const sim::Revision& revision,
                                                  const v1::ReadIndicatorEffectsRequest& request,
                                                  Checks& checks);

// The driver that counts as the reference rate of an indicator in `change`.
std::string ReferenceOf(const sim::Network& network, int indicator,
                        const sim::DerivedChange& change);

// The effects at one node, eliminations included; nothing where something they need is missing.
// Errors: as sim::SplitChange.
absl::StatusOr<std::optional<v1::IndicatorEffect>> EffectAt(const sim::Network& network,
                                                            const sim::CreditedSums& sums,
                                                            const sim::SeriesKey& key,
                                                            const sim::DerivedChange& change);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_INDICATOR_VALUES_H_
