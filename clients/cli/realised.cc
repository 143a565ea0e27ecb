#include "clients/cli/realised.h"

#include <utility>
#include <vector>

#include "clients/cli/paging.h"
#include "clients/cli/reliability.h"

namespace jalon::client {
namespace {

constexpr int kAllLevels = 8;

RealisedValues ValuesOf(const v1::RealisationRows& rows,
                        const std::map<std::string, v1::Indicator>& indicators) {
  RealisedValues values;
  const std::vector<RowKey> keys = KeysOf(rows.keys());
  for (size_t r = 0; r < keys.size(); ++r) {
    const auto indicator = indicators.find(keys[r].indicator);
    if (indicator == indicators.end()) continue;
    std::vector<std::optional<double>> periods;
    for (int p = 0; p < rows.period_count(); ++p) {
      periods.push_back(RealisationAt(rows, static_cast<int64_t>(r) * rows.period_count() + p));
    }
    values[{keys[r].unit, keys[r].segment, keys[r].indicator}] =
        WindowValue(indicator->second, periods);
  }
  return values;
}

bool IsRatio(const v1::Indicator& indicator) {
  return indicator.time_aggregation() == v1::Indicator::TIME_AGGREGATION_RATIO;
}

std::optional<double> Quotient(const std::optional<double>& above,
                               const std::optional<double>& below) {
  if (!above.has_value() || !below.has_value() || *below == 0) return std::nullopt;
  return *above / *below;
}

// Gives ratios their value over the window: the numerator's over the denominator's.
void CombineRatios(const std::map<std::string, v1::Indicator>& indicators, RealisedValues& values) {
  for (auto& [key, value] : values) {
    const auto& [unit, segment, id] = key;
    const v1::Indicator& indicator = indicators.at(id);
    if (!IsRatio(indicator)) continue;
    const auto part = [&, &unit = unit, &segment = segment](const std::string& name) {
      const auto found = values.find({unit, segment, name});
      return found == values.end() ? std::nullopt : found->second;
    };
    value = Quotient(part(indicator.numerator()), part(indicator.denominator()));
  }
}

}  // namespace

absl::StatusOr<std::map<std::string, v1::Indicator>> ReadIndicators(Client& client,
                                                                    const std::string& revision) {
  v1::ListIndicatorsRequest request;
  request.set_parent(revision);
  std::map<std::string, v1::Indicator> indicators;
  const absl::Status status = ForEachPage(client, &Client::ListIndicators, request,
                                          [&](const v1::ListIndicatorsResponse& page) {
                                            for (const auto& indicator : page.indicators())
                                              indicators[indicator.id()] = indicator;
                                          });
  if (!status.ok()) return status;
  return indicators;
}

absl::StatusOr<std::map<std::string, v1::Unit>> ReadUnits(Client& client,
                                                          const std::string& revision) {
  v1::ListUnitsRequest request;
  request.set_parent(revision);
  std::map<std::string, v1::Unit> units;
  const absl::Status status =
      ForEachPage(client, &Client::ListUnits, request, [&](const v1::ListUnitsResponse& page) {
        for (const auto& unit : page.units()) units[unit.id()] = unit;
      });
  if (!status.ok()) return status;
  return units;
}

absl::StatusOr<RealisedValues> ReadRealisedValues(Client& client, const RealisedRequest& request) {
  v1::ReadRealisationsRequest read;
  read.set_revision(request.revision);
  read.set_window(request.window);
  read.set_depth(kAllLevels);
  for (const std::string& segment : request.segments) read.add_segments(segment);
  for (const auto& [id, indicator] : request.indicators) read.add_indicators(id);
  RealisedValues values;
  const absl::Status status = ForEachPage(client, &Client::ReadRealisations, read,
                                          [&](const v1::ReadRealisationsResponse& page) {
                                            values.merge(ValuesOf(page.rows(), request.indicators));
                                          });
  if (!status.ok()) return status;
  CombineRatios(request.indicators, values);
  return values;
}

std::optional<double> RealisationAt(const v1::RealisationRows& rows, int64_t i) {
  if (BitAt(rows.missing_bitmap(), i) || i >= rows.values_size()) return std::nullopt;
  return rows.values(static_cast<int>(i));
}

}  // namespace jalon::client
