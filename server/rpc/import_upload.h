// The files of an import while they arrive.
#ifndef JALON_SERVER_RPC_IMPORT_UPLOAD_H_
#define JALON_SERVER_RPC_IMPORT_UPLOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "jalon/v1/network_service.pb.h"
#include "server/convert/checks.h"
#include "server/ingest/import.h"

namespace jalon::server {

using FileDeclarations = google::protobuf::RepeatedPtrField<v1::FileDeclaration>;

// Checks what is announced: 1 to 64 files, names without folders, unique, 0 to 1 GiB each.
void CheckFiles(const FileDeclarations& files, Checks& checks);

// Bytes announced in all. The files must have been checked.
int64_t TotalBytes(const FileDeclarations& files);

// Thread-compatible.
class ImportUpload {
 public:
  ImportUpload() = default;
  explicit ImportUpload(const FileDeclarations& files);

  // Takes the next chunk. Errors: kInvalidArgument (a file out of order: OUT_OF_ORDER; more bytes
  // than announced: TOO_MANY_BYTES), kResourceExhausted for a chunk above the limit.
  absl::Status Add(const v1::FileChunk& chunk);
  // kDataLoss (TRUNCATED_UPLOAD) unless every announced byte has arrived.
  absl::Status CheckComplete() const;
  // The files; their bytes live as long as this object.
  std::vector<ImportFile> files() const;

 private:
  struct File {
    std::string name;
    int64_t size = 0;
    std::string bytes;
  };
  std::vector<File> files_;
  int current_ = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_IMPORT_UPLOAD_H_
