#include "server/ingest/file_set.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace jalon::server {
namespace {

bool Contains(std::initializer_list<TableKind> kinds, TableKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

FileSet::FileSet(const std::vector<ImportFile>& files, const Mapping& mapping,
                 std::initializer_list<TableKind> kinds, sim::StopToken stop)
    : files_(files), stop_(stop) {
  absl::flat_hash_set<absl::string_view> names;
  for (const ImportFile& file : files) {
    if (names.insert(file.name).second) continue;
    violations_.Add({.field = "files",
                     .value = file.name,
                     .rule = "must be sent once",
                     .reason = "DUPLICATE_FILE",
                     .file = file.name});
  }
  TakeMappedTables(mapping, kinds);
  TakeNamedFiles(mapping, kinds);
}

const ImportFile* FileSet::Find(absl::string_view name) const {
  for (const ImportFile& file : files_) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

void FileSet::TakeMappedTables(const Mapping& mapping, std::initializer_list<TableKind> kinds) {
  for (const TableMapping& table : mapping.tables) {
    if (!Contains(kinds, table.kind)) continue;
    if (Find(table.file) != nullptr) {
      tables_.push_back(table);
      continue;
    }
    violations_.Add({.field = absl::StrCat(TableKindName(table.kind), ".file"),
                     .value = table.file,
                     .rule = "must be among the files sent",
                     .reason = "MISSING_FILE",
                     .file = mapping.file,
                     .line = table.line});
  }
}

void FileSet::TakeNamedFiles(const Mapping& mapping, std::initializer_list<TableKind> kinds) {
  for (const ImportFile& file : files_) {
    const bool mapped =
        std::any_of(mapping.tables.begin(), mapping.tables.end(),
                    [&](const TableMapping& table) { return table.file == file.name; });
    if (mapped) continue;
    bool named = false;
    for (const TableKind kind : kinds) {
      if (file.name != absl::StrCat(TableKindName(kind), ".csv")) continue;
      named = true;
      tables_.push_back({.kind = kind, .file = file.name});
    }
    if (named) continue;
    violations_.Add({.field = "files",
                     .value = file.name,
                     .rule = "must be a table of the mapping, or have a table's own name such as "
                             "`units.csv`",
                     .reason = "UNKNOWN_FILE",
                     .file = file.name});
  }
}

bool FileSet::Has(TableKind kind) const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [&](const TableMapping& table) { return table.kind == kind; });
}

void FileSet::ForEach(TableKind kind,
                      const std::function<void(TableReader&, const TableMapping&)>& read) {
  for (const TableMapping& table : tables_) {
    if (table.kind != kind) continue;
    if (stop_.stop_requested()) return;
    absl::StatusOr<TableReader> reader = TableReader::Open(table, Find(table.file)->bytes, stop_);
    if (!reader.ok()) {
      violations_.Merge(sim::ViolationsFromStatus(reader.status()));
      continue;
    }
    read(*reader, table);
    violations_.Merge(reader->TakeViolations());
    echoes_.push_back(reader->Echo());
  }
}

}  // namespace jalon::server
