#include "server/rpc/model_streams.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/convert/model.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/resource_stream.h"
#include "server/rpc/watch_stream.h"
#include "server/run/live_fits.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

class ModelWatch final
    : public WatchStream<v1::WatchModelRequest, v1::WatchModelResponse, LiveFit::WatchBox> {
 public:
  using WatchStream::WatchStream;

 private:
  using Box = LiveFit::WatchBox;

  absl::Status Open() override {
    const std::string& name = request().name();
    JALON_RETURN_IF_ERROR(CheckNamed("name", name, kModelPattern));
    if (const auto live = environment().fits.Find(name)) {
      live->Watch(box());
      return absl::OkStatus();
    }
    JALON_ASSIGN_OR_RETURN(const auto stored,
                           environment().archive.Get<store::v1::ModelRecord>(name));
    box()->PushEvent(stored.record.model());
    box()->PutFinal(stored.record.model());
    return absl::OkStatus();
  }

  Pulled Next(v1::WatchModelResponse* message) override {
    if (ended_) return {.kind = Pulled::Kind::kEnd};
    const std::optional<Box::Item> item = box()->Take();
    if (!item.has_value()) return {};
    message->set_sequence(++sequence_);
    if (item->index() == 0) *message->mutable_snapshot() = std::get<0>(*item);
    if (item->index() == 1) *message->mutable_progress() = std::get<1>(*item);
    if (item->index() == 2) {
      *message->mutable_ended() = std::get<2>(*item);
      ended_ = true;
    }
    return {.kind = Pulled::Kind::kMessage};
  }

  int64_t sequence_ = 0;
  bool ended_ = false;
};

class ModelExport final : public ResourceStream<v1::ExportModelRequest, v1::ExportModelResponse> {
 public:
  using ResourceStream::ResourceStream;

 private:
  absl::Status Open() override {
    JALON_RETURN_IF_ERROR(CheckNamed("name", request().name(), kModelPattern));
    JALON_ASSIGN_OR_RETURN(const auto model, environment().archive.GetModel(request().name()));
    const bool is_text = request().format() != v1::MODEL_FORMAT_BINARY;
    bytes_ = WriteModel(model->value, is_text ? v1::MODEL_FORMAT_TEXT : v1::MODEL_FORMAT_BINARY);
    content_hash_ = model->info.content_hash();
    return absl::OkStatus();
  }

  Pulled Next(v1::ExportModelResponse* message) override {
    if (sent_ > 0 && sent_ == bytes_.size()) return {.kind = Pulled::Kind::kEnd};
    if (bytes_.empty()) return {};  // not open yet
    if (sent_ == 0) {
      message->set_total_bytes(static_cast<int64_t>(bytes_.size()));
      message->set_content_hash(content_hash_);
    }
    const size_t count = std::min<size_t>(Limits::kFrameBytes, bytes_.size() - sent_);
    message->set_data(bytes_.substr(sent_, count));
    sent_ += count;
    return {.kind = Pulled::Kind::kMessage};
  }

  std::string bytes_;
  std::string content_hash_;
  size_t sent_ = 0;
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchModelResponse>* ServeModelWatch(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::WatchModelRequest& request) {
  const auto stream = std::make_shared<ModelWatch>(
      environment, context, CallSpec{"ModelService.WatchModel", request.name()}, request);
  stream->Begin();
  return stream.get();
}

grpc::ServerWriteReactor<v1::ExportModelResponse>* ServeModelExport(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::ExportModelRequest& request) {
  const auto stream = std::make_shared<ModelExport>(
      environment, context, CallSpec{"ModelService.ExportModel", request.name()}, request);
  stream->Begin();
  return stream.get();
}

}  // namespace jalon::server
