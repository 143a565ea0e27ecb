// The command that gives a run's answer again.
#ifndef JALON_SERVER_RUN_REPLAY_COMMAND_H_
#define JALON_SERVER_RUN_REPLAY_COMMAND_H_

#include "jalon/v1/simulation_service.pb.h"

namespace jalon::server {

// Fills `provenance.replay_arguments` of a run that has ended with an answer.
void AddReplayCommand(v1::Run& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_REPLAY_COMMAND_H_
