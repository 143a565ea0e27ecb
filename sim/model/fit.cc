#include "sim/model/fit.h"

#include <utility>

#include "sim/base/square.h"
#include "sim/base/status_macros.h"
#include "sim/model/assemble.h"
#include "sim/model/panel.h"

namespace jalon::sim {
namespace {

// Stops at the next indicator once asked to.
absl::Status CheckStop(const StopToken& stop) {
  return stop.stop_requested() ? absl::CancelledError("the fit was stopped") : absl::OkStatus();
}

absl::Status FitIndicators(const StopToken& stop, ProgressFn progress, FitParts& parts) {
  const int count = parts.panel.indicator_count();
  for (int k = 0; k < count; ++k) {
    JALON_RETURN_IF_ERROR(CheckStop(stop));
    parts.shared.push_back(FitShared(parts.panel, parts.terms, k));
    progress(0.8 * (k + 1) / count);
  }
  return absl::OkStatus();
}

// What the series keep to themselves: effects need every indicator's paths.
absl::Status FitOwnParts(const StopToken& stop, FitParts& parts) {
  JALON_RETURN_IF_ERROR(CheckStop(stop));
  std::vector<IndicatorProfile> profiles;
  std::vector<IndicatorNoise> noises;
  for (const SharedFit& shared : parts.shared) {
    profiles.push_back(shared.profile);
    noises.push_back(shared.noise);
  }
  parts.effects = FitEffects(parts.panel, profiles, noises);
  for (int k = 0; k < parts.panel.indicator_count(); ++k) {
    JALON_RETURN_IF_ERROR(CheckStop(stop));
    parts.laws.push_back(FitLaw(parts.panel, k, profiles[k], noises[k]));
    const LevelOptions options{
        parts.options.level_half_life_periods,
        Square(parts.effects.branch_sd[k]) + Square(parts.effects.series_sd[k])};
    parts.levels.push_back(FitLevels(parts.panel, k, profiles[k], noises[k], options));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Model> FitModel(const Revision& revision, const FitOptions& options,
                               const StopToken& stop, ProgressFn progress) {
  JALON_ASSIGN_OR_RETURN(FitPanel panel, MakePanel(revision, options));
  MeanFit means = FitMeans(revision, panel);
  FitParts parts{panel, options};
  parts.means = std::move(means);
  JALON_ASSIGN_OR_RETURN(parts.terms, MakeDriverTerms(panel, revision.drivers));
  JALON_RETURN_IF_ERROR(FitIndicators(stop, progress, parts));
  JALON_RETURN_IF_ERROR(FitOwnParts(stop, parts));
  progress(0.95);
  Model model = AssembleModel(parts);
  const Violations violations = ValidateModel(model);
  if (!violations.empty()) {
    return absl::InternalError("the fitted model is not valid: " +
                               std::string(violations.ToStatus().message()));
  }
  progress(1.0);
  return model;
}

}  // namespace jalon::sim
