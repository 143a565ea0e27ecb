// Reading and writing the user's files.
#ifndef JALON_CLIENTS_CLI_FILES_H_
#define JALON_CLIENTS_CLI_FILES_H_

#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// Errors: kNotFound, kInvalidArgument (a folder), kUnavailable (cannot be read), naming the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// A file being written under a temporary name, `PATH.part`: it becomes `PATH` by Commit, and
// without that leaves no trace.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  // False when there can be no such file.
  bool ok() const { return out_.is_open(); }
  std::ostream& out() { return out_; }
  // Errors: kUnavailable when it cannot be written or renamed.
  absl::Status Commit();

 private:
  const std::string path_;
  const std::string part_;
  std::ofstream out_;
};

// Writes a file whole or not at all: to a neighbour first, then renamed over `path`.
absl::Status WriteFile(const std::string& path, const std::string& bytes);

// The files to send: each path itself, or the regular files of a folder that an import reads
// (`.csv`, `.tsv`, `.txt`, `.asc`, `manifest`), by name.
// Errors: kInvalidArgument (no file, more than 64, two of one name), and those of ReadFile.
absl::StatusOr<std::vector<UploadFile>> ReadUploads(const std::vector<std::string>& paths);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_FILES_H_
