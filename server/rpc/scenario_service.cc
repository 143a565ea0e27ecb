#include "server/rpc/scenario_service.h"

#include "jalon/v1/scenario_service.grpc.pb.h"
#include "server/rpc/handler.h"
#include "server/rpc/import_reactor.h"
#include "server/rpc/scenario_handlers.h"

namespace jalon::server {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ScenarioService final : public v1::ScenarioService::CallbackService {
 public:
  explicit ScenarioService(Environment& environment) : environment_(environment) {}

  grpc::ServerReadReactor<v1::ImportScenarioRequest>* ImportScenario(
      CallbackServerContext* context, v1::Import* response) override {
    return ServeImport<v1::ImportScenarioRequest>(environment_, context,
                                                  "ScenarioService.ImportScenario", response);
  }
  ServerUnaryReactor* CreateScenario(CallbackServerContext* context,
                                     const v1::CreateScenarioRequest* request,
                                     v1::Scenario* response) override {
    return Serve(environment_, context, {"ScenarioService.CreateScenario", request->parent()},
                 request, response, &server::CreateScenario);
  }
  ServerUnaryReactor* GetScenario(CallbackServerContext* context,
                                  const v1::GetScenarioRequest* request,
                                  v1::Scenario* response) override {
    return Serve(environment_, context, {"ScenarioService.GetScenario", request->name()}, request,
                 response, &server::GetScenario);
  }
  ServerUnaryReactor* ListScenarios(CallbackServerContext* context,
                                    const v1::ListScenariosRequest* request,
                                    v1::ListScenariosResponse* response) override {
    return Serve(environment_, context, {"ScenarioService.ListScenarios", request->parent()},
                 request, response, &server::ListScenarios);
  }
  ServerUnaryReactor* DeleteScenario(CallbackServerContext* context,
                                     const v1::DeleteScenarioRequest* request,
                                     v1::DeleteScenarioResponse* response) override {
    return Serve(environment_, context, {"ScenarioService.DeleteScenario", request->name()},
                 request, response, &server::DeleteScenario);
  }

 private:
  Environment& environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeScenarioService(Environment& environment) {
  return std::make_unique<ScenarioService>(environment);
}

}  // namespace jalon::server
