// What every command works with: options given before it, the server, where to write.
#ifndef JALON_CLIENTS_CLI_CONTEXT_H_
#define JALON_CLIENTS_CLI_CONTEXT_H_

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/progress.h"
#include "clients/cli/table.h"
#include "clients/cli/workbook.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// Options of `jalon` itself.
struct GlobalOptions {
  std::string server = "127.0.0.1:7443";
  // Id of the network; empty means the only one of the server.
  std::string network;
  OutputOptions output;
  // Takes the answer in the place of standard output; empty means none.
  std::string output_file;
  double timeout_seconds = 30;
  bool no_progress = false;
  bool no_color = false;
};

// Where a command writes: results on `out`, everything else on `err`.
struct Streams {
  std::ostream& out;
  std::ostream& err;
  // Whether `err` is a terminal that understands cursor movements.
  bool err_is_terminal = false;
  bool out_is_terminal = false;
};

// One run of `jalon`. Thread-compatible.
class Context {
 public:
  Context(Streams streams, Interrupt& interrupt)
      : streams_(streams), out_(&streams.out), interrupt_(interrupt) {}

  GlobalOptions& options() { return options_; }
  std::ostream& out() { return *out_; }
  // Sends answers elsewhere from now on; `out` must outlive the context or the next SetOut.
  void SetOut(std::ostream& out) { out_ = &out; }
  std::ostream& err() { return streams_.err; }
  Interrupt& interrupt() { return interrupt_; }
  bool out_is_terminal() const { return streams_.out_is_terminal; }
  bool french() const { return options_.output.locale == Locale::kFrench; }

  // The connection, made at first use.
  absl::StatusOr<Client*> client();
  // `networks/{id}` of --network, or of the only network of the server.
  // Errors: kNotFound when there is none, kInvalidArgument naming them when there are several.
  absl::StatusOr<std::string> network();
  // Full name of a resource given as a full name or a short id: `{network}/{collection}/{id}`.
  absl::StatusOr<std::string> FullName(const std::string& collection, const std::string& id);

  TableWriter table(std::vector<Column> columns) {
    return TableWriter(*out_, std::move(columns), options_.output, workbook());
  }
  // The workbook being written; null unless the output is one.
  Workbook* workbook();
  // Words of the command being run, e.g. `runs list`: the name of its sheet.
  void SetCommand(std::string command) { command_ = std::move(command); }
  bool is_screen() const { return options_.output.format == OutputFormat::kTable; }
  // Facts beside the answer (provenance, hints): under the table on a screen, else on `err`, so
  // that files and pipes hold the answer alone.
  std::ostream& beside() { return is_screen() ? *out_ : streams_.err; }
  // A progress line, silent where it would disturb.
  Progress progress() {
    return Progress(streams_.err, streams_.err_is_terminal && !options_.no_progress);
  }
  // Says what was done to the resource `name`: a line on a screen, a row of a table in files.
  void Done(const std::string& name, const std::string& result);
  // Says what to do next, after a success, on `err`.
  void Next(const std::string& command, const std::string& why);

 private:
  Streams streams_;
  std::ostream* out_;
  Interrupt& interrupt_;
  GlobalOptions options_;
  std::unique_ptr<Client> client_;
  std::string command_ = "jalon";
  std::unique_ptr<Workbook> workbook_;
};

// Last part of a resource name.
std::string ShortId(const std::string& name);

// Writes a failed call: message, broken rules (the first 20) and what to do. Returns the exit code.
int ReportError(Context& context, const absl::Status& status);

// One broken rule as a line: `file:line:column: message [REASON]`.
std::string ViolationLine(const v1::Violation& violation);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_CONTEXT_H_
