#include "server/rpc/server_service.h"

#include <chrono>
#include <filesystem>
#include <system_error>

#include "jalon/v1/server_service.grpc.pb.h"
#include "server/convert/time.h"
#include "server/rpc/cost.h"
#include "server/rpc/handler.h"
#include "server/rpc/machine.h"
#include "server/rpc/unary.h"
#include "server/run/engine_version.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

int64_t FolderBytes(const std::string& folder) {
  int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const int64_t size = entry.is_regular_file(error) ? entry.file_size(error) : 0;
    if (!error) bytes += size;
  }
  return bytes;
}

class ServerService final : public v1::ServerService::CallbackService {
 public:
  explicit ServerService(Environment& environment)
      : environment_(environment),
        machine_(DescribeMachine()),
        start_wall_(environment.clock.WallNow()),
        start_steady_(environment.clock.SteadyNow()) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::ServerInfo* response) override {
    return ServeUnary(environment_, context, {"ServerService.GetServerInfo", ""}, *request,
                      [this, response](Call&) {
                        DescribeProgram(*response);
                        DescribeLoad(*response);
                        return DescribeStore(*response->mutable_store());
                      });
  }

  grpc::ServerUnaryReactor* EstimateCost(grpc::CallbackServerContext* context,
                                         const v1::EstimateCostRequest* request,
                                         v1::CostEstimate* response) override {
    return Serve(environment_, context, {"ServerService.EstimateCost", request->run().parent()},
                 request, response, &EstimateRunCost);
  }

 private:
  void DescribeProgram(v1::ServerInfo& info) const {
    info.set_version(ServerVersion());
    info.set_build(BuildDescription());
    info.set_engine_version(EngineVersionOf(v1::ESTIMATOR_CONDITIONAL));
    info.set_reproducibility(machine_.has_fma ? v1::REPRODUCIBILITY_LEVEL_R1
                                              : v1::REPRODUCIBILITY_LEVEL_R0);
    info.set_cpu_model(machine_.cpu_model);
    for (const std::string& set : machine_.instruction_sets) info.add_instruction_sets(set);
    info.set_core_count(machine_.core_count);
    info.set_worker_count(environment_.worker_count);
    for (const NamedLimit& limit : NamedLimits(environment_.limits)) {
      v1::Limit* added = info.add_limits();
      added->set_name(limit.name);
      added->set_value(limit.value);
      added->set_unit(limit.unit);
    }
  }

  void DescribeLoad(v1::ServerInfo& info) const {
    *info.mutable_start_time() = ToProto(start_wall_);
    const auto up = environment_.clock.SteadyNow() - start_steady_;
    *info.mutable_uptime() = ToProto(absl::FromChrono(up));
    info.set_queued_job_count(environment_.jobs.waiting_count() +
                              environment_.batch.waiting_count());
    info.set_running_job_count(environment_.jobs.started_count() +
                               environment_.batch.started_count());
    info.set_draining(environment_.gate.closed());
    info.set_resident_bytes(ResidentBytes());
  }

  absl::Status DescribeStore(v1::StoreInfo& info) const {
    info.set_state(environment_.store.failed() ? v1::StoreInfo::STATE_FAILED
                                               : v1::StoreInfo::STATE_SERVING);
    info.set_data_directory(environment_.data_directory);
    info.set_size_bytes(FolderBytes(environment_.data_directory));
    JALON_ASSIGN_OR_RETURN(
        const StoreStats stats,
        environment_.store.BlockingRead([](StoreReader& reader) { return reader.Stats(); }));
    info.set_resource_count(stats.resources);
    info.set_blob_count(stats.blobs);
    info.set_audit_row_count(stats.audit_rows);
    return absl::OkStatus();
  }

  Environment& environment_;
  const Machine machine_;
  const absl::Time start_wall_;
  const std::chrono::steady_clock::time_point start_steady_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeServerService(Environment& environment) {
  return std::make_unique<ServerService>(environment);
}

}  // namespace jalon::server
