// Checks of a transaction that need no store: names, sizes. Shared by all stores.
#ifndef JALON_SERVER_STORE_CHECK_H_
#define JALON_SERVER_STORE_CHECK_H_

#include "absl/status/status.h"
#include "server/store/store.h"

namespace jalon::server {

// kInvalidArgument naming the first mutation that no store would accept.
absl::Status CheckTransaction(const Transaction& transaction);

}  // namespace jalon::server

#endif  // JALON_SERVER_STORE_CHECK_H_
