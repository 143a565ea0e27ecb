// The import of a network's data.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/perimeter.h"
#include "server/rpc/import_session.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/revision_records.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxListed = 100;
constexpr size_t kMaxLabelBytes = 400;

ImportSpec SpecOf(const v1::ImportOptions& options) {
  return {.kind = v1::Import::KIND_NETWORK,
          .network_field = "network",
          .network = options.network(),
          .mapping = options.mapping(),
          .files = options.files(),
          .validate_only = options.validate_only(),
          .request_id = options.request_id()};
}

absl::Status MissingMode() {
  Checks checks("options");
  checks.Add("mode", "", "is required for a network that exists: REPLACE or APPEND",
             "MISSING_FIELD");
  return checks.ToStatus();
}

class NetworkImport final : public ImportSession {
 public:
  NetworkImport(Call& call, const v1::ImportOptions& options)
      : ImportSession(call, SpecOf(options)),
        display_name_(options.display_name()),
        base_revision_(options.base_revision()),
        mode_(options.mode()) {}

 private:
  void CheckOptions(Checks& checks) override {
    checks.Text("display_name", display_name_, kMaxLabelBytes);
    if (!v1::ImportMode_IsValid(mode_)) {
      checks.Add("mode", absl::StrCat(mode_), "must be REPLACE or APPEND", "OUT_OF_RANGE");
    }
    if (base_revision_.empty()) return;
    if (!CheckName("base_revision", base_revision_, kRevisionPattern, checks)) return;
    if (server::NetworkOf(base_revision_) == network()) return;
    checks.Add("base_revision", base_revision_, "must be a revision of the network", "BAD_NAME");
  }

  absl::Status Prepare() override {
    auto present = archive().Get<store::v1::NetworkRecord>(network());
    if (present.ok()) {
      present_ = *std::move(present);
    } else if (!absl::IsNotFound(present.status()) || mode_ == v1::IMPORT_MODE_APPEND) {
      return present.status();
    }
    if (mode_ == v1::IMPORT_MODE_UNSPECIFIED) {
      if (present_.has_value()) return MissingMode();
      mode_ = v1::IMPORT_MODE_REPLACE;
    }
    import_.set_mode(mode_);
    return TakeBase();
  }

  absl::Status TakeBase() {
    const std::string newest =
        present_.has_value() ? present_->record.network().latest_revision() : "";
    const bool latest = IdOf(base_revision_) == "latest";
    if (!base_revision_.empty() && !latest && base_revision_ != newest) {
      return absl::AbortedError(absl::StrCat(base_revision_,
                                             " is not the newest revision any more: ",
                                             newest.empty() ? "there is none" : newest + " is"));
    }
    if (mode_ != v1::IMPORT_MODE_APPEND) return absl::OkStatus();
    import_.set_base_revision(newest);
    JALON_ASSIGN_OR_RETURN(base_, archive().GetRevision(newest));
    return absl::OkStatus();
  }

  sim::Violations Read(const std::vector<ImportFile>& files, const Mapping& mapping) override {
    ImportRequest request{
        .files = files,
        .mapping = mapping,
        .mode = mode_ == v1::IMPORT_MODE_APPEND ? ImportMode::kAppend : ImportMode::kReplace,
        .network_id = std::string(IdOf(network())),
        .stop = stop()};
    if (base_ != nullptr) request.base = &base_->value;
    ImportOutcome outcome = ImportNetwork(request);
    Describe(outcome.files);
    import_.set_row_count(outcome.counts.rows);
    import_.set_value_count(outcome.counts.values);
    import_.set_restated_count(outcome.counts.restated);
    if (outcome.restatement) *import_.mutable_perimeter() = ToProto(*outcome.restatement);
    for (std::string& note : outcome.notes) Notice(std::move(note));
    if (outcome.revision.has_value()) {
      value_ = *std::move(outcome.revision);
      ListRestated(outcome.restated);
      ListJumps(outcome.jumps);
    }
    return std::move(outcome.violations);
  }

  void ListRestated(const std::vector<sim::RestatedCell>& cells) {
    for (size_t i = 0; i < std::min(cells.size(), kMaxListed); ++i) {
      const sim::Network& network = value_->network;
      v1::RestatedValue* restated = import_.add_restated();
      restated->set_unit(network.unit(cells[i].key.unit).id);
      restated->set_segment(network.segment(cells[i].key.segment).id);
      restated->set_indicator(network.indicator(cells[i].key.indicator).id);
      restated->set_period(cells[i].period.ToString());
      restated->set_old_value(cells[i].before);
      restated->set_new_value(cells[i].after);
    }
  }

  void ListJumps(const std::vector<Jump>& jumps) {
    for (const Jump& jump : jumps) {
      Notice(absl::StrCat("jump of ", sim::SeriesName(value_->network, jump.key), " in ",
                          jump.period.ToString(), ": ", jump.before, " -> ", jump.after));
    }
  }

  absl::StatusOr<std::vector<Mutation>> Make() override {
    JALON_ASSIGN_OR_RETURN(StagedRevision staged,
                           StageRevision(archive(),
                                         {.network = network(),
                                          .display_name = display_name_,
                                          .source_import = import_.name(),
                                          .base_revision = import_.base_revision(),
                                          .present = present_,
                                          .now = now()},
                                         *value_));
    import_.set_revision(staged.revision.name());
    if (!staged.is_new) Notice("the newest revision says the same: no other one was made");
    JALON_RETURN_IF_ERROR(PutBlobs(archive().store(), std::move(staged.blobs)));
    return std::move(staged.records);
  }

  absl::Status Explain(absl::Status refused) override {
    const bool moved = absl::IsAborted(refused) || absl::IsNotFound(refused) ||
                       (absl::IsAlreadyExists(refused) && !present_.has_value());
    if (!moved) return refused;
    return absl::AbortedError(
        absl::StrCat(network(), " was changed by another call meanwhile; import again"));
  }

  const std::string display_name_;
  const std::string base_revision_;
  v1::ImportMode mode_;
  std::optional<Stored<store::v1::NetworkRecord>> present_;
  std::shared_ptr<const LoadedRevision> base_;
  std::optional<sim::Revision> value_;
};

}  // namespace

std::unique_ptr<ImportSession> MakeImportSession(Call& call, const v1::ImportOptions& options) {
  return std::make_unique<NetworkImport>(call, options);
}

}  // namespace jalon::server
