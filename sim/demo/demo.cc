#include "sim/demo/demo.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/demo/channels.h"
#include "sim/demo/demo_network.h"
#include "sim/demo/draws.h"
#include "sim/demo/goals.h"
#include "sim/demo/history.h"
#include "sim/demo/means.h"
#include "sim/demo/moves.h"
#include "sim/demo/scores.h"
#include "sim/demo/truth.h"
#include "sim/perimeter/restate.h"
#include "sim/perimeter/restate_means.h"

namespace jalon::sim {
namespace {

constexpr int kFewestMonths = 13;
constexpr int kMostMonths = 120;

}  // namespace

absl::StatusOr<Demo> MakeDemo(const DemoOptions& options) {
  if (options.month_count < kFewestMonths || options.month_count > kMostMonths) {
    return ViolationStatus({.field = "month_count",
                            .value = absl::StrCat(options.month_count),
                            .rule = "must be 13 to 120",
                            .reason = "OUT_OF_RANGE"});
  }
  const DemoDraws draws(options.seed);
  JALON_ASSIGN_OR_RETURN(Network network, MakeDemoNetwork(options, draws));
  DriverTable drivers = MakeDemoDrivers(options, draws);
  const std::vector<SeriesKey> keys = DemoSeriesKeys(network, options);
  MeansTable means = MakeDemoMeans(network, options, draws);
  const TruthInput input{network, drivers, keys, options, means};
  Model truth = MakeTruth(input, draws);
  truth.mean_effects = DemoMeanEffects(network);
  const TruthPast past = MakePast(input, draws, truth);
  JALON_ASSIGN_OR_RETURN(Realisations original, DrawHistory(input, truth, past, draws));
  Perimeter perimeter = MakeDemoPerimeter(options);
  JALON_ASSIGN_OR_RETURN(Restated restated, Restate(network, original, perimeter));
  const Period target = restated.summary.target_date;
  Realisations& realisations = restated.realisations;
  MoveTruth(input, realisations, truth);
  ObjectiveSet objectives = MakeDemoObjectives(network, realisations);
  ChannelTable channels = MakeDemoChannels(network, draws);
  Demo demo{{.network = std::move(network),
             .realisations = std::move(realisations),
             .drivers = std::move(drivers)},
            std::move(truth),
            std::move(objectives),
            MakeDemoScenarios()};
  demo.revision.perimeter = std::move(perimeter);
  demo.revision.original = std::move(original);
  demo.revision.calendars = MakeDemoCalendars(demo.revision.network);
  demo.revision.score = MakeDemoScores();
  demo.revision.channels = std::move(channels);
  MeansTable seen =
      OpenMeans(demo.revision.network,
                MoveMeansForward(demo.revision.network, means, demo.revision.perimeter, target));
  demo.revision.means =
      RestateMeans(demo.revision.network, seen, demo.revision.perimeter, target).means;
  demo.revision.original_means = std::move(seen);
  return demo;
}

}  // namespace jalon::sim
