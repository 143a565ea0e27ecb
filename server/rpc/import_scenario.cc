// The import of a scenario from files.
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/rpc/import_session.h"
#include "server/rpc/network_content.h"
#include "server/rpc/request_checks.h"
#include "server/rpc/scenario_handlers.h"

namespace jalon::server {
namespace {

constexpr int kMaxLabelBytes = 400;

ImportSpec SpecOf(const v1::ScenarioImportOptions& options) {
  return {.kind = v1::Import::KIND_SCENARIO,
          .network_field = "parent",
          .network = options.parent(),
          .mapping = options.mapping(),
          .files = options.files(),
          .validate_only = options.validate_only(),
          .request_id = options.request_id()};
}

class ScenarioImport final : public ImportSession {
 public:
  ScenarioImport(Call& call, const v1::ScenarioImportOptions& options)
      : ImportSession(call, SpecOf(options)),
        call_(call),
        id_(options.scenario_id()),
        given_(options.scenario()),
        revision_name_(options.revision()) {}

 private:
  void CheckOptions(Checks& checks) override {
    CheckId("scenario_id", id_, checks);
    checks.Text("scenario.display_name", given_.display_name(), kMaxLabelBytes);
    checks.Text("scenario.author", given_.author(), kMaxLabelBytes);
    if (given_.drivers_size() > 0 || given_.events_size() > 0 || given_.mixture_size() > 0) {
      checks.Add("scenario", "",
                 "must have neither drivers nor events nor a mixture: they come from the files",
                 "OUT_OF_RANGE");
    }
  }

  absl::Status Prepare() override {
    JALON_ASSIGN_OR_RETURN(revision_, FindRevisionOf(call_, network(), revision_name_));
    import_.set_mode(v1::IMPORT_MODE_REPLACE);
    return id_.empty() ? absl::OkStatus() : CheckIsNew<store::v1::ScenarioRecord>(NameOf(id_));
  }

  sim::Violations Read(const std::vector<ImportFile>& files, const Mapping& mapping) override {
    Mapping named = mapping;
    if (!id_.empty()) named.scenario_id = id_;
    if (named.scenario_id.empty()) named.scenario_id = RandomId();
    ScenarioOutcome outcome = server::ImportScenario(files, named, revision_->value, stop());
    Describe(outcome.files);
    int64_t rows = 0;
    for (const FileEcho& echo : outcome.files) rows += echo.rows;
    import_.set_row_count(rows);
    if (!outcome.scenario) return std::move(outcome.violations);
    scenario_ = *std::move(outcome.scenario);
    for (const sim::DriverAssumption& driver : scenario_.drivers) AddDriver(driver);
    import_.set_value_count(value_count_);
    return std::move(outcome.violations);
  }

  absl::StatusOr<std::vector<Mutation>> Make() override {
    const std::string name = NameOf(scenario_.id);
    JALON_RETURN_IF_ERROR(CheckIsNew<store::v1::ScenarioRecord>(name));
    v1::Scenario scenario = NewScenario(scenario_, name, now());
    if (!given_.display_name().empty()) scenario.set_display_name(given_.display_name());
    scenario.set_author(given_.author());
    import_.set_scenario(name);
    std::vector<Mutation> mutations;
    mutations.push_back(RecordOf(scenario));
    return mutations;
  }

  std::string NameOf(absl::string_view id) const { return JoinName(network(), "scenarios", id); }

  // How a path was understood: quarters may have become months.
  void AddDriver(const sim::DriverAssumption& driver) {
    const auto periods = static_cast<int>(driver.values.size());
    value_count_ += periods;
    Notice(absl::StrCat(
        "driver ", driver.driver,
        driver.mode == sim::DriverAssumption::Mode::kImpose ? " is imposed" : " is shifted",
        " from ", driver.first.ToString(), " to ", (driver.first + (periods - 1)).ToString(),
        ", the last value holds afterwards"));
  }

  Call& call_;
  const std::string id_;
  const v1::Scenario given_;
  const std::string revision_name_;
  std::shared_ptr<const LoadedRevision> revision_;
  sim::Scenario scenario_;
  int64_t value_count_ = 0;
};

}  // namespace

std::unique_ptr<ImportSession> MakeImportSession(Call& call,
                                                 const v1::ScenarioImportOptions& options) {
  return std::make_unique<ScenarioImport>(call, options);
}

}  // namespace jalon::server
