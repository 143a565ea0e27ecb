// The import of a set of objectives.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/time.h"
#include "server/rpc/import_session.h"
#include "server/rpc/network_content.h"
#include "server/rpc/objective_handlers.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/revision_records.h"

namespace jalon::server {
namespace {

ImportSpec SpecOf(const v1::ObjectiveImportOptions& options) {
  return {.kind = v1::Import::KIND_OBJECTIVES,
          .network_field = "parent",
          .network = options.parent(),
          .mapping = options.mapping(),
          .files = options.files(),
          .validate_only = options.validate_only(),
          .request_id = options.request_id()};
}

class ObjectivesImport final : public ImportSession {
 public:
  ObjectivesImport(Call& call, const v1::ObjectiveImportOptions& options)
      : ImportSession(call, SpecOf(options)),
        call_(call),
        id_(options.objective_set_id()),
        set_(GivenFields(options.objective_set())),
        revision_name_(options.revision()) {}

 private:
  void CheckOptions(Checks& checks) override { CheckId("objective_set_id", id_, checks); }

  absl::Status Prepare() override {
    JALON_ASSIGN_OR_RETURN(revision_, FindRevisionOf(call_, network(), revision_name_));
    Checks checks("options.objective_set");
    CheckObjectiveSet(set_, revision_->value.network.frequency(), checks);
    if (!checks.ok()) return checks.ToStatus();
    set_.set_name(JoinName(network(), "objectiveSets", id_.empty() ? RandomId() : id_));
    set_.set_revision(revision_->info.name());
    set_.set_origin(v1::ObjectiveSet::ORIGIN_IMPORT);
    import_.set_mode(v1::IMPORT_MODE_REPLACE);
    return CheckIsNew<store::v1::ObjectiveSetRecord>(set_.name());
  }

  sim::Violations Read(const std::vector<ImportFile>& files, const Mapping& mapping) override {
    ObjectivesOutcome outcome = server::ImportObjectives(files, mapping, revision_->value, stop());
    Describe(outcome.files);
    for (const FileEcho& echo : outcome.files) rows_ += echo.rows;
    import_.set_row_count(rows_);
    import_.set_value_count(static_cast<int64_t>(outcome.objectives.size()));
    if (outcome.empty_cells > 0) {
      Notice(absl::StrCat(outcome.empty_cells,
                          " empty cells: no objective there, which is not an objective of 0"));
    }
    objectives_ = std::move(outcome.objectives);
    return std::move(outcome.violations);
  }

  absl::StatusOr<std::vector<Mutation>> Make() override {
    *set_.mutable_create_time() = ToProto(now());
    StagedObjectives staged = StageObjectives(set_, revision_->value.network, objectives_);
    import_.set_objective_set(staged.set.name());
    return std::move(staged.mutations);
  }

  Call& call_;
  const std::string id_;
  v1::ObjectiveSet set_;
  const std::string revision_name_;
  std::shared_ptr<const LoadedRevision> revision_;
  std::vector<sim::Objective> objectives_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<ImportSession> MakeImportSession(Call& call,
                                                 const v1::ObjectiveImportOptions& options) {
  return std::make_unique<ObjectivesImport>(call, options);
}

}  // namespace jalon::server
