// From uploaded bytes to values of sim/: networks with their history, objectives, scenarios.
//
// An import is all or nothing. It reads every file to the end and reports every problem with file,
// line, column, value and rule; a value comes back only when there is none. What was found in the
// files (separator, number and date formats, what was left out) is echoed, never assumed silently.
// An import that is asked to stop leaves between two rows: its outcome holds no value and is not a
// report, so ask the token before believing one.
#ifndef JALON_SERVER_INGEST_IMPORT_H_
#define JALON_SERVER_INGEST_IMPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ingest/mapping.h"
#include "sim/base/hash64.h"
#include "sim/base/period.h"
#include "sim/base/stop_token.h"
#include "sim/base/violation.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"
#include "sim/objective/objective.h"
#include "sim/perimeter/restate.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

// A file as uploaded. The bytes must outlive the import.
struct ImportFile {
  // As named by the mapping (`file = ...`), without folder.
  std::string name;
  absl::string_view bytes;
};

enum class ImportMode {
  kReplace,  // the files say everything
  kAppend,   // new periods (and units, indicators, drivers) on top of a base revision
};

// The identity of a series in random streams; tests inject one that collides.
using SeriesHash = uint64_t (*)(absl::string_view unit, absl::string_view segment,
                                absl::string_view indicator);

// A mapping that travels as a file of its folder: used when no other mapping is given.
inline constexpr char kManifestName[] = "manifest.txt";

struct ImportRequest {
  std::vector<ImportFile> files;
  Mapping mapping;
  ImportMode mode = ImportMode::kReplace;
  // kAppend: the revision to build on; required. Otherwise unused.
  const sim::Revision* base = nullptr;
  // Takes the place of the mapping's network id when not empty.
  std::string network_id;
  SeriesHash series_hash = &sim::SeriesId64;
  sim::StopToken stop;
};

// How one file was read.
struct FileEcho {
  std::string file;
  TableKind kind = TableKind::kRealisations;
  // One sentence: `read as fr: ';' and ',', months YYYY-MM, UTF-8 with BOM`.
  std::string read_as;
  int64_t rows = 0;
  // Left out by `where`, and by `first_period` or `last_period`.
  int64_t filtered_rows = 0;
  int64_t outside_periods = 0;
  // Columns that nothing refers to.
  int64_t ignored_columns = 0;
};

// A change of a `difference` indicator larger than its declared share of the level before: a merger
// or an error. Reported, not corrected.
struct Jump {
  sim::SeriesKey key;
  sim::Period period;
  // The level in the period before, and in this one.
  double before = 0;
  double after = 0;
};

struct ImportCounts {
  int64_t files = 0;
  int64_t rows = 0;
  int64_t units = 0;
  int64_t segments = 0;
  int64_t indicators = 0;
  int64_t series = 0;
  int64_t periods = 0;
  // Cells of the imported rectangle with a value, of these zero, and without a value.
  int64_t values = 0;
  int64_t zeros = 0;
  int64_t missing = 0;
  int64_t drivers = 0;
  int64_t elasticities = 0;
  int64_t units_opened = 0;
  int64_t units_closed = 0;
  int64_t restated = 0;
  int64_t jumps = 0;
};

struct ImportOutcome {
  // Absent when there are violations.
  std::optional<sim::Revision> revision;
  sim::Violations violations;
  ImportCounts counts;
  // What restating to the target perimeter did; absent when no change is declared.
  std::optional<sim::RestatementSummary> restatement;
  std::vector<FileEcho> files;
  // Keyed by the revision's network, in canonical order, at most kMaxListed each; `counts` has the
  // totals. An append restates a cell when it was known and now says something else.
  std::vector<sim::RestatedCell> restated;
  std::vector<Jump> jumps;
  // What people should know: advice on net flows, gaps in the periods...
  std::vector<std::string> notes;
};

inline constexpr int64_t kMaxListed = 10'000;

// Cost: about 2 s and three times the bytes of the largest file for 24,000 series x 60 months.
// Deterministic; runs on the calling thread.
ImportOutcome ImportNetwork(const ImportRequest& request);

struct ObjectivesOutcome {
  // Sorted by indicator, unit, segment, window; empty when there are violations.
  std::vector<sim::Objective> objectives;
  sim::Violations violations;
  std::vector<FileEcho> files;
  // Cells left empty: no objective there, which is not an objective of 0.
  int64_t empty_cells = 0;
};

// Periods after the last realised one that an objective or a driver path may reach (D9).
inline constexpr int kMaxHorizonPeriods = 60;

// Reads the `[objectives]` tables, or every file when the mapping has none. Windows must touch the
// history or the kMaxHorizonPeriods after it; values must be whole rounding steps.
ObjectivesOutcome ImportObjectives(const std::vector<ImportFile>& files, const Mapping& mapping,
                                   const sim::Revision& revision, sim::StopToken stop = {});

struct ScenarioOutcome {
  // Absent when there are violations.
  std::optional<sim::Scenario> scenario;
  sim::Violations violations;
  std::vector<FileEcho> files;
};

// Reads the `[paths]` and `[events]` tables (or files named `paths.csv` and `events.csv`) against
// the drivers of `revision`. Paths at another frequency follow the driver's quarter rule (D9).
ScenarioOutcome ImportScenario(const std::vector<ImportFile>& files, const Mapping& mapping,
                               const sim::Revision& revision, sim::StopToken stop = {});

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_IMPORT_H_
