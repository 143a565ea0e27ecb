// A model in words and tables.
#ifndef JALON_CLIENTS_CLI_MODEL_REPORT_H_
#define JALON_CLIENTS_CLI_MODEL_REPORT_H_

#include "clients/cli/context.h"

namespace jalon::client {

// Writes the diagnostics per indicator, then (on a screen) elasticities and notes.
void WriteModel(Context& context, const v1::Model& model);

// Writes elasticities before and after the data.
void WriteElasticities(Context& context, const v1::Model& model);

// Writes what means of branches act on, before and after the data, with a 90 % interval.
void WriteMeanEffects(Context& context, const v1::Model& model);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_MODEL_REPORT_H_
