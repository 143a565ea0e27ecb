#include "sim/scenario/scenario.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// P90 of a standard normal: low and high of a normal effect are its P10 and P90.
constexpr double kNormalP90 = 1.2815515655446004;
// An event neither takes away nearly everything nor multiplies by more than four.
constexpr double kLowestEffect = -0.95;
constexpr double kHighestEffect = 3.0;
constexpr double kSmallestFactor = 0.01;

bool InForce(const Event& event, Period period) {
  return event.start <= period && (!event.end || period <= *event.end);
}

// Share of the full size reached in a period of the event.
double RampAt(const Event& event, Period period) {
  if (event.ramp_periods <= 1) return 1.0;
  const double reached = static_cast<double>(period - event.start + 1) / event.ramp_periods;
  return std::min(reached, 1.0);
}

// The event as dated, history aside.
double DatedWeight(const Event& event, Period period) {
  if (InForce(event, period)) return RampAt(event, period);
  const bool before = period < event.start;
  const bool anticipated = before && event.start - period <= event.anticipation_periods;
  return anticipated ? -event.anticipation_share : 0.0;
}

bool IsFullyIn(const Event& event, Period fitted_at) {
  return event.history_status == HistoryStatus::kFullyIn && event.start <= fitted_at;
}

double TriangularAt(const EffectLaw& law, double u) {
  const double width = law.high - law.low;
  if (!(width > 0.0)) return law.mode;
  const double rise = law.mode - law.low;
  if (u * width < rise) return law.low + std::sqrt(u * width * rise);
  return law.high - std::sqrt((1.0 - u) * width * (law.high - law.mode));
}

double NormalAt(const EffectLaw& law, double u) {
  const double sd = (law.high - law.low) / (2.0 * kNormalP90);
  return std::clamp(law.mode + sd * NormalInverseCdf(u), kLowestEffect, kHighestEffect);
}

DriverCourse CourseOf(const DriverAssumption& assumption, int driver, const Window& horizon) {
  DriverCourse course{.driver = driver,
                      .mode = assumption.mode == DriverAssumption::Mode::kImpose
                                  ? DriverCourse::Mode::kImpose
                                  : DriverCourse::Mode::kShift,
                      .moves_others = assumption.moves_others};
  const int last = static_cast<int>(assumption.values.size()) - 1;
  for (int t = 0; t < horizon.size(); ++t) {
    const int place = horizon.first + t - assumption.first;
    course.values.push_back(place < 0 ? std::numeric_limits<double>::quiet_NaN()
                                      : assumption.values[std::min(place, last)]);
  }
  return course;
}

}  // namespace

std::vector<World> WorldsOf(const Scenario& scenario) {
  std::vector<World> worlds;
  if (scenario.mixture.empty()) {
    worlds.push_back({scenario.id, 1.0, scenario.drivers, scenario.events, ""});
  }
  for (size_t i = 0; i < scenario.mixture.size(); ++i) {
    const Regime& regime = scenario.mixture[i];
    if (!(regime.weight > 0.0)) continue;
    worlds.push_back({regime.id, regime.weight, regime.drivers, regime.events,
                      absl::StrCat("mixture[", i, "].")});
  }
  return worlds;
}

double EventWeight(const Event& event, Period period, Period fitted_at) {
  if (IsFullyIn(event, fitted_at)) return InForce(event, period) ? 1.0 : 0.0;
  return DatedWeight(event, period);
}

double ContainedWeight(const Event& event, Period fitted_at) {
  switch (event.history_status) {
    case HistoryStatus::kAbsent:
      return 0.0;
    case HistoryStatus::kPartlyIn: {
      const Period since = event.in_history_since.value_or(event.start);
      return since <= fitted_at ? DatedWeight(event, fitted_at) : 0.0;
    }
    case HistoryStatus::kFullyIn:
      return InForce(event, fitted_at) ? 1.0 : 0.0;
  }
  return 0.0;
}

double EventFactor(double share_effect, double weight, double contained) {
  return std::max(1.0 + share_effect * weight, kSmallestFactor) /
         std::max(1.0 + share_effect * contained, kSmallestFactor);
}

double EffectAt(const EffectLaw& law, double u) {
  switch (law.kind) {
    case EffectLaw::Kind::kFixed:
      return law.mode;
    case EffectLaw::Kind::kTriangular:
      return TriangularAt(law, u);
    case EffectLaw::Kind::kNormal:
      return NormalAt(law, u);
  }
  return law.mode;
}

std::vector<DriverCourse> ResolveCourses(const std::vector<DriverAssumption>& assumptions,
                                         const std::vector<std::string>& driver_ids,
                                         const Window& horizon) {
  std::vector<DriverCourse> courses;
  for (const DriverAssumption& assumption : assumptions) {
    const auto id = std::lower_bound(driver_ids.begin(), driver_ids.end(), assumption.driver);
    if (id == driver_ids.end() || *id != assumption.driver) continue;
    courses.push_back(CourseOf(assumption, static_cast<int>(id - driver_ids.begin()), horizon));
  }
  std::sort(courses.begin(), courses.end(),
            [](const DriverCourse& a, const DriverCourse& b) { return a.driver < b.driver; });
  return courses;
}

}  // namespace jalon::sim
