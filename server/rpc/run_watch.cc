#include "server/rpc/run_watch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "server/rpc/request_checks.h"
#include "server/rpc/watch_stream.h"
#include "server/run/live_runs.h"
#include "server/stream/resume_token.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

class RunWatch final
    : public WatchStream<v1::WatchRunRequest, v1::WatchRunResponse, LiveRun::WatchBox> {
 public:
  using WatchStream::WatchStream;

 private:
  using Box = LiveRun::WatchBox;

  absl::Status Open() override {
    const std::string& name = request().name();
    JALON_RETURN_IF_ERROR(CheckNamed("name", name, kRunPattern));
    if (!request().resume_token().empty()) {
      JALON_ASSIGN_OR_RETURN(seen_, DecodeResumeToken(request().resume_token(), name));
    }
    seen_.resource = name;
    const auto live = environment().runs.Find(name);
    if (live == nullptr) return OpenEnded();
    JALON_ASSIGN_OR_RETURN(selection_,
                           Select(live->axis(), Heading(live->resource()), request().view()));
    live->Watch(box());
    return absl::OkStatus();
  }

  absl::Status OpenEnded() {
    Archive& archive = environment().archive;
    JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::RunRecord>(request().name()));
    RunUpdate update{stored.record.run().progress(), nullptr};
    if (!stored.record.columns().empty()) {
      JALON_ASSIGN_OR_RETURN(const auto result, archive.GetResult(request().name(), stored.record));
      JALON_ASSIGN_OR_RETURN(selection_, Select(result->axis, result->table, request().view()));
      // Shares the life of the loaded result.
      update.table = std::shared_ptr<const ResultTable>(result, &result->table);
    }
    box()->PushEvent(stored.record.run());
    box()->PutLatest(update);
    box()->PutFinal(stored.record.run());
    return absl::OkStatus();
  }

  // A table without numbers yet, to choose columns from.
  static ResultTable Heading(const v1::Run& run) {
    return {.specs = {run.statistics().begin(), run.statistics().end()}};
  }

  Pulled Next(v1::WatchRunResponse* message) override {
    if (ended_) return {.kind = Pulled::Kind::kEnd};
    if (table_ != nullptr) {
      FillBlock(message);
    } else if (!FillNext(message)) {
      return {};
    }
    message->set_sequence(++seen_.sequence);
    message->set_resume_token(Encode(seen_));
    return {.kind = Pulled::Kind::kMessage};
  }

  // False when the mailbox is empty.
  bool FillNext(v1::WatchRunResponse* message) {
    const std::optional<Box::Item> item = box()->Take();
    if (!item.has_value()) return false;
    if (item->index() == 0) *message->mutable_snapshot() = std::get<0>(*item);
    if (item->index() == 1) FillUpdate(std::get<1>(*item), message);
    if (item->index() == 2) {
      *message->mutable_ended() = std::get<2>(*item);
      ended_ = true;
    }
    return true;
  }

  void FillUpdate(const RunUpdate& update, v1::WatchRunResponse* message) {
    *message->mutable_progress() = update.progress;
    const bool fresh = update.table != nullptr && update.table->path_count > seen_.path_count;
    if (!fresh || selection_.rows.empty()) return;
    table_ = update.table;
    first_row_ = 0;
  }

  void FillBlock(v1::WatchRunResponse* message) {
    const auto total = static_cast<int64_t>(selection_.rows.size());
    const int64_t count = std::min(
        total - first_row_,
        RowsPerBlock(static_cast<int64_t>(selection_.columns.size()), Limits::kFrameBytes));
    *message->mutable_estimates() = MakeBlock(*table_, selection_, first_row_, count);
    first_row_ += count;
    if (first_row_ < total) return;
    seen_.path_count = table_->path_count;
    table_ = nullptr;
  }

  TableSelection selection_;
  // What was sent so far.
  ResumeToken seen_;
  // The checkpoint being sent, and the first row not sent yet. Shared with the run.
  std::shared_ptr<const ResultTable> table_;
  int64_t first_row_ = 0;
  bool ended_ = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchRunResponse>* ServeRunWatch(Environment& environment,
                                                              grpc::CallbackServerContext* context,
                                                              const v1::WatchRunRequest& request) {
  const auto watch = std::make_shared<RunWatch>(
      environment, context, CallSpec{"SimulationService.WatchRun", request.name()}, request);
  watch->Begin();
  return watch.get();
}

}  // namespace jalon::server
