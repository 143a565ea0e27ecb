// What an import found, for people.
#ifndef JALON_CLIENTS_CLI_IMPORT_REPORT_H_
#define JALON_CLIENTS_CLI_IMPORT_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/context.h"

namespace jalon::client {

// Polls an import until the server has read the files.
absl::StatusOr<v1::Import> AwaitImport(Context& context, v1::Import import);

// Writes what was understood of the files, counts, notices and the first 20 problems; all of them
// go to the CSV file `problems_path` unless it is empty. Returns the exit code: 0, or 64 +
// INVALID_ARGUMENT when the files were rejected.
int ReportImport(Context& context, const v1::Import& import, const std::string& problems_path);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_IMPORT_REPORT_H_
