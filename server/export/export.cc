#include "server/export/export.h"

#include "absl/strings/str_cat.h"
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

constexpr ExportedTable kTables[] = {
    {"units", &WriteUnits, "not_personal = id, parent\n"},
    {"attributes", &WriteAttributes, "not_personal = name\n"},
    {"segments", &WriteSegments, "not_personal = id, parent\n"},
    {"indicators", &WriteIndicators, "not_personal = id\n"},
    {"realisations", &WriteRealisations,
     "columns = {period}\nperiod = {period}\nnot_personal = unit, segment, indicator\n"},
    {"driver_list", &WriteDriverList, "not_personal = id\n"},
    {"drivers", &WriteDrivers, "not_personal = driver\n"},
    {"elasticities", &WriteElasticities, "not_personal = driver, indicator\n"},
    {"perimeter", &WritePerimeter, "not_personal = unit, receiver\n"},
    {"calendars", &WriteCalendars, "not_personal = unit\n"},
    {"opening_dates", &WriteOpeningDates, "not_personal = unit\n"},
    {"opening_days", &WriteOpeningDays, "not_personal = unit\n"},
    {"phasing", &WritePhasing, "not_personal = unit\n"},
    {"channels", &WriteChannels, "not_personal = id\n"},
    {"channel_shares", &WriteChannelShares, "not_personal = unit, channel\n"},
    {"eliminations", &WriteEliminations, "not_personal = unit\n"},
    {"parent_totals", &WriteParentTotals, "not_personal = unit\n"},
    {"means", &WriteMeans, "not_personal = unit, mean\n"},
    {"mean_effects", &WriteMeanEffects, "not_personal = mean, indicator\n"},
    {"weights", &WriteWeights, "not_personal = unit\n"},
    {"quality", &WriteQuality, "not_personal = unit\n"},
    {"ladder", &WriteLadder, ""},
};

// Quotes keep blanks at the ends.
std::string KeyLine(absl::string_view key, absl::string_view value) {
  return value.empty() ? "" : absl::StrCat(key, " = \"", value, "\"\n");
}

}  // namespace

std::span<const ExportedTable> ExportedTables() { return kTables; }

std::string ExportedManifest(const sim::Revision& revision, std::span<const ExportedTable> tables) {
  const sim::NetworkSpec& spec = revision.network.spec();
  std::string text = "[network]\n";
  absl::StrAppend(
      &text, KeyLine("id", spec.id), KeyLine("label", spec.label),
      KeyLine("currency", spec.currency),
      KeyLine("frequency", spec.frequency == sim::Frequency::kMonth ? "month" : "quarter"),
      KeyLine("perimeter_date", PeriodText(revision.perimeter.date)));
  for (const ExportedTable& table : tables) {
    absl::StrAppend(&text, "\n[", table.name, "]\nfile = ", table.name,
                    ".csv\nseparator = ;\nnumbers = en\n", table.keys);
  }
  return text;
}

}  // namespace jalon::server
