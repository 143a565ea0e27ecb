// Scripts that complete `jalon` on a shell's command line.
#ifndef JALON_CLIENTS_CLI_COMPLETION_H_
#define JALON_CLIENTS_CLI_COMPLETION_H_

#include <string>

#include "clients/cli/completion_tree.h"

namespace jalon::client {

// They know every command, option and accepted value, and the options that take a file. They ask no
// server: ids of resources are not completed. `tree` is that of `jalon` itself.
std::string BashCompletion(const CompletionCommand& tree);
std::string ZshCompletion(const CompletionCommand& tree);
std::string FishCompletion(const CompletionCommand& tree);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_COMPLETION_H_
