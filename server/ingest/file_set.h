// The uploaded files, and which table each one is.
#ifndef JALON_SERVER_INGEST_FILE_SET_H_
#define JALON_SERVER_INGEST_FILE_SET_H_

#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "server/ingest/import.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/stop_token.h"
#include "sim/base/violation.h"

namespace jalon::server {

// Tables of an import in the mapping's order. Keeps references to the files.
class FileSet {
 public:
  // Tables of `mapping`; then files it does not mention that carry a table's own name
  // (`units.csv`). Only tables of `kinds` count; others of the mapping are left to other imports.
  // Violations: MISSING_FILE (a table's file was not sent), UNKNOWN_FILE (a file is no table of
  // this import), DUPLICATE_FILE (two files of one name).
  FileSet(const std::vector<ImportFile>& files, const Mapping& mapping,
          std::initializer_list<TableKind> kinds, sim::StopToken stop = {});

  // Opens every table of `kind` and hands it to `read`, until asked to stop. Problems and echoes
  // are kept.
  void ForEach(TableKind kind, const std::function<void(TableReader&, const TableMapping&)>& read);

  const sim::Violations& violations() const { return violations_; }
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }
  std::vector<FileEcho> TakeEchoes() { return std::move(echoes_); }
  bool Has(TableKind kind) const;

 private:
  const ImportFile* Find(absl::string_view name) const;
  void TakeMappedTables(const Mapping& mapping, std::initializer_list<TableKind> kinds);
  void TakeNamedFiles(const Mapping& mapping, std::initializer_list<TableKind> kinds);

  const std::vector<ImportFile>& files_;
  sim::StopToken stop_;
  std::vector<TableMapping> tables_;
  std::vector<FileEcho> echoes_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_FILE_SET_H_
