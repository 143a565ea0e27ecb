// Reading and writing the user's files.
#ifndef JALON_CLIENTS_CLI_FILES_H_
#define JALON_CLIENTS_CLI_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// Errors: kNotFound, kInvalidArgument (a folder), kUnavailable (cannot be read), naming the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes a file whole or not at all: to a neighbour first, then renamed over `path`.
absl::Status WriteFile(const std::string& path, const std::string& bytes);

// The files to send: each path itself, or the regular files of a folder that an import reads
// (`.csv`, `.tsv`, `.txt`, `.asc`, `manifest`), by name.
// Errors: kInvalidArgument (no file, more than 64, two of one name), and those of ReadFile.
absl::StatusOr<std::vector<UploadFile>> ReadUploads(const std::vector<std::string>& paths);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_FILES_H_
