// Where the answer of a command goes: standard output, or a file that is whole or not there.
#ifndef JALON_CLIENTS_CLI_OUTPUT_H_
#define JALON_CLIENTS_CLI_OUTPUT_H_

#include <functional>

#include "clients/cli/context.h"

namespace jalon::client {

// Runs `command` and gives its exit code, with its answer sent where the options say: to
// --output-file under a temporary name that becomes the file's when the command did not fail, and
// as a workbook for `-o xlsx`. A workbook is not written to a terminal, and a command without a
// table has none: both are usage errors.
int RunWithOutput(Context& context, const std::function<int(Context&)>& command);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_OUTPUT_H_
