#include "server/rpc/network_service.h"

#include "jalon/v1/network_service.grpc.pb.h"
#include "server/rpc/calendar_reads.h"
#include "server/rpc/handler.h"
#include "server/rpc/import_reactor.h"
#include "server/rpc/network_content.h"
#include "server/rpc/network_export.h"
#include "server/rpc/network_reads.h"
#include "server/rpc/network_tables.h"
#include "server/rpc/perimeter_handlers.h"

namespace jalon::server {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class NetworkService final : public v1::NetworkService::CallbackService {
 public:
  explicit NetworkService(Environment& environment) : environment_(environment) {}

  grpc::ServerReadReactor<v1::CreateImportRequest>* CreateImport(CallbackServerContext* context,
                                                                 v1::Import* response) override {
    return ServeImport<v1::CreateImportRequest>(environment_, context,
                                                "NetworkService.CreateImport", response);
  }
  ServerUnaryReactor* GetImport(CallbackServerContext* context, const v1::GetImportRequest* request,
                                v1::Import* response) override {
    return Serve(environment_, context, {"NetworkService.GetImport", request->name()}, request,
                 response, &server::GetImport);
  }
  ServerUnaryReactor* ListImports(CallbackServerContext* context,
                                  const v1::ListImportsRequest* request,
                                  v1::ListImportsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListImports", request->parent()}, request,
                 response, &server::ListImports);
  }
  ServerUnaryReactor* ListImportViolations(CallbackServerContext* context,
                                           const v1::ListImportViolationsRequest* request,
                                           v1::ListImportViolationsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListImportViolations", request->parent()},
                 request, response, &server::ListImportViolations);
  }
  ServerUnaryReactor* GetNetwork(CallbackServerContext* context,
                                 const v1::GetNetworkRequest* request,
                                 v1::Network* response) override {
    return Serve(environment_, context, {"NetworkService.GetNetwork", request->name()}, request,
                 response, &server::GetNetwork);
  }
  ServerUnaryReactor* ListNetworks(CallbackServerContext* context,
                                   const v1::ListNetworksRequest* request,
                                   v1::ListNetworksResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListNetworks", ""}, request, response,
                 &server::ListNetworks);
  }
  ServerUnaryReactor* DeleteNetwork(CallbackServerContext* context,
                                    const v1::DeleteNetworkRequest* request,
                                    v1::DeleteNetworkResponse* response) override {
    return Serve(environment_, context, {"NetworkService.DeleteNetwork", request->name()}, request,
                 response, &server::DeleteNetwork);
  }
  ServerUnaryReactor* GetRevision(CallbackServerContext* context,
                                  const v1::GetRevisionRequest* request,
                                  v1::Revision* response) override {
    return Serve(environment_, context, {"NetworkService.GetRevision", request->name()}, request,
                 response, &server::GetRevision);
  }
  ServerUnaryReactor* ListRevisions(CallbackServerContext* context,
                                    const v1::ListRevisionsRequest* request,
                                    v1::ListRevisionsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListRevisions", request->parent()},
                 request, response, &server::ListRevisions);
  }
  ServerUnaryReactor* ListUnits(CallbackServerContext* context, const v1::ListUnitsRequest* request,
                                v1::ListUnitsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListUnits", request->parent()}, request,
                 response, &server::ListUnits);
  }
  ServerUnaryReactor* ListIndicators(CallbackServerContext* context,
                                     const v1::ListIndicatorsRequest* request,
                                     v1::ListIndicatorsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListIndicators", request->parent()},
                 request, response, &server::ListIndicators);
  }
  ServerUnaryReactor* ListSegments(CallbackServerContext* context,
                                   const v1::ListSegmentsRequest* request,
                                   v1::ListSegmentsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListSegments", request->parent()}, request,
                 response, &server::ListSegments);
  }
  ServerUnaryReactor* ReadOpeningDays(CallbackServerContext* context,
                                      const v1::ReadOpeningDaysRequest* request,
                                      v1::ReadOpeningDaysResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ReadOpeningDays", request->revision()},
                 request, response, &server::ReadOpeningDays);
  }
  ServerUnaryReactor* ReadCalendarEffect(CallbackServerContext* context,
                                         const v1::ReadCalendarEffectRequest* request,
                                         v1::ReadCalendarEffectResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ReadCalendarEffect", request->revision()},
                 request, response, &server::ReadCalendarEffect);
  }
  ServerUnaryReactor* ListDrivers(CallbackServerContext* context,
                                  const v1::ListDriversRequest* request,
                                  v1::ListDriversResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListDrivers", request->parent()}, request,
                 response, &server::ListDrivers);
  }
  ServerUnaryReactor* ReadSeries(CallbackServerContext* context,
                                 const v1::ReadSeriesRequest* request,
                                 v1::ReadSeriesResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ReadSeries", request->revision()}, request,
                 response, &server::ReadSeries);
  }
  ServerUnaryReactor* ReadRealisations(CallbackServerContext* context,
                                       const v1::ReadRealisationsRequest* request,
                                       v1::ReadRealisationsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ReadRealisations", request->revision()},
                 request, response, &server::ReadRealisations);
  }
  ServerUnaryReactor* ListPerimeterChanges(CallbackServerContext* context,
                                           const v1::ListPerimeterChangesRequest* request,
                                           v1::ListPerimeterChangesResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListPerimeterChanges", request->parent()},
                 request, response, &server::ListPerimeterChanges);
  }
  grpc::ServerWriteReactor<v1::ExportNetworkResponse>* ExportNetwork(
      CallbackServerContext* context, const v1::ExportNetworkRequest* request) override {
    return ServeNetworkExport(environment_, context, *request);
  }
  ServerUnaryReactor* GetScorePolicy(CallbackServerContext* context,
                                     const v1::GetScorePolicyRequest* request,
                                     v1::GetScorePolicyResponse* response) override {
    return Serve(environment_, context, {"NetworkService.GetScorePolicy", request->revision()},
                 request, response, &server::GetScorePolicy);
  }
  ServerUnaryReactor* ResolveWeights(CallbackServerContext* context,
                                     const v1::ResolveWeightsRequest* request,
                                     v1::ResolveWeightsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ResolveWeights", request->revision()},
                 request, response, &server::ResolveWeights);
  }
  ServerUnaryReactor* ListChannels(CallbackServerContext* context,
                                   const v1::ListChannelsRequest* request,
                                   v1::ListChannelsResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListChannels", request->parent()}, request,
                 response, &server::ListChannels);
  }
  ServerUnaryReactor* ListCredit(CallbackServerContext* context,
                                 const v1::ListCreditRequest* request,
                                 v1::ListCreditResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListCredit", request->parent()}, request,
                 response, &server::ListCredit);
  }
  ServerUnaryReactor* ListMeans(CallbackServerContext* context, const v1::ListMeansRequest* request,
                                v1::ListMeansResponse* response) override {
    return Serve(environment_, context, {"NetworkService.ListMeans", request->parent()}, request,
                 response, &server::ListMeans);
  }
  ServerUnaryReactor* Reconcile(CallbackServerContext* context, const v1::ReconcileRequest* request,
                                v1::ReconcileResponse* response) override {
    return Serve(environment_, context, {"NetworkService.Reconcile", request->revision()}, request,
                 response, &server::Reconcile);
  }
  ServerUnaryReactor* ReadIndicatorEffects(CallbackServerContext* context,
                                           const v1::ReadIndicatorEffectsRequest* request,
                                           v1::ReadIndicatorEffectsResponse* response) override {
    return Serve(environment_, context,
                 {"NetworkService.ReadIndicatorEffects", request->revision()}, request, response,
                 &server::ReadIndicatorEffects);
  }

 private:
  Environment& environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeNetworkService(Environment& environment) {
  return std::make_unique<NetworkService>(environment);
}

}  // namespace jalon::server
