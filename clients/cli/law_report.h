// What a run found of its laws, for people and for files.
#ifndef JALON_CLIENTS_CLI_LAW_REPORT_H_
#define JALON_CLIENTS_CLI_LAW_REPORT_H_

#include "clients/cli/context.h"
#include "clients/cli/table.h"

namespace jalon::client {

// Writes `run.law_checks` to `table`, whose columns are LawCheckColumns: a row for each class of
// laws and range of probabilities that has thresholds.
void WriteLawChecks(const v1::Run& run, TableWriter& table);
std::vector<Column> LawCheckColumns();

// The same beside an answer that is something else. Nothing where there is nothing to say.
void WriteLawChecksBeside(Context& context, const v1::Run& run);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_LAW_REPORT_H_
