// Records of work that could not be queued after all.
#ifndef JALON_SERVER_RPC_TAKE_BACK_H_
#define JALON_SERVER_RPC_TAKE_BACK_H_

#include <string>

#include "server/rpc/environment.h"

namespace jalon::server {

// Deletes the record of a run or model that was stored before its work could be queued. Waits for
// the store; a failure is logged, and the next server starts the work again.
void TakeBack(Environment& environment, const std::string& name);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_TAKE_BACK_H_
