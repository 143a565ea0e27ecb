#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/latest.h"

namespace jalon::client {
namespace {

struct ExportArguments {
  std::string folder;
};

// The stream, put together to files.
struct Exported {
  std::vector<UploadFile> files;
  std::string content_hash;

  void Add(const v1::ExportNetworkResponse& piece) {
    if (content_hash.empty()) content_hash = piece.content_hash();
    if (files.empty() || files.back().name != piece.file()) files.push_back({piece.file(), ""});
    files.back().bytes += piece.data();
  }
};

// The server names files; a name with a folder in it is none of ours.
absl::Status WriteAll(const std::string& folder, const std::vector<UploadFile>& files) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return absl::UnavailableError(absl::StrCat(folder, ": ", failed.message()));
  for (const UploadFile& file : files) {
    if (std::filesystem::path(file.name).filename() != file.name) {
      return absl::DataLossError(absl::StrCat("the server sent a file named ", file.name));
    }
    absl::Status written = WriteFile(absl::StrCat(folder, "/", file.name), file.bytes);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

int RunExport(Context& context, const ExportArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  auto network = context.network();
  if (!network.ok()) return ReportError(context, network.status());
  v1::ExportNetworkRequest request;
  request.set_name(*revision);
  Exported exported;
  context.interrupt().Listen();
  const absl::Status status = (*client)->ExportNetwork(
      request, context.interrupt().canceller(),
      [&](const v1::ExportNetworkResponse& piece) { exported.Add(piece); });
  if (!status.ok()) return ReportError(context, status);
  const absl::Status written = WriteAll(arguments.folder, exported.files);
  if (!written.ok()) return ReportError(context, written);
  TableWriter table = context.table(
      {{"file", "File", "Fichier"}, {"bytes", "Bytes", "Octets", CellFormat::kCount}});
  for (const UploadFile& file : exported.files) {
    table.Row({file.name, static_cast<int64_t>(file.bytes.size())});
  }
  table.Finish();
  context.beside() << "data hash " << exported.content_hash << "\n";
  context.Next(absl::StrCat("jalon import ", arguments.folder, " --network ", ShortId(*network)),
               "on another server: the same revision, hash for hash");
  return kExitOk;
}

}  // namespace

void AddNetworkExport(const Command& network, Invocation& invocation) {
  const Command command =
      network.Add("export", "Write a network's data as files that `jalon import` takes back");
  auto arguments = std::make_shared<ExportArguments>();  // lives as long as the parsed command
  command.Option("folder", arguments->folder, "Folder to write to",
                 {.required = true, .is_file = true});
  command.Examples("Example:\n  jalon network export bank/ --network demo");
  command.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return RunExport(context, *arguments); };
  });
}

}  // namespace jalon::client
