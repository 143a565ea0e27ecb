// A server in this process that holds the small demo, without a file and without a port.
#ifndef JALON_TESTS_SERVER_RPC_DEMO_SERVER_H_
#define JALON_TESTS_SERVER_RPC_DEMO_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "jalon/v1/model_service.grpc.pb.h"
#include "jalon/v1/simulation_service.grpc.pb.h"
#include "server/app.h"
#include "server/base/clock.h"
#include "server/observe/log.h"

namespace jalon::server {

// What the demo holds.
inline constexpr char kDemo[] = "networks/demo";
inline constexpr char kTruth[] = "networks/demo/models/truth";

class DemoServer {
 public:
  explicit DemoServer(int thread_count = 2, Limits limits = {});

  App& app() { return *app_; }
  v1::ModelService::Stub& models() { return *models_; }
  v1::SimulationService::Stub& runs() { return *runs_; }
  // The only objective set.
  const std::string& objectives() const { return objectives_; }

  // A fresh context with a deadline of a minute, owned by this server.
  grpc::ClientContext* Context();

  v1::Run GetRun(const std::string& name);
  v1::Run CreateRun(const v1::CreateRunRequest& request);
  // Watches until the run has ended; all events, the last one `ended`.
  std::vector<v1::WatchRunResponse> Watch(const v1::WatchRunRequest& request);
  // Creates a run, watches it and returns it as it ended.
  v1::Run RunToEnd(const v1::CreateRunRequest& request);
  v1::Model WaitForModel(const std::string& model);
  // All pages of the newest checkpoint, as one block.
  v1::ResultBlock ReadAll(const std::string& run, const v1::View& view = {});

  // A run of the demo's objectives of housing loans, seed 7, 512 paths.
  v1::CreateRunRequest SmallRun() const;

 private:
  SystemClock clock_;
  Logger log_;
  std::unique_ptr<App> app_;
  std::unique_ptr<v1::ModelService::Stub> models_;
  std::unique_ptr<v1::SimulationService::Stub> runs_;
  std::string objectives_;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
};

// One for all tests of a program that need no special limits.
DemoServer& SharedServer();

}  // namespace jalon::server

#endif  // JALON_TESTS_SERVER_RPC_DEMO_SERVER_H_
