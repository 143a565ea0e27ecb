// The server as an object: everything `jalond` is besides its command line.
#ifndef JALON_SERVER_APP_H_
#define JALON_SERVER_APP_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/observe/log.h"
#include "server/run/limits.h"
#include "server/store/store.h"
#include "sim/demo/demo.h"

namespace grpc {
class Channel;
}

namespace jalon::server {

struct AppOptions {
  // Folder of the data; made when missing. One server per folder.
  std::string data_directory = "jalon-data";
  // `host:port`; port 0 lets the system choose; empty listens nowhere (in-process callers only).
  std::string listen_address = "127.0.0.1:7443";
  // Threads that compute. 0: the machine's cores.
  int thread_count = 0;
  Limits limits;
  // Loads the demo network of this size (server/demo.h) before anything is served.
  std::optional<sim::DemoSize> demo;
  // Kept instead of a store in `data_directory`, which is then not touched. For tests.
  std::unique_ptr<Store> store;
};

// A running server. Start returns when it serves. Thread-safe, but Stop is called once.
class App {
 public:
  // `clock` and `log` must outlive the app.
  // Errors: kFailedPrecondition (another server holds the folder), kUnavailable (the port cannot be
  // listened on), kInvalidArgument (limits), those of OpenSqliteStore.
  static absl::StatusOr<std::unique_ptr<App>> Start(AppOptions options, const Clock& clock,
                                                    Logger& log);
  // Calls Stop with five seconds.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // `host:port` with the port that was chosen; empty when it listens nowhere.
  const std::string& address() const;
  // What was loaded of the demo, for people; empty without one.
  const std::string& demo_report() const;
  // A channel without network, for callers in this process. Shared: that is how gRPC hands out
  // channels, to be kept by any number of stubs.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // True once the store can no longer be trusted: the process should stop and be started again.
  bool failed() const;

  // Health says NOT_SERVING, no new work is taken, jobs are cancelled (runs start again with the
  // next server), calls get until `grace` has passed, then threads are joined and the store is
  // closed. Returns the store's last word.
  absl::Status Stop(absl::Duration grace);

 private:
  struct State;
  explicit App(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_APP_H_
