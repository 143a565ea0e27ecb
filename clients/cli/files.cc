#include "clients/cli/files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace jalon::client {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFiles = 64;

bool IsRead(const fs::path& path) {
  static const std::set<std::string> kExtensions = {".csv", ".tsv", ".txt", ".asc"};
  return kExtensions.count(path.extension().string()) > 0 || path.stem() == "manifest";
}

absl::StatusOr<std::vector<fs::path>> Expanded(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.emplace_back(path);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.is_regular_file(error) && IsRead(entry.path())) inside.push_back(entry.path());
    }
    if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
    if (inside.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": no CSV file in this folder"));
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  if (fs::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a folder, expected a file"));
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in || !bytes) {
    if (fs::file_size(path, error) == 0) return std::string();
    return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  }
  return std::move(bytes).str();
}

PendingFile::PendingFile(const std::string& path)
    : path_(path), part_(path + ".part"), out_(part_, std::ios::binary | std::ios::trunc) {}

PendingFile::~PendingFile() {
  std::error_code error;
  if (out_.is_open()) fs::remove(part_, error);
}

absl::Status PendingFile::Commit() {
  out_.close();
  std::error_code error;
  if (!out_) {
    fs::remove(part_, error);
    return absl::UnavailableError(absl::StrCat(path_, ": cannot be written"));
  }
  fs::rename(part_, path_, error);
  if (error) return absl::UnavailableError(absl::StrCat(path_, ": ", error.message()));
  return absl::OkStatus();
}

absl::Status WriteFile(const std::string& path, const std::string& bytes) {
  PendingFile file(path);
  file.out() << bytes;
  return file.Commit();
}

absl::StatusOr<std::vector<UploadFile>> ReadUploads(const std::vector<std::string>& paths) {
  auto files = Expanded(paths);
  if (!files.ok()) return files.status();
  if (files->size() > kMostFiles) {
    return absl::InvalidArgumentError(
        absl::StrCat(files->size(), " files: at most ", kMostFiles, " in one import"));
  }
  std::vector<UploadFile> uploads;
  std::set<std::string> names;
  for (const fs::path& path : *files) {
    if (!names.insert(path.filename().string()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(path.string(), ": another file has the same name"));
    }
    auto bytes = ReadFile(path.string());
    if (!bytes.ok()) return bytes.status();
    uploads.push_back({path.filename().string(), *std::move(bytes)});
  }
  return uploads;
}

}  // namespace jalon::client
