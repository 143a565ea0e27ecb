#include "clients/cli/import_report.h"

#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/paging.h"

namespace jalon::client {
namespace {

constexpr int64_t kShown = 20;
constexpr absl::Duration kPollEvery = absl::Milliseconds(100);

const char* StateText(v1::Import::State state) {
  switch (state) {
    case v1::Import::STATE_SUCCEEDED:
      return "succeeded";
    case v1::Import::STATE_VALIDATED:
      return "valid (nothing stored: --dry-run)";
    case v1::Import::STATE_REJECTED:
      return "rejected: nothing stored";
    case v1::Import::STATE_CANCELLED:
      return "cancelled: nothing stored";
    case v1::Import::STATE_FAILED:
      return "failed: nothing stored";
    default:
      return "running";
  }
}

// What changes of the perimeter did, or would do.
void WritePerimeter(TableWriter& table, const v1::PerimeterSummary& summary) {
  table.Row(
      {"perimeter", absl::StrCat("as of ", summary.target_date(), ": ", summary.applied_count(),
                                 " of ", summary.change_count(), " changes")});
  table.Row({"restated series", summary.restated_series_count()});
  table.Row({"restated cells", summary.restated_cell_count()});
  table.Row({"network totals", absl::StrFormat("kept, to %.3g of a rounding step",
                                               summary.largest_total_difference())});
}

void WriteFacts(Context& context, const v1::Import& import) {
  TableWriter table = context.table({{"what", "Import", "Import"}, {"value", "", ""}});
  table.Row({"name", import.name()});
  table.Row({"state", StateText(import.state())});
  for (const auto& file : import.files()) {
    table.Row({file.file(), absl::StrCat("table ", file.table(), ", ", file.row_count(),
                                         " rows, read as ", file.dialect())});
  }
  table.Row({"rows", import.row_count()});
  table.Row({"values", import.value_count()});
  if (import.mode() == v1::IMPORT_MODE_APPEND) table.Row({"restated", import.restated_count()});
  if (import.has_perimeter()) WritePerimeter(table, import.perimeter());
  if (!import.revision().empty()) table.Row({"revision", import.revision()});
  if (!import.objective_set().empty()) table.Row({"objective set", import.objective_set()});
  if (!import.scenario().empty()) table.Row({"scenario", import.scenario()});
  table.Row({"problems", import.violation_count()});
  table.Finish();
  for (const std::string& notice : import.notices()) context.beside() << "note: " << notice << "\n";
  for (const auto& cell : import.restated()) {
    context.beside() << absl::StrFormat("restated: %s %s %s %s: %g -> %g\n", cell.indicator(),
                                        cell.unit(), cell.segment(), cell.period(),
                                        cell.old_value(), cell.new_value());
  }
}

// Reads the problems, shows the first ones, and writes all to `path` as CSV.
absl::Status WriteProblems(Context& context, const v1::Import& import, const std::string& path) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  std::ostringstream all;
  TableWriter csv(all,
                  {{"file", "", ""},
                   {"line", "", ""},
                   {"column", "", ""},
                   {"field", "", ""},
                   {"value", "", ""},
                   {"rule", "", ""},
                   {"reason", "", ""},
                   {"message", "", ""}},
                  {OutputFormat::kCsv, context.options().output.locale});
  v1::ListImportViolationsRequest request;
  request.set_parent(import.name());
  request.set_page_size(path.empty() ? kShown : 500);
  int64_t shown = 0;
  for (;;) {
    auto page = (*client)->ListImportViolations(request);
    if (!page.ok()) return page.status();
    for (const auto& violation : page->violations()) {
      if (++shown <= kShown) context.err() << "  " << ViolationLine(violation) << "\n";
      csv.Row({violation.file(), violation.line(), violation.column(), violation.field(),
               violation.value(), violation.rule(), violation.reason(), violation.message()});
    }
    request.set_page_token(page->next_page_token());
    if (path.empty() || page->next_page_token().empty()) break;
  }
  csv.Finish();
  if (path.empty()) return absl::OkStatus();
  context.err() << "all problems are in " << path << "\n";
  return WriteFile(path, all.str());
}

}  // namespace

absl::StatusOr<v1::Import> AwaitImport(Context& context, v1::Import import) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  Progress line = context.progress();
  while (import.state() == v1::Import::STATE_RUNNING) {
    if (context.interrupt().raised()) {
      return absl::CancelledError("the server goes on reading the files; see `jalon network list`");
    }
    line.Update({.detail = "reading"}, absl::Now());
    absl::SleepFor(kPollEvery);
    v1::GetImportRequest request;
    request.set_name(import.name());
    auto polled = (*client)->GetImport(request);
    if (!polled.ok()) return polled.status();
    import = *std::move(polled);
  }
  return import;
}

int ReportImport(Context& context, const v1::Import& import, const std::string& problems_path) {
  WriteFacts(context, import);
  if (import.violation_count() > 0) {
    const absl::Status written = WriteProblems(context, import, problems_path);
    if (!written.ok()) return ReportError(context, written);
    if (import.violation_count() > kShown && problems_path.empty()) {
      context.err() << "  ... " << import.violation_count() - kShown
                    << " more; write them all with --problems FILE\n";
    }
  }
  switch (import.state()) {
    case v1::Import::STATE_SUCCEEDED:
    case v1::Import::STATE_VALIDATED:
      return kExitOk;
    case v1::Import::STATE_REJECTED:
      return ExitCodeOf(absl::InvalidArgumentError(""));
    case v1::Import::STATE_CANCELLED:
      return ExitCodeOf(absl::CancelledError());
    default:
      context.err() << "error: " << import.error() << "\n";
      return ExitCodeOf(absl::InternalError(""));
  }
}

}  // namespace jalon::client
