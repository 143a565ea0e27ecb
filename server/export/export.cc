#include "server/export/export.h"

#include "absl/strings/str_cat.h"
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

constexpr ExportedTable kTables[] = {
    {TableKind::kUnits, &WriteUnits, "not_personal = id, parent\n"},
    {TableKind::kSegments, &WriteSegments, "not_personal = id, parent\n"},
    {TableKind::kIndicators, &WriteIndicators, "not_personal = id\n"},
    {TableKind::kRealisations, &WriteRealisations,
     "columns = {period}\nperiod = {period}\nnot_personal = unit, segment, indicator\n"},
    {TableKind::kDriverList, &WriteDriverList, "not_personal = id\n"},
    {TableKind::kDrivers, &WriteDrivers, "not_personal = driver\n"},
    {TableKind::kElasticities, &WriteElasticities, "not_personal = driver, indicator\n"},
    {TableKind::kPerimeter, &WritePerimeter, "not_personal = unit, receiver\n"},
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
    const absl::string_view name = TableKindName(table.kind);
    absl::StrAppend(&text, "\n[", name, "]\nfile = ", name, ".csv\nseparator = ;\nnumbers = en\n",
                    table.keys);
  }
  return text;
}

}  // namespace jalon::server
