#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/import_report.h"

namespace jalon::client {
namespace {

struct ImportArguments {
  std::vector<std::string> paths;
  std::string mapping;
  std::string mode;
  std::string label;
  std::string problems;
  std::string request_id;
  bool dry_run = false;
};

v1::ImportMode ModeOf(const std::string& mode) {
  if (mode == "replace") return v1::IMPORT_MODE_REPLACE;
  if (mode == "append") return v1::IMPORT_MODE_APPEND;
  return v1::IMPORT_MODE_UNSPECIFIED;
}

absl::StatusOr<v1::ImportOptions> OptionsOf(Context& context, const ImportArguments& arguments) {
  if (context.options().network.empty()) {
    return absl::InvalidArgumentError("name the network to import into with --network ID");
  }
  v1::ImportOptions options;
  auto network = context.network();
  if (!network.ok()) return network.status();
  options.set_network(*network);
  options.set_display_name(arguments.label);
  options.set_mode(ModeOf(arguments.mode));
  options.set_validate_only(arguments.dry_run);
  options.set_request_id(arguments.request_id.empty() ? NewRequestId() : arguments.request_id);
  if (!arguments.mapping.empty()) {
    auto mapping = ReadFile(arguments.mapping);
    if (!mapping.ok()) return mapping.status();
    options.set_mapping(*std::move(mapping));
  }
  return options;
}

int64_t TotalBytes(const std::vector<UploadFile>& files) {
  int64_t total = 0;
  for (const UploadFile& file : files) total += static_cast<int64_t>(file.bytes.size());
  return total;
}

int RunImport(Context& context, const ImportArguments& arguments) {
  auto options = OptionsOf(context, arguments);
  if (!options.ok()) return ReportError(context, options.status());
  auto files = ReadUploads(arguments.paths);
  if (!files.ok()) return ReportError(context, files.status());
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  context.interrupt().Listen();
  absl::StatusOr<v1::Import> accepted = absl::UnknownError("");
  {
    Progress line = context.progress();
    const double total = std::max<double>(1, static_cast<double>(TotalBytes(*files)));
    accepted = (*client)->CreateImport(
        *options, *files, context.interrupt().canceller(), [&](int64_t sent) {
          line.Update({.ratio = static_cast<double>(sent) / total, .detail = "sending"},
                      absl::Now());
        });
  }
  if (!accepted.ok()) return ReportError(context, accepted.status());
  auto ended = AwaitImport(context, *std::move(accepted));
  if (!ended.ok()) return ReportError(context, ended.status());
  const int code = ReportImport(context, *ended, arguments.problems);
  if (code != kExitOk) return code;
  if (arguments.dry_run) {
    context.Next("the same without --dry-run", "store it");
  } else {
    context.Next(absl::StrCat("jalon fit --network ", ShortId(options->network())),
                 "fit a model to this history");
  }
  return kExitOk;
}

}  // namespace

void AddImport(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("import", "Import a bank's files: a folder of CSV tables, or any CSV with a mapping");
  auto arguments = std::make_shared<ImportArguments>();  // lives as long as the parsed command
  command.Option("paths", arguments->paths, "CSV files, or folders of them",
                 {.required = true, .is_file = true});
  command.Option("--mapping", arguments->mapping, "File that says what the columns are",
                 {.is_file = true});
  command.Option("--mode", arguments->mode, "replace (everything) or append (new periods)",
                 {.one_of = {"replace", "append"}});
  command.Option("--label", arguments->label, "Label of a new network");
  command.Option("--problems", arguments->problems, "Write every problem to this CSV file",
                 {.is_file = true});
  command.Option("--request-id", arguments->request_id,
                 "Repeat of an earlier import with the same id returns its result");
  command.Flag("--dry-run", arguments->dry_run, "Check everything, store nothing");
  command.Examples(
      "Examples:\n"
      "  jalon import bank/ --network demo\n"
      "  jalon import panel.csv --mapping panel.mapping --network berka --problems bad.csv");
  command.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return RunImport(context, *arguments); };
  });
}

}  // namespace jalon::client
