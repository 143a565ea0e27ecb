#include "server/run/checked_question.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/ids.h"
#include "server/convert/checks.h"
#include "server/run/baseline_question.h"
#include "server/run/target_request.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxLabelBytes = 200;

// Names of resources inside the network, with the collection each must be of.
void CheckName(absl::string_view field, const std::string& name, absl::string_view parent,
               absl::string_view collection, Checks& checks) {
  if (name.empty()) return;
  const absl::StatusOr<ResourceName> parsed = ParseResourceName(name);
  if (parsed.ok() && parsed->parent == parent && parsed->collection == collection) return;
  checks.Add(field, name, absl::StrCat("must be ", parent, "/", collection, "/{id}"), "BAD_NAME");
}

void CheckNames(const RunQuestion& question, Checks& checks) {
  const v1::Run& run = question.run;
  checks.Required("model", !run.model().empty() || !run.baseline().empty());
  checks.Text("display_name", run.display_name(), kMaxLabelBytes);
  CheckName("model", run.model(), question.network, "models", checks);
  CheckName("revision", run.revision(), question.network, "revisions", checks);
  CheckName("scenario", run.scenario(), question.network, "scenarios", checks);
  CheckName("objective_set", run.objective_set(), question.network, "objectiveSets", checks);
  CheckName("baseline", run.baseline(), question.network, "runs", checks);
}

// A baseline that is not there ends the question before its settings are read: what can be said of
// them without it is said here. Alone it is what was not found, beside others a problem of its own.
void CheckWithoutBaseline(const v1::Run& run, Checks& checks) {
  Checks precision("precision");
  ReadPrecision(run.precision(), precision);
  checks.Merge(precision.violations());
  if (checks.ok()) return;
  checks.Add("baseline", run.baseline(), "must be a run that exists", "BAD_BASELINE");
}

}  // namespace

absl::StatusOr<std::optional<v1::Run>> ReadBaseline(Archive& archive, const RunQuestion& question,
                                                    v1::Run& run) {
  Checks checks("run");
  CheckNames(question, checks);
  if (run.baseline().empty() || !ParseResourceName(run.baseline()).ok()) {
    JALON_RETURN_IF_ERROR(checks.ToStatus());
    return std::nullopt;
  }
  const auto stored = archive.Get<store::v1::RunRecord>(run.baseline());
  if (stored.ok()) CheckBaseline(stored->record.run(), run, checks);
  if (absl::IsNotFound(stored.status())) CheckWithoutBaseline(run, checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  JALON_RETURN_IF_ERROR(stored.status());
  InheritFromBaseline(stored->record.run(), run);
  return stored->record.run();
}

}  // namespace jalon::server
