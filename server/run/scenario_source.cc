#include "server/run/scenario_source.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/convert/scenario.h"

namespace jalon::server {
namespace {

absl::Status FillRegimes(Archive& archive, const store::v1::ScenarioRecord& record,
                         sim::Frequency frequency, sim::Scenario& scenario) {
  if (static_cast<size_t>(record.regimes_size()) != scenario.mixture.size()) {
    return absl::DataLossError(
        absl::StrCat(record.scenario().name(), ": regimes cannot be read back"));
  }
  for (int i = 0; i < record.regimes_size(); ++i) {
    JALON_ASSIGN_OR_RETURN(const v1::Scenario kept,
                           archive.GetMessage<v1::Scenario>(record.regimes(i)));
    sim::Regime& regime = scenario.mixture[static_cast<size_t>(i)];
    const std::string root = absl::StrCat("scenario.mixture[", i, "]");
    JALON_ASSIGN_OR_RETURN(sim::Scenario world, FromProto(kept, frequency, root));
    FillRegime(std::move(world), regime);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadedScenario> LoadScenario(Archive& archive, const std::string& name,
                                            sim::Frequency frequency) {
  JALON_ASSIGN_OR_RETURN(auto stored, archive.Get<store::v1::ScenarioRecord>(name));
  LoadedScenario loaded;
  JALON_ASSIGN_OR_RETURN(loaded.value, FromProto(stored.record.scenario(), frequency, "scenario"));
  loaded.value.id = name.substr(name.rfind('/') + 1);
  JALON_RETURN_IF_ERROR(FillRegimes(archive, stored.record, frequency, loaded.value));
  loaded.info = std::move(*stored.record.mutable_scenario());
  return loaded;
}

}  // namespace jalon::server
