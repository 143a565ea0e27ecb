// What a prepared run says of itself: its question with every default resolved, its rows, and what
// its reader must know. Internal to server/run.
#ifndef JALON_SERVER_RUN_RUN_ECHO_H_
#define JALON_SERVER_RUN_RUN_ECHO_H_

#include "jalon/v1/simulation_service.pb.h"
#include "server/run/run_rows.h"
#include "server/run/run_settings.h"
#include "server/run/run_sources.h"
#include "server/run/score_rows.h"
#include "sim/base/period.h"
#include "sim/engine/plan.h"

namespace jalon::server {

// The question `asked` as it is answered. Draws a seed where none is given.
void EchoQuestion(const v1::Run& asked, const RunSources& sources, const RunSettings& settings,
                  v1::Run& run);

// Rows, windows and columns; scores and their notices.
void DescribeRows(const RunRows& rows, v1::Run& run);
void DescribeScores(const ScoreRows& scores, v1::Run& run);

// Notices of what the run is made from (provisional periods, NoticesOf), and of the world that its
// plan simulates (drivers off their formula, MeanNoticesOf). After the provenance.
void AddSourceNotices(const RunSources& sources, sim::Period as_of, v1::Run& run);
void AddPlanNotices(const RunSources& sources, const sim::Plan& plan, v1::Run& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_ECHO_H_
