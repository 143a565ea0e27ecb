// A revision as files that an import takes back: imported into a network of the same id they make
// the same revision, hash for hash.
//
// One function writes each table; the list of them is the only place that knows all. A room of the
// revision that gets a table of its own adds its function there.
#ifndef JALON_SERVER_EXPORT_EXPORT_H_
#define JALON_SERVER_EXPORT_EXPORT_H_

#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/network/revision.h"

namespace jalon::server {

// A table of a revision.
struct ExportedTable {
  // Section of the mapping; also the file, with `.csv`.
  absl::string_view name;
  // The whole file in UTF-8; empty when the revision holds nothing of it.
  std::string (*write)(const sim::Revision& revision) = nullptr;
  // Keys of the mapping beside those of every table, a line each.
  absl::string_view keys = "";
};

// All tables, in the order of the files.
std::span<const ExportedTable> ExportedTables();

// The mapping that travels with the tables (`manifest.txt`): `tables` are those that are not empty.
std::string ExportedManifest(const sim::Revision& revision, std::span<const ExportedTable> tables);

}  // namespace jalon::server

#endif  // JALON_SERVER_EXPORT_EXPORT_H_
