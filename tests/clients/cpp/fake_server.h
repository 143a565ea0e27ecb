// A small real gRPC server in the test's process, with scripted answers.
#ifndef JALON_TESTS_CLIENTS_CPP_FAKE_SERVER_H_
#define JALON_TESTS_CLIENTS_CPP_FAKE_SERVER_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "jalon/v1/network_service.grpc.pb.h"
#include "jalon/v1/simulation_service.grpc.pb.h"

namespace jalon::client {

// Answers with what the test put into its members; counts calls.
class FakeNetworkService : public v1::NetworkService::Service {
 public:
  grpc::Status GetNetwork(grpc::ServerContext*, const v1::GetNetworkRequest* request,
                          v1::Network* response) override {
    ++get_count;
    response->set_name(request->name());
    return get(get_count);
  }
  grpc::Status DeleteNetwork(grpc::ServerContext*, const v1::DeleteNetworkRequest*,
                             v1::DeleteNetworkResponse*) override {
    ++delete_count;
    return del(delete_count);
  }
  grpc::Status CreateImport(grpc::ServerContext*,
                            grpc::ServerReader<v1::CreateImportRequest>* reader,
                            v1::Import* response) override {
    v1::CreateImportRequest message;
    while (reader->Read(&message)) {
      if (message.has_options()) options = message.options();
      if (message.has_chunk()) {
        largest_chunk = std::max(largest_chunk, message.chunk().data().size());
        received[message.chunk().file_index()] += message.chunk().data();
      }
    }
    response->set_state(v1::Import::STATE_SUCCEEDED);
    return grpc::Status::OK;
  }

  std::function<grpc::Status(int)> get = [](int) { return grpc::Status::OK; };
  std::function<grpc::Status(int)> del = [](int) { return grpc::Status::OK; };
  int get_count = 0;
  int delete_count = 0;
  v1::ImportOptions options;
  std::map<int, std::string> received;
  size_t largest_chunk = 0;
};

class FakeSimulationService : public v1::SimulationService::Service {
 public:
  grpc::Status CreateRun(grpc::ServerContext*, const v1::CreateRunRequest*, v1::Run*) override {
    ++create_count;
    return create(create_count);
  }
  grpc::Status WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request,
                        grpc::ServerWriter<v1::WatchRunResponse>* writer) override {
    ++watch_count;
    tokens.push_back(request->resume_token());
    return watch(watch_count, context, writer);
  }

  std::function<grpc::Status(int)> create = [](int) { return grpc::Status::OK; };
  std::function<grpc::Status(int, grpc::ServerContext*, grpc::ServerWriter<v1::WatchRunResponse>*)>
      watch;
  int create_count = 0;
  int watch_count = 0;
  std::vector<std::string> tokens;
};

// Both on a port of the loopback interface chosen by the system.
class FakeServer {
 public:
  explicit FakeServer(const std::string& address = "127.0.0.1:0") {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&network);
    builder.RegisterService(&simulation);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() { server_->Shutdown(); }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  FakeNetworkService network;
  FakeSimulationService simulation;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace jalon::client

#endif  // JALON_TESTS_CLIENTS_CPP_FAKE_SERVER_H_
