// The analysis of past objectives: what is asked, and its rows as messages.
#ifndef JALON_SERVER_CONVERT_OBJECTIVE_HISTORY_H_
#define JALON_SERVER_CONVERT_OBJECTIVE_HISTORY_H_

#include "jalon/v1/objective_service.pb.h"
#include "server/convert/checks.h"
#include "sim/network/network.h"
#include "sim/objective/history/cases.h"
#include "sim/objective/history/history.h"

namespace jalon::server {

// Levels (default: the deepest) and indicators by id. Problems go to `checks`: UNKNOWN_LEVEL,
// UNKNOWN_INDICATOR.
sim::HistoryQuestion ReadHistoryQuestion(const v1::AnalyzeObjectiveHistoryRequest& request,
                                         const sim::Network& network, Checks& checks);

v1::ObjectiveHistoryRow ToProto(const sim::HistoryRow& row, const sim::Network& network);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_OBJECTIVE_HISTORY_H_
