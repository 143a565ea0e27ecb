// A server in this process, without a file and without a port, and its services as functions.
#ifndef JALON_TESTS_SERVER_RPC_TEST_SERVER_H_
#define JALON_TESTS_SERVER_RPC_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cpp/client.h"
#include "clients/cpp/status.h"
#include "jalon/v1/network_service.grpc.pb.h"
#include "jalon/v1/objective_service.grpc.pb.h"
#include "jalon/v1/scenario_service.grpc.pb.h"
#include "server/app.h"
#include "server/base/clock.h"
#include "server/store/memory_store.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {

struct TestServerOptions {
  Limits limits;
  // Null: an empty one.
  std::unique_ptr<Store> store;
};

class TestServer {
 public:
  explicit TestServer(TestServerOptions options = {});

  App& app() { return *app_; }
  v1::NetworkService::Stub& networks() { return *networks_; }
  v1::ScenarioService::Stub& scenarios() { return *scenarios_; }
  v1::ObjectiveService::Stub& objectives() { return *objectives_; }

  // Calls a method and returns its response or its error, as the C++ client would.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Ask(Stub& stub,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return client::FromGrpcStatus(status);
    return response;
  }

  // Sends messages as they are and closes the stream.
  absl::StatusOr<v1::Import> Send(const std::vector<v1::CreateImportRequest>& messages);
  // Declares the files in `options` and sends everything.
  absl::StatusOr<v1::Import> Import(v1::ImportOptions options, const NamedTexts& files);
  absl::StatusOr<v1::Import> ImportObjectives(v1::ObjectiveImportOptions options,
                                              const NamedTexts& files);
  absl::StatusOr<v1::Import> ImportScenario(v1::ScenarioImportOptions options,
                                            const NamedTexts& files);
  // Import of the small network of import_test_util.h, which must succeed.
  v1::Import ImportSmall(const std::string& network = "networks/fr");

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(50));
  }

 private:
  SystemClock clock_;
  Logger log_;
  std::unique_ptr<App> app_;
  std::unique_ptr<v1::NetworkService::Stub> networks_;
  std::unique_ptr<v1::ScenarioService::Stub> scenarios_;
  std::unique_ptr<v1::ObjectiveService::Stub> objectives_;
};

// Options of an import into `network` with its files declared.
v1::ImportOptions OptionsFor(const std::string& network, const NamedTexts& files = {});
v1::CreateImportRequest OptionsMessage(const v1::ImportOptions& options);
v1::CreateImportRequest Chunk(int file, std::string bytes);

// `field REASON` of every violation of a failed call, in order.
std::vector<std::string> Broken(const absl::Status& status);

}  // namespace jalon::server

#endif  // JALON_TESTS_SERVER_RPC_TEST_SERVER_H_
