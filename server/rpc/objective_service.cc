#include "server/rpc/objective_service.h"

#include "jalon/v1/objective_service.grpc.pb.h"
#include "server/rpc/handler.h"
#include "server/rpc/import_reactor.h"
#include "server/rpc/objective_handlers.h"

namespace jalon::server {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class ObjectiveService final : public v1::ObjectiveService::CallbackService {
 public:
  explicit ObjectiveService(Environment& environment) : environment_(environment) {}

  grpc::ServerReadReactor<v1::ImportObjectivesRequest>* ImportObjectives(
      CallbackServerContext* context, v1::Import* response) override {
    return ServeImport<v1::ImportObjectivesRequest>(environment_, context,
                                                    "ObjectiveService.ImportObjectives", response);
  }
  ServerUnaryReactor* CreateObjectiveSet(CallbackServerContext* context,
                                         const v1::CreateObjectiveSetRequest* request,
                                         v1::ObjectiveSet* response) override {
    return Serve(environment_, context, {"ObjectiveService.CreateObjectiveSet", request->parent()},
                 request, response, &server::CreateObjectiveSet);
  }
  ServerUnaryReactor* GetObjectiveSet(CallbackServerContext* context,
                                      const v1::GetObjectiveSetRequest* request,
                                      v1::ObjectiveSet* response) override {
    return Serve(environment_, context, {"ObjectiveService.GetObjectiveSet", request->name()},
                 request, response, &server::GetObjectiveSet);
  }
  ServerUnaryReactor* ListObjectiveSets(CallbackServerContext* context,
                                        const v1::ListObjectiveSetsRequest* request,
                                        v1::ListObjectiveSetsResponse* response) override {
    return Serve(environment_, context, {"ObjectiveService.ListObjectiveSets", request->parent()},
                 request, response, &server::ListObjectiveSets);
  }
  ServerUnaryReactor* PublishObjectiveSet(CallbackServerContext* context,
                                          const v1::PublishObjectiveSetRequest* request,
                                          v1::ObjectiveSet* response) override {
    return Serve(environment_, context, {"ObjectiveService.PublishObjectiveSet", request->name()},
                 request, response, &server::PublishObjectiveSet);
  }
  ServerUnaryReactor* AnalyzeObjectiveHistory(
      CallbackServerContext* context, const v1::AnalyzeObjectiveHistoryRequest* request,
      v1::AnalyzeObjectiveHistoryResponse* response) override {
    return Serve(environment_, context,
                 {"ObjectiveService.AnalyzeObjectiveHistory", request->parent()}, request, response,
                 &server::AnalyzeObjectiveHistory);
  }
  ServerUnaryReactor* ListObjectives(CallbackServerContext* context,
                                     const v1::ListObjectivesRequest* request,
                                     v1::ListObjectivesResponse* response) override {
    return Serve(environment_, context, {"ObjectiveService.ListObjectives", request->parent()},
                 request, response, &server::ListObjectives);
  }

 private:
  Environment& environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeObjectiveService(Environment& environment) {
  return std::make_unique<ObjectiveService>(environment);
}

}  // namespace jalon::server
