#include "clients/cli/output.h"

#include <sstream>
#include <string>
#include <utility>

#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"

namespace jalon::client {
namespace {

// Exit codes of failed calls are 64 + a gRPC code, of which there are 16; the others come with an
// answer, some with a reservation.
bool HasAnswer(int code) { return code != kExitUsage && !(code >= 64 && code <= 64 + 16); }

int Refuse(Context& context, const std::string& why) {
  context.err() << "error: " << why << "\n";
  return kExitUsage;
}

// Runs the command with its answer sent to `out`.
int RunInto(Context& context, const std::function<int(Context&)>& command, std::ostream& out) {
  std::ostream& before = context.out();
  context.SetOut(out);
  const int code = command(context);
  context.SetOut(before);
  return code;
}

// Writes the workbook to `out` in the place of what the command wrote as text.
int RunIntoWorkbook(Context& context, const std::function<int(Context&)>& command,
                    std::ostream& out) {
  std::ostringstream text;
  const int code = RunInto(context, command, text);
  if (!HasAnswer(code)) return code;
  Workbook& workbook = *context.workbook();
  if (!workbook.has_table()) {
    if (text.str().empty()) return code;
    return Refuse(context, "this answer is no table: -o xlsx cannot hold it");
  }
  absl::StatusOr<std::string> bytes = workbook.Finish();
  if (!bytes.ok()) return ReportError(context, bytes.status());
  out << *bytes;
  return code;
}

int RunAs(Context& context, const std::function<int(Context&)>& command, std::ostream& out) {
  return context.workbook() == nullptr ? RunInto(context, command, out)
                                       : RunIntoWorkbook(context, command, out);
}

}  // namespace

int RunWithOutput(Context& context, const std::function<int(Context&)>& command) {
  const std::string& path = context.options().output_file;
  if (path.empty()) {
    if (context.workbook() != nullptr && context.out_is_terminal()) {
      return Refuse(context, "a workbook is not for a terminal: add --output-file FILE.xlsx");
    }
    return RunAs(context, command, context.out());
  }
  PendingFile file(path);
  if (!file.ok()) return Refuse(context, path + ": cannot be written");
  const int code = RunAs(context, command, file.out());
  if (!HasAnswer(code)) return code;
  const absl::Status written = file.Commit();
  if (!written.ok()) return ReportError(context, written);
  context.err() << "written to " << path << "\n";
  return code;
}

}  // namespace jalon::client
