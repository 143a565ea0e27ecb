#include "server/rpc/model_service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jalon/v1/model_service.grpc.pb.h"
#include "server/base/ids.h"
#include "server/convert/model.h"
#include "server/convert/time.h"
#include "server/rpc/handler.h"
#include "server/rpc/import_reactor.h"
#include "server/rpc/model_import.h"
#include "server/rpc/model_streams.h"
#include "server/rpc/record_lists.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/take_back.h"
#include "server/run/completion.h"
#include "server/run/live_fits.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxLabelBytes = 200;
constexpr absl::Duration kCancelWait = absl::Seconds(2);

// A model as it stands, in progress or not.
absl::StatusOr<v1::Model> ModelNow(Environment& environment, absl::string_view name) {
  if (const auto live = environment.fits.Find(name)) return live->resource();
  JALON_ASSIGN_OR_RETURN(const auto stored, environment.archive.Get<store::v1::ModelRecord>(name));
  return stored.record.model();
}

// ------------------------------------------------------------------------------------ create

absl::Status CheckCreate(const v1::CreateModelRequest& request) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckId("model_id", request.model_id(), checks);
  CheckRequestId(request.request_id(), checks);
  const v1::Model& model = request.model();
  checks.Text("model.display_name", model.display_name(), kMaxLabelBytes);
  checks.Text("model.author", model.author(), kMaxLabelBytes);
  if (!model.revision().empty()) {
    CheckName("model.revision", model.revision(), kRevisionPattern, checks);
    if (NetworkOf(model.revision()) != request.parent()) {
      checks.Add("model.revision", model.revision(), "must be a revision of the parent",
                 "BAD_NAME");
    }
  }
  return checks.ToStatus();
}

// Reads what a fit needs; `asked` is a request's model or a stored one.
absl::StatusOr<PreparedFit> PrepareFit(Environment& environment, const std::string& network,
                                       const v1::Model& asked) {
  PreparedFit fit;
  const std::string revision =
      asked.revision().empty() ? absl::StrCat(network, "/revisions/latest") : asked.revision();
  JALON_ASSIGN_OR_RETURN(auto found, environment.archive.GetRevision(revision));
  JALON_ASSIGN_OR_RETURN(
      TreatedRevision treated,
      TreatProvisional(environment.archive, std::move(found), asked.fit_options()));
  fit.revision = std::move(treated.revision);
  fit.notes = std::move(treated.notes);
  Checks options("model.fit_options"), rest("model");
  fit.options = ReadFitOptions(asked.fit_options(), options);
  if (!asked.as_of().empty()) {
    fit.options.as_of =
        rest.Period("as_of", asked.as_of(), fit.revision->value.network.frequency());
  }
  rest.violations().Merge(options.violations());
  JALON_RETURN_IF_ERROR(rest.ToStatus());
  const absl::StatusOr<sim::Period> as_of = sim::ResolveAsOf(fit.revision->value, fit.options);
  if (!as_of.ok()) {
    rest.Merge(sim::ViolationsFromStatus(as_of.status()));
    return rest.ToStatus();
  }
  fit.options.as_of = *as_of;
  fit.model.set_display_name(asked.display_name());
  fit.model.set_author(asked.author());
  fit.model.set_revision(fit.revision->info.name());
  fit.model.set_as_of(as_of->ToString());
  *fit.model.mutable_fit_options() = asked.fit_options();
  fit.model.set_state(v1::Model::STATE_QUEUED);
  fit.model.set_origin(v1::Model::ORIGIN_FIT);
  return fit;
}

// Stores the record, then queues the fit: one that was acknowledged starts again after a crash.
absl::StatusOr<v1::Model> Launch(Call& call, PreparedFit fit, absl::string_view request_id) {
  Environment& environment = call.environment();
  const v1::Model model = fit.model;
  Transaction transaction;
  transaction.mutations.push_back(ModelWithoutContent(model, fit.principal, Expect::Absent()));
  JALON_ASSIGN_OR_RETURN(const ApplyResult stored,
                         call.Apply(std::move(transaction), request_id, model.name()));
  if (stored.replayed) return ModelNow(environment, stored.outcome);
  if (absl::Status queued = environment.fits.Start(std::move(fit)); !queued.ok()) {
    TakeBack(environment, model.name());
    return queued;
  }
  return model;
}

absl::StatusOr<v1::Model> CreateModel(Call& call, const v1::CreateModelRequest& request) {
  JALON_RETURN_IF_ERROR(CheckCreate(request));
  Environment& environment = call.environment();
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return ModelNow(environment, earlier);
  JALON_ASSIGN_OR_RETURN(PreparedFit fit,
                         PrepareFit(environment, request.parent(), request.model()));
  *fit.model.mutable_create_time() = ToProto(environment.clock.WallNow());
  if (request.validate_only()) return fit.model;
  const std::string id = request.model_id().empty() ? RandomId() : request.model_id();
  fit.model.set_name(JoinName(request.parent(), "models", id));
  fit.principal = call.principal().id;
  return Launch(call, std::move(fit), request.request_id());
}

// ------------------------------------------------------------------------------ get, list, cancel

absl::StatusOr<v1::Model> GetModel(Call& call, const v1::GetModelRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kModelPattern));
  return ModelNow(call.environment(), request.name());
}

absl::StatusOr<v1::ListModelsResponse> ListModels(Call& call,
                                                  const v1::ListModelsRequest& request) {
  Environment& environment = call.environment();
  v1::ListModelsResponse response;
  const auto add = [&](const store::v1::ModelRecord& record, int64_t) {
    const auto live = environment.fits.Find(record.model().name());
    v1::Model& model = *response.add_models();
    model = live == nullptr ? record.model() : live->resource();
    model.clear_diagnostics();
    model.clear_elasticities();
    model.clear_mean_effects();
    model.clear_notes();
  };
  JALON_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      ListChildren<store::v1::ModelRecord>(environment.archive, request, "models", add));
  return response;
}

absl::StatusOr<v1::Model> CancelModel(Call& call, const v1::CancelModelRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kModelPattern));
  Environment& environment = call.environment();
  const auto live = environment.fits.Find(request.name());
  if (live == nullptr) return ModelNow(environment, request.name());
  live->Cancel();
  return live->WaitForEnd(kCancelWait);
}

// --------------------------------------------------------------------------------------- service

class ModelService final : public v1::ModelService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit ModelService(Environment& environment) : environment_(environment) {}

  Reactor* CreateModel(Context* context, const v1::CreateModelRequest* request,
                       v1::Model* response) override {
    return Serve(environment_, context, {"ModelService.CreateModel", request->parent()}, request,
                 response, &server::CreateModel);
  }
  Reactor* GetModel(Context* context, const v1::GetModelRequest* request,
                    v1::Model* response) override {
    return Serve(environment_, context, {"ModelService.GetModel", request->name()}, request,
                 response, &server::GetModel);
  }
  Reactor* ListModels(Context* context, const v1::ListModelsRequest* request,
                      v1::ListModelsResponse* response) override {
    return Serve(environment_, context, {"ModelService.ListModels", request->parent()}, request,
                 response, &server::ListModels);
  }
  Reactor* CancelModel(Context* context, const v1::CancelModelRequest* request,
                       v1::Model* response) override {
    return Serve(environment_, context, {"ModelService.CancelModel", request->name()}, request,
                 response, &server::CancelModel);
  }
  grpc::ServerWriteReactor<v1::WatchModelResponse>* WatchModel(
      Context* context, const v1::WatchModelRequest* request) override {
    return ServeModelWatch(environment_, context, *request);
  }
  grpc::ServerWriteReactor<v1::ExportModelResponse>* ExportModel(
      Context* context, const v1::ExportModelRequest* request) override {
    return ServeModelExport(environment_, context, *request);
  }
  grpc::ServerReadReactor<v1::ImportModelRequest>* ImportModel(Context* context,
                                                               v1::Model* response) override {
    return ServeUpload<ModelImportSession, v1::ImportModelRequest>(
        environment_, context, "ModelService.ImportModel", response);
  }

 private:
  Environment& environment_;
};

// --------------------------------------------------------------------------------------- restart

absl::Status RestartFit(Environment& environment, const Resource& resource,
                        const store::v1::ModelRecord& record) {
  JALON_ASSIGN_OR_RETURN(PreparedFit fit,
                         PrepareFit(environment, NetworkOf(resource.name), record.model()));
  fit.model.set_name(resource.name);
  *fit.model.mutable_create_time() = record.model().create_time();
  fit.principal = record.principal();
  return environment.fits.Start(std::move(fit));
}

absl::Status StoreFailed(Environment& environment, const Resource& resource,
                         const store::v1::ModelRecord& record, const absl::Status& why) {
  v1::Model model = record.model();
  model.set_state(v1::Model::STATE_FAILED);
  model.set_error(absl::StrCat("it could not start again: ", why.message()));
  *model.mutable_end_time() = ToProto(environment.clock.WallNow());
  Transaction transaction;
  transaction.mutations.push_back(
      ModelWithoutContent(model, record.principal(), Expect::Generation(resource.generation)));
  return environment.store.BlockingApply(std::move(transaction)).status();
}

}  // namespace

std::unique_ptr<grpc::Service> MakeModelService(Environment& environment) {
  return std::make_unique<ModelService>(environment);
}

absl::Status RestartFits(Environment& environment) {
  JALON_ASSIGN_OR_RETURN(
      const std::vector<Resource> left,
      environment.archive.ListByState("models",
                                      StoredState(v1::Model::State_Name(v1::Model::STATE_QUEUED))));
  for (const Resource& resource : left) {
    store::v1::ModelRecord record;
    JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
    const absl::Status started = RestartFit(environment, resource, record);
    if (!started.ok()) JALON_RETURN_IF_ERROR(StoreFailed(environment, resource, record, started));
  }
  return absl::OkStatus();
}

}  // namespace jalon::server
