// Where an answer comes from, for people and for the sheet of hypotheses of a workbook.
#ifndef JALON_CLIENTS_CLI_PROVENANCE_H_
#define JALON_CLIENTS_CLI_PROVENANCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/context.h"

namespace jalon::client {

// A run by its full name.
absl::StatusOr<v1::Run> ReadRun(Context& context, const std::string& name);

// Writes seed, paths, level, hashes and the command that gives the answer again: as text beside the
// answer; in a workbook, as its sheet of hypotheses.
void WriteProvenance(Context& context, const v1::Run& run);

// Only the sheet of hypotheses: for tables of a run whose provenance nobody asked for on a screen.
void AddHypotheses(Context& context, const v1::Run& run);

// AddHypotheses for a run by its full name, which is read when there is a workbook to fill.
absl::Status AddHypothesesOf(Context& context, const std::string& run);

// The same facts as a table of two columns.
void WriteFacts(Context& context, const v1::Run& run);

// What a run was made with: one fact a row, in the order in which people ask. Empty ones are left
// out.
std::vector<Fact> FactsOf(const v1::Run& run);

// The command that gives the answer again, quoted for a shell.
std::string ReplayCommand(const v1::Run& run);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_PROVENANCE_H_
