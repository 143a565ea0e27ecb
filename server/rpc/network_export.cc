#include "server/rpc/network_export.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/export/export.h"
#include "server/ingest/import.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/resource_stream.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

struct ExportedFile {
  std::string name;
  std::string bytes;
};

class NetworkExport final
    : public ResourceStream<v1::ExportNetworkRequest, v1::ExportNetworkResponse> {
 public:
  using ResourceStream::ResourceStream;

 private:
  // All files are written here, off the threads of gRPC: about 20 MB for 30,000 series x 60 months.
  absl::Status Open() override {
    JALON_RETURN_IF_ERROR(CheckNamed("name", request().name(), kRevisionPattern));
    JALON_ASSIGN_OR_RETURN(const auto revision,
                           environment().archive.GetRevision(request().name()));
    content_hash_ = revision->info.content_hash();
    std::vector<ExportedTable> written;
    std::vector<ExportedFile> files(1);
    for (const ExportedTable& table : ExportedTables()) {
      std::string bytes = table.write(revision->value);
      if (bytes.empty()) continue;
      files.push_back({absl::StrCat(table.name, ".csv"), std::move(bytes)});
      written.push_back(table);
    }
    files[0] = {kManifestName, ExportedManifest(revision->value, written)};
    files_ = std::move(files);
    return absl::OkStatus();
  }

  Pulled Next(v1::ExportNetworkResponse* message) override {
    if (files_.empty()) return {};  // not open yet
    if (file_ == files_.size()) return {.kind = Pulled::Kind::kEnd};
    const ExportedFile& file = files_[file_];
    if (file_ == 0 && sent_ == 0) message->set_content_hash(content_hash_);
    const size_t count = std::min<size_t>(Limits::kFrameBytes, file.bytes.size() - sent_);
    message->set_file(file.name);
    message->set_data(file.bytes.substr(sent_, count));
    sent_ += count;
    if (sent_ == file.bytes.size()) {
      ++file_;
      sent_ = 0;
    }
    return {.kind = Pulled::Kind::kMessage};
  }

  std::vector<ExportedFile> files_;
  std::string content_hash_;
  // The next piece: of which file, and after how many of its bytes.
  size_t file_ = 0;
  size_t sent_ = 0;
};

}  // namespace

grpc::ServerWriteReactor<v1::ExportNetworkResponse>* ServeNetworkExport(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::ExportNetworkRequest& request) {
  const auto stream = std::make_shared<NetworkExport>(
      environment, context, CallSpec{"NetworkService.ExportNetwork", request.name()}, request);
  stream->Begin();
  return stream.get();
}

}  // namespace jalon::server
