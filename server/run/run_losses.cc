#include "server/run/run_losses.h"

#include <algorithm>
#include <string>

#include "server/convert/tables.h"
#include "server/run/run_settings.h"
#include "server/run/run_sources.h"
#include "sim/base/status_macros.h"
#include "sim/engine/event_losses.h"

namespace jalon::server {

absl::StatusOr<std::vector<v1::EventLosses>> LossesOfRun(Archive& archive,
                                                         const RunQuestion& question, int depth) {
  JALON_ASSIGN_OR_RETURN(const RunSources sources, ReadSources(archive, question.run));
  JALON_ASSIGN_OR_RETURN(const RunSettings settings, ReadSettings(question.run, sources));
  sim::Window all{settings.as_of + 1, settings.as_of};
  for (const std::string& text : question.run.windows()) {
    JALON_ASSIGN_OR_RETURN(const sim::Window window,
                           sim::ParseWindow(text, sources.network().frequency()));
    all.last = std::max(all.last, window.last);
  }
  const sim::PlanInput input{.revision = sources.revision->value,
                             .model = sources.model->value,
                             .scenario = sources.scenario,
                             .targets = {},
                             .as_of = settings.as_of};
  std::vector<v1::EventLosses> rows;
  const std::vector<sim::World> worlds = sim::WorldsOf(sources.scenario);
  for (const sim::EventLosses& losses : sim::LossesOfEvents(input, all, depth)) {
    const sim::World& world = worlds[losses.regime];
    const auto event = std::find_if(world.events.begin(), world.events.end(),
                                    [&](const sim::Event& e) { return e.id == losses.event; });
    rows.push_back(ToProto(sources.network(), *event, losses));
    if (!sources.regimes.empty()) rows.back().set_regime(world.id);
  }
  return rows;
}

}  // namespace jalon::server
