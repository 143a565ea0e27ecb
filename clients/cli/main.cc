// `jalon`: the command line of a Jalon server.
//
//   jalon status
//   jalon import bank/ --network demo && jalon fit && jalon simulate
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/context.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/output.h"
#include "clients/cli/usage_error.h"

namespace jalon::client {
namespace {

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--server", options.server, "Server, HOST:PORT")->envname("JALON_SERVER");
  app.add_option("--network", options.network, "Network; default: the only one of the server")
      ->envname("JALON_NETWORK");
  const std::map<std::string, OutputFormat> formats = {{"table", OutputFormat::kTable},
                                                       {"json", OutputFormat::kJson},
                                                       {"ndjson", OutputFormat::kNdjson},
                                                       {"csv", OutputFormat::kCsv},
                                                       {"xlsx", OutputFormat::kXlsx}};
  app.add_option("-o,--output", options.output.format, "How the answer is written; default table")
      ->type_name("{table,json,ndjson,csv,xlsx}")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""));
  app.add_option("--output-file", options.output_file, "Write the answer to this file")
      ->type_name("FILE");
  const std::map<std::string, Locale> locales = {{"en", Locale::kEnglish}, {"fr", Locale::kFrench}};
  app.add_option("--locale", options.output.locale, "Labels, numbers, CSV dialect; default en")
      ->type_name("{en,fr}")
      ->envname("JALON_LOCALE")
      ->transform(CLI::CheckedTransformer(locales, CLI::ignore_case).description(""));
  app.add_option("--timeout", options.timeout_seconds, "Seconds a call may take; default 30")
      ->check(CLI::Range(0.001, 3600.0));
  app.add_flag("--no-progress", options.no_progress, "No progress line");
  app.add_flag("--no-color", options.no_color, "No colour and no cursor movement");
}

void AddCommands(const Command& app, Invocation& invocation) {
  AddStatus(app, invocation);
  AddDoctor(app, invocation);
  AddImport(app, invocation);
  AddNetwork(app, invocation);
  AddIndicators(app, invocation);
  AddSeries(app, invocation);
  AddFit(app, invocation);
  AddModel(app, invocation);
  AddScenario(app, invocation);
  AddObjectives(app, invocation);
  AddSimulate(app, invocation);
  AddRuns(app, invocation);
  AddForecast(app, invocation);
  AddCompletion(app, invocation);
}

// `runs list`: the words of the command that was chosen.
std::string WordsOf(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  const std::string below = chosen.empty() ? "" : WordsOf(*chosen.front());
  if (app.get_parent() == nullptr) return below;
  return absl::StrCat(app.get_name(), below.empty() ? "" : " ", below);
}

// A terminal that moves its cursor: not a pipe, not TERM=dumb, not refused (no-color.org).
bool IsLiveTerminal(int fd) {
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return isatty(fd) != 0 && !refused && (term == nullptr || std::string(term) != "dumb");
}

int Main(int argc, char** argv) {
  Interrupt interrupt;
  Context context({std::cout, std::cerr, IsLiveTerminal(STDERR_FILENO), isatty(STDOUT_FILENO) != 0},
                  interrupt);
  CLI::App app("Jalon: how likely are a bank network's objectives?", "jalon");
  app.set_version_flag("--version", std::string("jalon ") + JALON_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Examples:\n"
      "  jalon status\n"
      "  jalon import bank/ --network demo\n"
      "  jalon simulate --objectives plan-2027 -o csv > chances.csv\n"
      "  jalon network units -o xlsx --output-file units.xlsx\n"
      "Exit codes: 0 done, 2 usage, 3 not converged, 64 + gRPC code, 130 interrupted.");
  Invocation invocation;
  AddGlobalOptions(app, context.options());
  AddCommands(Command(app), invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::cerr << ExplainUsageError(app, error);
    return kExitUsage;
  }
  if (context.options().no_color) context.options().no_progress = true;
  context.SetCommand(WordsOf(app));
  const int code = RunWithOutput(context, invocation.run);
  std::cout.flush();
  return code;
}

}  // namespace
}  // namespace jalon::client

int main(int argc, char** argv) { return jalon::client::Main(argc, argv); }
