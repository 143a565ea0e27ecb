#include "clients/cli/reliability_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/latest.h"
#include "clients/cli/provenance.h"
#include "clients/cli/realised.h"
#include "clients/cli/reliability.h"
#include "clients/cli/results.h"

namespace jalon::client {
namespace {

// A row of the run with an objective.
struct Promise {
  RowKey key;
  double objective = 0;
  double probability = 0;
};

// Level by depth, then indicator (empty: all).
using TableKey = std::pair<int, std::string>;

struct LevelPromises {
  std::string level;
  std::vector<KeptPromise> kept;
  int64_t unknown = 0;
};

absl::StatusOr<std::vector<Promise>> ReadPromises(Client& client, const std::string& run,
                                                  v1::View view) {
  view.clear_statistics();
  view.add_statistics()->set_statistic(v1::STATISTIC_OBJECTIVE);
  view.add_statistics()->set_statistic(v1::STATISTIC_ATTAINMENT_PROBABILITY);
  std::vector<Promise> promises;
  const absl::Status status = ForEachRow(client, run, view, [&](const ResultRow& row) {
    if (row.values.size() != 2 || !row.values[0].has_value() || !row.values[1].has_value()) return;
    promises.push_back({row.key, *row.values[0], *row.values[1]});
  });
  if (!status.ok()) return status;
  return promises;
}

// The unit just below the root that holds `id`, or the root when branches hang on it: what shares a
// regional surprise.
std::string RegionOf(const std::map<std::string, v1::Unit>& units, const std::string& id) {
  std::string at = id;
  // At most as many steps as a tree has levels.
  for (int step = 0; step < 8; ++step) {
    const auto unit = units.find(at);
    if (unit == units.end() || unit->second.depth() == 0) break;
    if (unit->second.depth() == 1 && unit->second.subtree_size() > 1) break;
    at = unit->second.parent();
  }
  return at;
}

// Everything of the newest revision that judging needs.
struct Realised {
  std::map<std::string, v1::Unit> units;
  std::map<std::string, v1::Indicator> indicators;
  std::map<std::string, RealisedValues> by_window;
};

absl::StatusOr<Realised> ReadRealised(Client& client, const std::string& revision,
                                      const std::vector<Promise>& promises) {
  Realised realised;
  auto units = ReadUnits(client, revision);
  if (!units.ok()) return units.status();
  realised.units = *std::move(units);
  auto indicators = ReadIndicators(client, revision);
  if (!indicators.ok()) return indicators.status();
  realised.indicators = *std::move(indicators);
  std::map<std::string, RealisedRequest> requests;
  for (const Promise& promise : promises) {
    const auto indicator = realised.indicators.find(promise.key.indicator);
    if (indicator == realised.indicators.end()) continue;
    RealisedRequest& request = requests[promise.key.window];
    request.revision = revision;
    request.window = promise.key.window;
    request.segments.insert(promise.key.segment);
    request.indicators.insert(*indicator);
    for (const std::string& part :
         {indicator->second.numerator(), indicator->second.denominator()}) {
      const auto found = realised.indicators.find(part);
      if (found != realised.indicators.end()) request.indicators.insert(*found);
    }
  }
  for (const auto& [window, request] : requests) {
    auto values = ReadRealisedValues(client, request);
    if (!values.ok()) return values.status();
    realised.by_window[window] = *std::move(values);
  }
  return realised;
}

std::optional<double> ValueOf(const Realised& realised, const RowKey& key) {
  const auto window = realised.by_window.find(key.window);
  if (window == realised.by_window.end()) return std::nullopt;
  const auto value = window->second.find({key.unit, key.segment, key.indicator});
  return value == window->second.end() ? std::nullopt : value->second;
}

std::map<TableKey, LevelPromises> Judge(const std::vector<Promise>& promises,
                                        const Realised& realised, bool by_indicator) {
  std::map<TableKey, LevelPromises> levels;
  for (const Promise& promise : promises) {
    const auto unit = realised.units.find(promise.key.unit);
    if (unit == realised.units.end()) continue;
    LevelPromises& level =
        levels[{unit->second.depth(), by_indicator ? promise.key.indicator : ""}];
    level.level = unit->second.level();
    const std::optional<double> value = ValueOf(realised, promise.key);
    const auto indicator = realised.indicators.find(promise.key.indicator);
    if (!value.has_value() || indicator == realised.indicators.end()) {
      ++level.unknown;
      continue;
    }
    level.kept.push_back({.probability = promise.probability,
                          .attained = Attains(indicator->second, *value, promise.objective),
                          .group = absl::StrCat(RegionOf(realised.units, promise.key.unit), " ",
                                                promise.key.window)});
  }
  return levels;
}

std::string BandText(const ReliabilityBand& band) {
  if (band.high - band.low > 0.5) return "all";
  return absl::StrCat(static_cast<int>(band.low * 100 + 0.5), "-",
                      static_cast<int>(band.high * 100 + 0.5), " %");
}

}  // namespace

absl::Status WriteReliability(Context& context, const std::string& run,
                              const ReliabilityReportOptions& options) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto revision = LatestRevision(context);
  if (!revision.ok()) return revision.status();
  const absl::Status known = AddHypothesesOf(context, run);
  if (!known.ok()) return known;
  auto promises = ReadPromises(**client, run, options.view);
  if (!promises.ok()) return promises.status();
  auto realised = ReadRealised(**client, *revision, *promises);
  if (!realised.ok()) return realised.status();
  TableWriter table = context.table({{"level", "Level", "Niveau"},
                                     {"indicator", "Indicator", "Indicateur"},
                                     {"band", "Band", "Tranche"},
                                     {"promised", "Promised", "Promis", CellFormat::kProbability},
                                     {"realised", "Realised", "Réalisé", CellFormat::kProbability},
                                     {"objectives", "n", "n", CellFormat::kCount},
                                     {"groups", "Groups", "Groupes", CellFormat::kCount},
                                     {"brier", "Brier", "Brier", CellFormat::kNumber}});
  int64_t unknown = 0;
  int64_t most_groups = 0;
  for (const auto& [key, level] : Judge(*promises, *realised, options.by_indicator)) {
    unknown += level.unknown;
    for (const ReliabilityBand& band : Reliability(level.kept)) {
      most_groups = std::max(most_groups, band.group_count);
      table.Row({level.level, key.second.empty() ? "all" : key.second, BandText(band),
                 band.promised, band.realised, band.count, band.group_count, band.brier});
    }
  }
  if (table.row_count() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("no objective of ", run, " has a window that is wholly realised"));
  }
  table.Finish();
  if (unknown > 0) {
    context.beside() << unknown << " objectives left out: their window is not wholly realised\n";
  }
  if (most_groups < kGroupsToVerify) {
    context.beside() << "Groups are regions and windows: what surprises one objective of a group "
                        "surprises the others. Fewer than "
                     << kGroupsToVerify << " describe, they do not verify.\n";
  }
  return absl::OkStatus();
}

}  // namespace jalon::client
