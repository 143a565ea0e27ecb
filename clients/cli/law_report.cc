#include "clients/cli/law_report.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace jalon::client {
namespace {

constexpr double kPointsOfShare = 100.0;

// `CELLS_AMOUNTS_WITH_ZEROS` without its prefix, as words.
std::string Words(const std::string& name, size_t prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(name.substr(prefix)), {{"_", " "}});
}

// What tells classes of one law apart.
std::string DetailOf(const v1::LawCheck& check) {
  if (check.cells() != v1::LawCheck::CELLS_UNSPECIFIED) {
    return Words(v1::LawCheck::Cells_Name(check.cells()), 6);
  }
  if (check.skewness_to() == 0.0) return "";
  return absl::StrCat("skewness ", check.skewness_from(), " to ", check.skewness_to());
}

std::string RangeOf(const v1::LawBias& bias) {
  return absl::StrFormat("%.2f to %.2f", bias.probability_from(), bias.probability_to());
}

}  // namespace

std::vector<Column> LawCheckColumns() {
  return {{"law", "Law", "Loi"},
          {"of", "Of", "De"},
          {"rows", "Rows", "Lignes", CellFormat::kCount},
          {"p", "P between", "P entre"},
          {"thresholds", "Thresholds", "Seuils", CellFormat::kCount},
          {"bias_points", "Bias, points", "Biais, points", CellFormat::kNumber},
          {"error_points", "+- error", "+- erreur", CellFormat::kNumber},
          {"done", "Done", "Suite"}};
}

void WriteLawChecks(const v1::Run& run, TableWriter& table) {
  for (const v1::LawCheck& check : run.law_checks()) {
    for (const v1::LawBias& bias : check.biases()) {
      if (bias.threshold_count() == 0) continue;
      table.Row({Words(v1::Law_Name(check.law()), 4), DetailOf(check), check.row_count(),
                 RangeOf(bias), bias.threshold_count(), kPointsOfShare * bias.bias(),
                 kPointsOfShare * bias.standard_error(), check.sampled() ? "sampled" : "kept"});
    }
  }
}

void WriteLawChecksBeside(Context& context, const v1::Run& run) {
  if (run.law_checks().empty()) return;
  context.beside() << "\nlaws against " << run.law_check_paths()
                   << " whole paths: P to reach or exceed a threshold, law less paths\n";
  TableWriter table(context.beside(), LawCheckColumns(),
                    {.format = OutputFormat::kTable, .locale = context.options().output.locale});
  WriteLawChecks(run, table);
  table.Finish();
}

}  // namespace jalon::client
