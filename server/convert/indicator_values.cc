#include "server/convert/indicator_values.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

// Periods outside the history would read as missing everywhere: they are refused.
void CheckInside(const char* field, const sim::Window& window, const sim::Window& history,
                 Checks& checks) {
  if (history.contains(window.first) && history.contains(window.last)) return;
  checks.Add(field, window.ToString(),
             absl::StrCat("must be inside the history, ", history.ToString()), "OUT_OF_RANGE");
}

void AddParts(const sim::Network& network, int k, std::vector<int>& parts) {
  if (network.HasSeries(k)) {
    parts.push_back(k);
    return;
  }
  for (const sim::DerivedTerm& term : network.expression(k).terms) parts.push_back(term.indicator);
  for (const int part : {network.numerator_index(k), network.denominator_index(k)}) {
    if (part >= 0) AddParts(network, part, parts);
  }
}

}  // namespace

std::vector<int> PartsOf(const sim::Network& network, int indicator) {
  std::vector<int> parts;
  AddParts(network, indicator, parts);
  return parts;
}

std::optional<sim::DerivedChange> ChangeFromProto(const sim::Revision& revision,
                                                  const v1::ReadIndicatorEffectsRequest& request,
                                                  Checks& checks) {
  const sim::Frequency frequency = revision.network.frequency();
  const auto window = checks.Window("window", request.window(), frequency);
  const auto against = checks.Window("against", request.against(), frequency);
  const sim::Window history = revision.realisations.window();
  if (window) CheckInside("window", *window, history, checks);
  if (against) CheckInside("against", *against, history, checks);
  if (!window || !against) return std::nullopt;
  return sim::DerivedChange{*window, *against, request.reference_driver()};
}

std::string ReferenceOf(const sim::Network& network, int indicator,
                        const sim::DerivedChange& change) {
  return change.reference_driver.empty() ? network.expression(indicator).reference_driver
                                         : change.reference_driver;
}

absl::StatusOr<std::optional<v1::IndicatorEffect>> EffectAt(const sim::Network& network,
                                                            const sim::CreditedSums& sums,
                                                            const sim::SeriesKey& key,
                                                            const sim::DerivedChange& change) {
  JALON_ASSIGN_OR_RETURN(const sim::DerivedEffects effects, sums.Effects(key, change));
  if (std::isnan(effects.value)) return std::nullopt;
  v1::IndicatorEffect row;
  row.set_unit(network.unit(key.unit).id);
  row.set_value(effects.value);
  row.set_against_value(effects.against_value);
  row.set_volume_effect(effects.volume);
  row.set_reference_rate_effect(effects.reference_rate);
  row.set_margin_effect(effects.margin);
  return row;
}

}  // namespace jalon::server
