// What is known of a run once it has ended.
#ifndef JALON_SERVER_RUN_RUN_END_H_
#define JALON_SERVER_RUN_RUN_END_H_

#include "jalon/v1/simulation_service.pb.h"
#include "server/run/simulation_job.h"

namespace jalon::server {

// Fills what is known once a run has ended: the path count, the command that replays it, and in a
// sentence why it stopped.
void DescribeEnd(const SimulationEnd& end, v1::Run& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_END_H_
