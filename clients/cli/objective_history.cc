#include "clients/cli/objective_history.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

Cell Optional(bool has, double value) {
  return OptionalCell(has ? std::optional<double>(value) : std::nullopt);
}

std::vector<Column> Columns() {
  const auto statistic = [](const char* key, const char* english, const char* french,
                            CellFormat format) {
    return Column{key, english, french, format};
  };
  return {
      statistic("indicator", "Indicator", "Indicateur", CellFormat::kText),
      statistic("window", "Year", "Année", CellFormat::kText),
      statistic("objectives", "Objectives", "Objectifs", CellFormat::kCount),
      statistic("left_out", "Left out", "Écartés", CellFormat::kCount),
      statistic("changed", "Changed", "Modifiés", CellFormat::kCount),
      statistic("attained", "Attained", "Atteints", CellFormat::kProbability),
      statistic("attained_low", "from", "de", CellFormat::kProbability),
      statistic("attained_high", "to", "à", CellFormat::kProbability),
      statistic("median_ro", "Median R/O", "R/O médian", CellFormat::kRatio),
      statistic("ro_persistence", "R/O stays", "R/O persiste", CellFormat::kNumber),
      statistic("ro_persistence_p", "p", "p", CellFormat::kNumber),
      statistic("growth_persistence", "Growth stays", "Croissance persiste", CellFormat::kNumber),
      statistic("growth_persistence_p", "p", "p", CellFormat::kNumber),
      statistic("excess_observed", "At 100-102 %", "À 100-102 %", CellFormat::kCount),
      statistic("excess_expected", "expected", "attendus", CellFormat::kNumber),
      statistic("excess_z", "z", "z", CellFormat::kNumber),
      statistic("excess_p", "p", "p", CellFormat::kNumber),
      statistic("ratchet", "Ratchet", "Cliquet", CellFormat::kNumber),
      statistic("ratchet_low", "from", "de", CellFormat::kNumber),
      statistic("ratchet_high", "to", "à", CellFormat::kNumber),
      statistic("ratchet_p", "p", "p", CellFormat::kNumber)};
}

std::vector<Cell> CellsOf(const v1::ObjectiveHistoryRow& row, bool french) {
  const v1::HistoryStatistic& share = row.attained_share();
  const v1::ExcessMass& mass = row.excess_mass();
  const v1::HistoryStatistic& ratchet = row.ratchet();
  const std::string all = french ? "(tous)" : "(all)";
  return {row.indicator().empty() ? all : row.indicator(),
          row.window().empty() ? all : row.window(),
          row.objective_count(),
          row.left_out_count(),
          row.changed_count(),
          Optional(row.has_attained_share(), share.value()),
          Optional(row.has_attained_share(), share.low()),
          Optional(row.has_attained_share(), share.high()),
          Optional(row.median_ro() != 0, row.median_ro()),
          Optional(row.has_ro_persistence(), row.ro_persistence().value()),
          Optional(row.has_ro_persistence(), row.ro_persistence().p_value()),
          Optional(row.has_growth_persistence(), row.growth_persistence().value()),
          Optional(row.has_growth_persistence(), row.growth_persistence().p_value()),
          row.has_excess_mass() ? Cell(mass.observed_count()) : Cell(),
          Optional(row.has_excess_mass(), mass.expected_count()),
          Optional(row.has_excess_mass(), mass.z()),
          Optional(row.has_excess_mass(), mass.p_value()),
          Optional(row.has_ratchet(), ratchet.value()),
          Optional(row.has_ratchet(), ratchet.low()),
          Optional(row.has_ratchet(), ratchet.high()),
          Optional(row.has_ratchet(), ratchet.p_value())};
}

void WriteSets(Context& context, const v1::AnalyzeObjectiveHistoryResponse& response) {
  for (const v1::ObjectiveSet& set : response.objective_sets()) {
    context.beside() << "set " << ShortId(set.name()) << ": " << set.objective_count()
                     << " objectives for " << (set.fiscal_year().empty() ? "?" : set.fiscal_year())
                     << ", published "
                     << (set.publication_date().empty() ? "?" : set.publication_date())
                     << ", perimeter " << (set.perimeter().empty() ? "?" : set.perimeter()) << "\n";
  }
  for (const std::string& notice : response.notices()) {
    context.beside() << "note: " << notice << "\n";
  }
}

}  // namespace

int ReportObjectiveHistory(Context& context, const ObjectiveHistoryOptions& options) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  v1::AnalyzeObjectiveHistoryRequest request;
  request.set_parent(*parent);
  for (const std::string& id : options.sets) {
    auto name = context.FullName("objectiveSets", id);
    if (!name.ok()) return ReportError(context, name.status());
    request.add_objective_sets(*name);
  }
  request.mutable_levels()->Assign(options.levels.begin(), options.levels.end());
  request.mutable_indicators()->Assign(options.indicators.begin(), options.indicators.end());
  request.set_as_published(options.as_published);
  auto response = (*client)->AnalyzeObjectiveHistory(request);
  if (!response.ok()) return ReportError(context, response.status());
  TableWriter table = context.table(Columns());
  for (const v1::ObjectiveHistoryRow& row : response->rows()) {
    table.Row(CellsOf(row, context.french()));
  }
  table.Finish();
  WriteSets(context, *response);
  context.Next("jalon objectives history -o csv", "the same with all digits");
  return kExitOk;
}

}  // namespace jalon::client
