// Whole imports. The input is a folder as one text: a line `=== NAME` begins each file, and the
// text before the first one is the mapping.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/ingest/import.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"
#include "sim/scenario/scenario.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

struct Folder {
  std::string mapping;
  std::vector<std::pair<std::string, std::string>> texts;

  std::vector<ImportFile> Files() const {
    std::vector<ImportFile> files;
    for (const auto& [name, text] : texts) files.push_back({name, text});
    return files;
  }
};

Folder FolderOf(absl::string_view input) {
  Folder folder;
  std::string* text = &folder.mapping;
  for (absl::string_view line : absl::StrSplit(input, '\n')) {
    if (absl::StartsWith(line, "=== ")) {
      text = &folder.texts.emplace_back(std::string(line.substr(4)), "").second;
    } else {
      absl::StrAppend(text, line, "\n");
    }
  }
  return folder;
}

// An import gives a value or a reason, never both or neither.
void CheckImport(const Folder& folder, const Mapping& mapping) {
  const std::vector<ImportFile> files = folder.Files();
  ImportRequest request{.files = files, .mapping = mapping};
  const ImportOutcome outcome = ImportNetwork(request);
  Require(outcome.revision.has_value() == outcome.violations.empty());
  if (!outcome.revision) return;
  const sim::Revision& revision = *outcome.revision;

  const ObjectivesOutcome objectives = ImportObjectives(files, mapping, revision);
  Require(objectives.violations.empty() || objectives.objectives.empty());
  const ScenarioOutcome scenario = ImportScenario(files, mapping, revision);
  Require(scenario.scenario.has_value() == scenario.violations.empty());

  // The same files appended to what they made.
  request.mode = ImportMode::kAppend;
  request.base = &revision;
  const ImportOutcome appended = ImportNetwork(request);
  Require(appended.revision.has_value() == appended.violations.empty());
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const jalon::server::Folder folder = jalon::server::FolderOf(jalon::TextOf(data, size));
  const auto mapping = jalon::server::ParseMapping(folder.mapping, "mapping");
  if (mapping.ok()) jalon::server::CheckImport(folder, *mapping);
  return 0;
}
