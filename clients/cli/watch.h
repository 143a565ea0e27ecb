// Following long work to its end, with a progress line, and telling how it ended.
#ifndef JALON_CLIENTS_CLI_WATCH_H_
#define JALON_CLIENTS_CLI_WATCH_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/context.h"

namespace jalon::client {

// What Ctrl-C does to the work being followed.
enum class OnInterrupt {
  kCancel,  // cancel it on the server
  kLeave,   // end this command, leave the work alone
};

// Follows a run or a fit until it ends, with a progress line where one can be shown. After Ctrl-C
// with kCancel the cancelled resource is returned. `each` (may be empty) sees every event of a run.
absl::StatusOr<v1::Run> FollowRun(
    Context& context, const std::string& run, OnInterrupt on_interrupt = OnInterrupt::kCancel,
    const std::function<void(const v1::WatchRunResponse&)>& each = {});
absl::StatusOr<v1::Model> FollowModel(Context& context, const std::string& model);

// How an ended fit ended: OK, kCancelled by somebody else than this command, kInternal; with the
// server's reason.
absl::Status StatusOfFit(const v1::Model& model);

// The exit code of an ended run: 0, 3 when the precision asked was not reached, 130 when cancelled
// by Ctrl-C, 64 + code when it was cancelled otherwise or failed. Says why on `err`.
int ExitCodeOfRun(Context& context, const v1::Run& run);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_WATCH_H_
