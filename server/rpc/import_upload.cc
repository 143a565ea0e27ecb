#include "server/rpc/import_upload.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "server/convert/status.h"
#include "server/run/limits.h"
#include "sim/base/violation.h"

namespace jalon::server {
namespace {

constexpr int kMaxFiles = 64;
constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr size_t kMaxNameBytes = 200;

bool HasFolder(absl::string_view name) {
  return name == "." || name == ".." || name.find_first_of("/\\") != absl::string_view::npos;
}

absl::Status Refused(absl::string_view field, std::string value, absl::string_view rule,
                     absl::string_view reason) {
  Checks checks;
  checks.Add(field, std::move(value), rule, reason);
  return checks.ToStatus();
}

}  // namespace

void CheckFiles(const FileDeclarations& files, Checks& checks) {
  if (!checks.Required("files", !files.empty())) return;
  if (files.size() > kMaxFiles) {
    checks.Add("files", absl::StrCat(files.size()), "must be 1 to 64 files", "OUT_OF_RANGE");
    return;
  }
  std::set<std::string> names;
  for (int i = 0; i < files.size(); ++i) {
    const v1::FileDeclaration& file = files[i];
    const std::string field = absl::StrCat("files[", i, "]");
    const std::string name = absl::StrCat(field, ".file");
    if (checks.Required(name, !file.file().empty())) checks.Text(name, file.file(), kMaxNameBytes);
    if (HasFolder(file.file())) {
      checks.Add(name, file.file(), "must be a file name without folders", "BAD_TEXT");
    }
    if (!names.insert(file.file()).second) {
      checks.Add(name, file.file(), "must be unique in the import", "DUPLICATE_FILE");
    }
    checks.InRange(absl::StrCat(field, ".size_bytes"), static_cast<double>(file.size_bytes()), 0,
                   static_cast<double>(kMaxFileBytes));
  }
}

int64_t TotalBytes(const FileDeclarations& files) {
  int64_t total = 0;
  for (const v1::FileDeclaration& file : files) total += file.size_bytes();
  return total;
}

ImportUpload::ImportUpload(const FileDeclarations& files) {
  for (const v1::FileDeclaration& file : files) {
    files_.push_back({.name = file.file(), .size = file.size_bytes()});
  }
}

absl::Status ImportUpload::Add(const v1::FileChunk& chunk) {
  const auto bytes = static_cast<int64_t>(chunk.data().size());
  if (bytes > Limits::kChunkBytes) {
    return LimitExceeded("chunk_bytes", Limits::kChunkBytes, bytes, "bytes");
  }
  if (chunk.file_index() < current_ || chunk.file_index() >= static_cast<int>(files_.size())) {
    return Refused("chunk.file_index", absl::StrCat(chunk.file_index()),
                   absl::StrCat("must be ", current_, " to ", files_.size() - 1,
                                ": files come in the order announced"),
                   "OUT_OF_ORDER");
  }
  current_ = chunk.file_index();
  File& file = files_[current_];
  if (file.bytes.empty()) file.bytes.reserve(file.size);
  if (static_cast<int64_t>(file.bytes.size()) + bytes > file.size) {
    return Refused("chunk.data", absl::StrCat(file.bytes.size() + bytes, " bytes of ", file.name),
                   absl::StrCat("must be at most the ", file.size, " bytes announced"),
                   "TOO_MANY_BYTES");
  }
  file.bytes += chunk.data();
  return absl::OkStatus();
}

absl::Status ImportUpload::CheckComplete() const {
  for (const File& file : files_) {
    if (static_cast<int64_t>(file.bytes.size()) == file.size) continue;
    return WithReason(
        absl::DataLossError(absl::StrCat(file.name, ": ", file.bytes.size(), " bytes arrived of ",
                                         file.size, " announced; send the files again")),
        "TRUNCATED_UPLOAD");
  }
  return absl::OkStatus();
}

std::vector<ImportFile> ImportUpload::files() const {
  std::vector<ImportFile> files;
  for (const File& file : files_) files.push_back({file.name, file.bytes});
  return files;
}

}  // namespace jalon::server
