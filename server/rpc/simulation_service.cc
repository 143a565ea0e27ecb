#include "server/rpc/simulation_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jalon/v1/simulation_service.grpc.pb.h"
#include "server/base/ids.h"
#include "server/convert/serialize.h"
#include "server/convert/status.h"
#include "server/convert/time.h"
#include "server/rpc/handler.h"
#include "server/rpc/machine.h"
#include "server/rpc/paging.h"
#include "server/rpc/record_lists.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/run_watch.h"
#include "server/rpc/take_back.h"
#include "server/run/live_runs.h"
#include "server/run/run_end.h"
#include "server/run/run_losses.h"
#include "server/run/run_provenance.h"
#include "server/run/score_rows.h"

namespace jalon::server {
namespace {

constexpr absl::Duration kCancelWait = absl::Seconds(2);

// ---------------------------------------------------------------------------------- one run

// A run as it stands, in progress or not.
absl::StatusOr<v1::Run> RunNow(Environment& environment, absl::string_view name) {
  if (const auto live = environment.runs.Find(name)) return live->resource();
  JALON_ASSIGN_OR_RETURN(const auto stored, environment.archive.Get<store::v1::RunRecord>(name));
  return stored.record.run();
}

// Rows and numbers of a run's newest checkpoint. Shared with the run or the cache.
struct Answer {
  std::shared_ptr<const RowAxis> axis;
  std::shared_ptr<const ResultTable> table;
};

absl::StatusOr<Answer> AnswerNow(Environment& environment, const std::string& name) {
  if (const auto live = environment.runs.Find(name)) {
    Answer answer{{live, &live->axis()}, live->update().table};
    if (answer.table != nullptr) return answer;
    return WithRetryDelay(
        absl::FailedPreconditionError(absl::StrCat(name, " has not reached a checkpoint yet")),
        absl::Milliseconds(200));
  }
  JALON_ASSIGN_OR_RETURN(const auto stored, environment.archive.Get<store::v1::RunRecord>(name));
  JALON_ASSIGN_OR_RETURN(const auto result, environment.archive.GetResult(name, stored.record));
  return Answer{{result, &result->axis}, {result, &result->table}};
}

absl::StatusOr<std::shared_ptr<const RowAxis>> AxisNow(Environment& environment,
                                                       const std::string& name) {
  if (const auto live = environment.runs.Find(name)) {
    return std::shared_ptr<const RowAxis>(live, &live->axis());
  }
  JALON_ASSIGN_OR_RETURN(const auto stored, environment.archive.Get<store::v1::RunRecord>(name));
  return environment.archive.GetRowAxis(stored.record);
}

// ------------------------------------------------------------------------------------ create

absl::Status CheckCreate(const v1::CreateRunRequest& request) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckId("run_id", request.run_id(), checks);
  CheckRequestId(request.request_id(), checks);
  checks.Required("run", request.has_run());
  return checks.ToStatus();
}

absl::StatusOr<PreparedRun> Prepare(Environment& environment, const std::string& network,
                                    const v1::Run& run) {
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared, PrepareRun(environment.archive, environment.limits,
                                                          {.network = network,
                                                           .run = run,
                                                           .parallelism = environment.worker_count,
                                                           .baselines = &environment.baselines}));
  v1::Provenance& provenance = *prepared.run.mutable_provenance();
  provenance.set_server_version(ServerVersion());
  static const bool has_fma = DescribeMachine().has_fma;
  provenance.set_reproducibility(has_fma ? v1::REPRODUCIBILITY_LEVEL_R1
                                         : v1::REPRODUCIBILITY_LEVEL_R0);
  return prepared;
}

// The record of a run that waits, with the rows it will have.
Transaction QueuedRun(const PreparedRun& prepared, const std::string& principal) {
  Transaction transaction;
  BlobWriter blobs(&transaction);
  store::v1::RunRecord record;
  *record.mutable_run() = prepared.run;
  record.set_principal(principal);
  record.set_row_axis(blobs.Add(DeterministicBytes(prepared.axis.proto())));
  transaction.mutations.push_back(
      PutResource{.name = prepared.run.name(),
                  .state = StoredState(v1::Run::State_Name(v1::Run::STATE_QUEUED)),
                  .payload = record.SerializeAsString(),
                  .expect = Expect::Absent(),
                  .blobs = blobs.digests()});
  return transaction;
}

// Takes a run in under its name. When another call is about to launch a run of that name, waits to
// see what becomes of it: if that was this call, sent twice, its run is the answer.
absl::StatusOr<std::string> AddOrFindEarlier(Call& call, PreparedRun&& prepared,
                                             absl::string_view request_id) {
  LiveRuns& runs = call.environment().runs;
  const std::string name = prepared.run.name();
  for (;;) {
    // Add leaves what it refuses as it was.
    absl::Status added =
        runs.Add(std::move(prepared), call.principal().id);  // NOLINT(bugprone-use-after-move)
    if (!absl::IsAlreadyExists(added)) {
      if (!added.ok()) return added;
      return std::string();
    }
    runs.WaitForLaunch(name);
    JALON_ASSIGN_OR_RETURN(std::string earlier, call.EarlierOutcome(request_id));
    if (!earlier.empty()) return earlier;
    if (runs.Find(name) != nullptr) return added;
  }
}

// Stores a prepared run, then queues it. The store comes first: a run that was acknowledged starts
// again after a crash.
absl::StatusOr<v1::Run> Launch(Call& call, PreparedRun prepared, absl::string_view request_id) {
  Environment& environment = call.environment();
  const std::string name = prepared.run.name();
  const v1::Run run = prepared.run;
  Transaction transaction = QueuedRun(prepared, call.principal().id);
  JALON_ASSIGN_OR_RETURN(const std::string earlier,
                         AddOrFindEarlier(call, std::move(prepared), request_id));
  if (!earlier.empty()) return RunNow(environment, earlier);
  const auto stored = call.Apply(std::move(transaction), request_id, name);
  if (!stored.ok() || stored->replayed) {
    environment.runs.Drop(name);
    if (!stored.ok()) return stored.status();
    return RunNow(environment, stored->outcome);
  }
  if (absl::Status queued = environment.runs.Start(name); !queued.ok()) {
    TakeBack(environment, name);
    return queued;
  }
  return run;
}

absl::StatusOr<v1::Run> CreateRun(Call& call, const v1::CreateRunRequest& request) {
  JALON_RETURN_IF_ERROR(CheckCreate(request));
  Environment& environment = call.environment();
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return RunNow(environment, earlier);
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         Prepare(environment, request.parent(), request.run()));
  *prepared.run.mutable_create_time() = ToProto(environment.clock.WallNow());
  if (request.validate_only()) return prepared.run;
  const std::string id = request.run_id().empty() ? RandomId() : request.run_id();
  prepared.run.set_name(JoinName(request.parent(), "runs", id));
  return Launch(call, std::move(prepared), request.request_id());
}

// ------------------------------------------------------------------------------ get, list, cancel

absl::StatusOr<v1::Run> GetRun(Call& call, const v1::GetRunRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kRunPattern));
  return RunNow(call.environment(), request.name());
}

absl::StatusOr<v1::ListRunsResponse> ListRuns(Call& call, const v1::ListRunsRequest& request) {
  Environment& environment = call.environment();
  v1::ListRunsResponse response;
  const auto add = [&](const store::v1::RunRecord& record, int64_t) {
    const auto live = environment.runs.Find(record.run().name());
    *response.add_runs() = live == nullptr ? record.run() : live->resource();
  };
  JALON_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      ListChildren<store::v1::RunRecord>(environment.archive, request, "runs", add));
  return response;
}

absl::StatusOr<v1::Run> CancelRun(Call& call, const v1::CancelRunRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("name", request.name(), kRunPattern));
  Environment& environment = call.environment();
  const auto live = environment.runs.Find(request.name());
  if (live == nullptr) return RunNow(environment, request.name());
  environment.runs.Cancel(request.name());
  return live->WaitForEnd(kCancelWait);
}

// --------------------------------------------------------------------------------------- reading

// What keys take beside the numbers of a row, in columns: an id of a unit and the indices.
constexpr int64_t kKeyColumns = 12;

// A page of a selection. Tokens name the table they belong to; `key_columns` makes room for keys.
template <typename Response, typename Request>
absl::StatusOr<Response> PageOf(const ResultTable& table, const TableSelection& selection,
                                Request request, int64_t key_columns = 0) {
  if (!request.page_token().empty()) {
    absl::string_view rest = request.page_token();
    if (!absl::ConsumePrefix(&rest, absl::StrCat(table.table_id, "/"))) {
      return absl::AbortedError("the run has reached another checkpoint since; start again");
    }
    request.set_page_token(std::string(rest));
  }
  const int64_t most = RowsPerBlock(static_cast<int64_t>(selection.columns.size()) + key_columns,
                                    Limits::kPageBytes);
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, selection.row_axis_hash, {most, most}));
  const auto total = static_cast<int64_t>(selection.rows.size());
  const int64_t first = std::min(paging.first(), total);
  Response response;
  *response.mutable_block() = MakeBlock(table, selection, first, paging.end(total) - first);
  const std::string next = paging.NextToken(total);
  if (!next.empty()) response.set_next_page_token(absl::StrCat(table.table_id, "/", next));
  return response;
}

// Rows of units have neither segments nor indicators.
void ClearAllButUnits(v1::KeyColumns& keys) {
  keys.clear_segments();
  keys.clear_segment_index();
  keys.clear_indicators();
  keys.clear_indicator_index();
}

absl::StatusOr<v1::ReadResultsResponse> ReadResults(Call& call,
                                                    const v1::ReadResultsRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("run", request.run(), kRunPattern));
  JALON_ASSIGN_OR_RETURN(const Answer answer, AnswerNow(call.environment(), request.run()));
  JALON_ASSIGN_OR_RETURN(const TableSelection selection,
                         Select(*answer.axis, *answer.table, request.view()));
  return PageOf<v1::ReadResultsResponse>(*answer.table, selection, request);
}

absl::StatusOr<v1::GetRowIndexResponse> GetRowIndex(Call& call,
                                                    const v1::GetRowIndexRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("run", request.run(), kRunPattern));
  JALON_ASSIGN_OR_RETURN(const std::shared_ptr<const RowAxis> axis,
                         AxisNow(call.environment(), request.run()));
  Checks checks;
  const std::vector<uint32_t> rows = axis->Select(request.view(), checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  v1::GetRowIndexResponse response;
  response.set_row_axis_hash(axis->Hash(rows));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, response.row_axis_hash(), {5'000, 10'000}));
  const auto total = static_cast<int64_t>(rows.size());
  const int64_t first = std::min(paging.first(), total);
  response.set_first_row(first);
  response.set_total_row_count(total);
  *response.mutable_keys() = axis->Keys(rows, first, paging.end(total) - first);
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

// Scores of a run's newest checkpoint. Shared with the run or the cache.
absl::StatusOr<std::shared_ptr<const ScoreTables>> ScoresNow(Environment& environment,
                                                             const std::string& name) {
  JALON_ASSIGN_OR_RETURN(const Answer answer, AnswerNow(environment, name));
  if (answer.table->scores != nullptr) return answer.table->scores;
  return absl::FailedPreconditionError(
      absl::StrCat(name, " has no scores: it was not asked about objectives"));
}

absl::StatusOr<v1::ReadScoresResponse> ReadScores(Call& call,
                                                  const v1::ReadScoresRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("run", request.run(), kRunPattern));
  JALON_ASSIGN_OR_RETURN(const auto scores, ScoresNow(call.environment(), request.run()));
  const bool of_weights = request.part() == v1::ReadScoresRequest::PART_WEIGHTS;
  const RowAxis& axis = of_weights ? *scores->weight_axis : *scores->axis;
  const ResultTable& table = of_weights ? scores->weights : scores->scores;
  v1::View view = request.view();
  if (!of_weights) {
    view.clear_segments();
    view.clear_indicators();
  }
  JALON_ASSIGN_OR_RETURN(const TableSelection selection, Select(axis, table, view));
  JALON_ASSIGN_OR_RETURN(auto response,
                         PageOf<v1::ReadScoresResponse>(table, selection, request, kKeyColumns));
  const v1::ResultBlock& block = response.block();
  *response.mutable_keys() = axis.Keys(selection.rows, block.first_row(), block.row_count());
  if (of_weights) return response;
  ClearAllButUnits(*response.mutable_keys());
  if (request.page_token().empty()) {
    response.mutable_joint_sets()->Assign(scores->joint_sets.begin(), scores->joint_sets.end());
  }
  return response;
}

// ---------------------------------------------------------------------------------------- replay

absl::StatusOr<v1::Run> EndedRun(Environment& environment, const std::string& name) {
  if (environment.runs.Find(name) != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(name, " has not ended yet"));
  }
  return RunNow(environment, name);
}

// One path as a table of one column.
ResultTable PathTable(const PreparedRun& prepared, int64_t path, sim::PathReplay replay) {
  ResultTable table{
      .table_id = absl::StrCat(prepared.input.spec_hash.substr(0, 16), "-path-", path),
      .path_count = 1};
  table.specs.emplace_back().set_statistic(v1::STATISTIC_PATH_VALUE);
  table.columns.push_back(std::move(replay.target_values));
  return table;
}

absl::StatusOr<v1::ReplayPathResponse> ReplayPath(Call& call,
                                                  const v1::ReplayPathRequest& request) {
  JALON_RETURN_IF_ERROR(CheckNamed("run", request.run(), kRunPattern));
  Environment& environment = call.environment();
  JALON_ASSIGN_OR_RETURN(const v1::Run run, EndedRun(environment, request.run()));
  const int64_t path_count = run.provenance().path_count();
  if (request.path_index() < 0 || request.path_index() >= path_count) {
    return absl::OutOfRangeError(
        absl::StrCat("path_index ", request.path_index(), ": must be from 0 to ", path_count - 1));
  }
  JALON_ASSIGN_OR_RETURN(const PreparedRun prepared,
                         Prepare(environment, NetworkOf(request.run()), run));
  JALON_RETURN_IF_ERROR(CheckSameEngine(run.provenance(), prepared.run.provenance()));
  JALON_ASSIGN_OR_RETURN(sim::PathReplay replay,
                         ReplayOf(prepared.input, request.path_index(), &environment.surfaces));
  const sim::PlanRegime& regime = prepared.input.plan.regimes[replay.regime];
  const ResultTable table = PathTable(prepared, request.path_index(), std::move(replay));
  v1::View view = request.view();
  view.clear_statistics();
  JALON_ASSIGN_OR_RETURN(const TableSelection selection, Select(prepared.axis, table, view));
  JALON_ASSIGN_OR_RETURN(v1::ReplayPathResponse response,
                         PageOf<v1::ReplayPathResponse>(table, selection, request));
  if (prepared.run.provenance().regimes_size() > 0) response.set_regime(regime.id);
  return response;
}

constexpr int kMostDepth = 8;

absl::StatusOr<v1::ReadEventLossesResponse> ReadEventLosses(
    Call& call, const v1::ReadEventLossesRequest& request) {
  Checks checks;
  CheckName("run", request.run(), kRunPattern, checks);
  const int depth = request.has_depth() ? request.depth() : 1;
  checks.InRange("depth", depth, 0, kMostDepth);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  Environment& environment = call.environment();
  JALON_ASSIGN_OR_RETURN(const v1::Run run, EndedRun(environment, request.run()));
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, request.run(), {500, 1'000}));
  JALON_ASSIGN_OR_RETURN(
      std::vector<v1::EventLosses> rows,
      LossesOfRun(environment.archive, {.network = NetworkOf(request.run()), .run = run}, depth));
  const auto total = static_cast<int64_t>(rows.size());
  v1::ReadEventLossesResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_rows() = std::move(rows[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

// --------------------------------------------------------------------------------------- service

class SimulationService final : public v1::SimulationService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit SimulationService(Environment& environment) : environment_(environment) {}

  Reactor* CreateRun(Context* context, const v1::CreateRunRequest* request,
                     v1::Run* response) override {
    return Serve(environment_, context, {"SimulationService.CreateRun", request->parent()}, request,
                 response, &server::CreateRun);
  }
  Reactor* GetRun(Context* context, const v1::GetRunRequest* request, v1::Run* response) override {
    return Serve(environment_, context, {"SimulationService.GetRun", request->name()}, request,
                 response, &server::GetRun);
  }
  Reactor* ListRuns(Context* context, const v1::ListRunsRequest* request,
                    v1::ListRunsResponse* response) override {
    return Serve(environment_, context, {"SimulationService.ListRuns", request->parent()}, request,
                 response, &server::ListRuns);
  }
  Reactor* CancelRun(Context* context, const v1::CancelRunRequest* request,
                     v1::Run* response) override {
    return Serve(environment_, context, {"SimulationService.CancelRun", request->name()}, request,
                 response, &server::CancelRun);
  }
  grpc::ServerWriteReactor<v1::WatchRunResponse>* WatchRun(
      Context* context, const v1::WatchRunRequest* request) override {
    return ServeRunWatch(environment_, context, *request);
  }
  Reactor* ReadResults(Context* context, const v1::ReadResultsRequest* request,
                       v1::ReadResultsResponse* response) override {
    return Serve(environment_, context, {"SimulationService.ReadResults", request->run()}, request,
                 response, &server::ReadResults);
  }
  Reactor* GetRowIndex(Context* context, const v1::GetRowIndexRequest* request,
                       v1::GetRowIndexResponse* response) override {
    return Serve(environment_, context, {"SimulationService.GetRowIndex", request->run()}, request,
                 response, &server::GetRowIndex);
  }
  Reactor* ReadScores(Context* context, const v1::ReadScoresRequest* request,
                      v1::ReadScoresResponse* response) override {
    return Serve(environment_, context, {"SimulationService.ReadScores", request->run()}, request,
                 response, &server::ReadScores);
  }
  Reactor* ReplayPath(Context* context, const v1::ReplayPathRequest* request,
                      v1::ReplayPathResponse* response) override {
    return Serve(environment_, context, {"SimulationService.ReplayPath", request->run()}, request,
                 response, &server::ReplayPath);
  }
  Reactor* ReadEventLosses(Context* context, const v1::ReadEventLossesRequest* request,
                           v1::ReadEventLossesResponse* response) override {
    return Serve(environment_, context, {"SimulationService.ReadEventLosses", request->run()},
                 request, response, &server::ReadEventLosses);
  }

 private:
  Environment& environment_;
};

// --------------------------------------------------------------------------------------- restart

absl::Status RestartRun(Environment& environment, const Resource& resource) {
  store::v1::RunRecord record;
  JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         Prepare(environment, NetworkOf(resource.name), record.run()));
  prepared.run.set_name(resource.name);
  *prepared.run.mutable_create_time() = record.run().create_time();
  JALON_RETURN_IF_ERROR(environment.runs.Add(std::move(prepared), record.principal()));
  return environment.runs.Start(resource.name);
}

absl::Status StoreFailed(Environment& environment, const Resource& resource,
                         const absl::Status& why) {
  store::v1::RunRecord record;
  JALON_RETURN_IF_ERROR(Archive::Parse(resource, &record));
  DescribeEnd({.reason = v1::Termination::REASON_FAILED,
               .error = absl::Status(why.code(),
                                     absl::StrCat("it could not start again: ", why.message()))},
              *record.mutable_run());
  *record.mutable_run()->mutable_end_time() = ToProto(environment.clock.WallNow());
  Transaction transaction;
  transaction.mutations.push_back(
      PutResource{.name = resource.name,
                  .state = StoredState(v1::Run::State_Name(v1::Run::STATE_FAILED)),
                  .payload = record.SerializeAsString(),
                  .expect = Expect::Generation(resource.generation)});
  return environment.store.BlockingApply(std::move(transaction)).status();
}

}  // namespace

std::unique_ptr<grpc::Service> MakeSimulationService(Environment& environment) {
  return std::make_unique<SimulationService>(environment);
}

absl::Status RestartRuns(Environment& environment) {
  JALON_ASSIGN_OR_RETURN(const std::vector<Resource> left,
                         environment.archive.ListByState(
                             "runs", StoredState(v1::Run::State_Name(v1::Run::STATE_QUEUED))));
  for (const Resource& resource : left) {
    const absl::Status started = RestartRun(environment, resource);
    if (!started.ok()) JALON_RETURN_IF_ERROR(StoreFailed(environment, resource, started));
  }
  return absl::OkStatus();
}

}  // namespace jalon::server
