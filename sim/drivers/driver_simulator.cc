#include "sim/drivers/driver_simulator.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/algebra/matrices.h"
#include "sim/base/missing.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

bool SameValue(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

class SimulatorChecker : public RuleChecker {
 public:
  SimulatorChecker(const VarModel& model, const std::vector<double>& start)
      : driver_count_(model.driver_count()) {
    RequireSize(start.size(), driver_count_, "start");
    for (size_t i = 0; i < start.size(); ++i) RequireFinite(start[i], Element("start", i));
  }

  void CheckCourses(const std::vector<DriverCourse>& courses, int period_count) {
    Require(period_count >= 0, "period_count", absl::StrCat(period_count),
            {"must not be negative", "OUT_OF_RANGE"});
    std::set<int> seen;
    for (size_t i = 0; i < courses.size(); ++i) {
      const DriverCourse& course = courses[i];
      const std::string path = Element("courses", i);
      Require(course.driver >= 0 && course.driver < driver_count_, path + ".driver",
              absl::StrCat(course.driver), {"must be a driver of the model", "OUT_OF_RANGE"});
      Require(seen.insert(course.driver).second, path + ".driver", absl::StrCat(course.driver),
              {"must not be repeated", "DUPLICATE"});
      RequireSize(course.values.size(), period_count, path + ".values");
      for (size_t t = 0; t < course.values.size(); ++t) {
        Require(!std::isinf(course.values[t]), absl::StrCat(path, ".values[", t, "]"),
                absl::StrCat(course.values[t]), {"must not be infinite", "NOT_FINITE"});
      }
    }
  }

 private:
  void RequireSize(size_t size, int expected, std::string field) {
    Require(static_cast<int64_t>(size) == expected, std::move(field), absl::StrCat(size),
            {absl::StrCat("must have ", expected, " values"), "BAD_SHAPE"});
  }

  int driver_count_;
};

// What a course makes of a driver whose simulated value is `simulated`.
double CourseValue(const DriverCourse& course, int t, double simulated) {
  const double value = course.values[t];
  return course.mode == DriverCourse::Mode::kShift ? simulated + value : value;
}

// C C', n x n.
std::vector<double> CovarianceOf(const VarModel& model) {
  const int n = model.driver_count();
  std::vector<double> covariance(n * n, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      for (int k = 0; k <= std::min(i, j); ++k) {
        covariance[i * n + j] +=
            model.innovation_factor[i * n + k] * model.innovation_factor[j * n + k];
      }
    }
  }
  return covariance;
}

// 1 / standard deviation, 0 for a driver without innovation.
std::vector<double> InverseDeviations(const std::vector<double>& covariance, int n) {
  std::vector<double> inverse(n, 0.0);
  for (int i = 0; i < n; ++i) {
    const double variance = covariance[i * n + i];
    if (variance > 0.0) inverse[i] = 1.0 / std::sqrt(variance);
  }
  return inverse;
}

// [driver x held]: S_.M S_MM^+. The inverse is taken of correlations, so that drivers in different
// units do not drown each other.
std::vector<double> GainOf(const VarModel& model, const std::vector<int>& held) {
  const int n = model.driver_count();
  const int m = static_cast<int>(held.size());
  const std::vector<double> covariance = CovarianceOf(model);
  const std::vector<double> inverse = InverseDeviations(covariance, n);
  std::vector<double> correlation;
  for (const int a : held) {
    for (const int b : held) correlation.push_back(covariance[a * n + b] * inverse[a] * inverse[b]);
  }
  const std::vector<double> pseudo = PseudoInverse(correlation, m);
  std::vector<double> gain(static_cast<size_t>(n) * m, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int a = 0; a < m; ++a) {
      for (int b = 0; b < m; ++b) {
        gain[i * m + a] +=
            covariance[i * n + held[b]] * inverse[held[b]] * pseudo[b * m + a] * inverse[held[a]];
      }
    }
  }
  return gain;
}

// C z.
std::vector<double> InnovationsOf(const VarModel& model, std::span<const double> normals) {
  const int n = model.driver_count();
  std::vector<double> innovations(n, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      innovations[i] += model.innovation_factor[i * n + j] * normals[j];
    }
  }
  return innovations;
}

// intercept + A x.
std::vector<double> Expected(const VarModel& model, const std::vector<double>& current) {
  const int n = model.driver_count();
  std::vector<double> expected = model.intercept;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) expected[i] += model.coefficients[i * n + j] * current[j];
  }
  return expected;
}

// Whether two courses of a driver, null for none, say the same of a period.
bool SaySame(const DriverCourse& a, const DriverCourse* b, int t) {
  const double value = t < static_cast<int>(a.values.size()) ? a.values[t] : kMissing;
  const bool is_told = b != nullptr && t < static_cast<int>(b->values.size());
  const double other = is_told ? b->values[t] : kMissing;
  if (std::isnan(value) || std::isnan(other)) return std::isnan(value) && std::isnan(other);
  return value == other && a.mode == b->mode && a.moves_others == b->moves_others;
}

// The first period below `end` in which the driver of `course` is told something else by `others`.
int FirstToldOtherwise(const DriverCourse& course, const std::vector<DriverCourse>& others,
                       int end) {
  const auto found = std::find_if(others.begin(), others.end(), [&](const DriverCourse& other) {
    return other.driver == course.driver;
  });
  const DriverCourse* its = found == others.end() ? nullptr : &*found;
  int t = 0;
  while (t < end && SaySame(course, its, t)) ++t;
  return t;
}

}  // namespace

bool operator==(const DriverCourse& a, const DriverCourse& b) {
  return a.driver == b.driver && a.mode == b.mode && a.moves_others == b.moves_others &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), SameValue);
}

int FirstDifference(const std::vector<DriverCourse>& a, const std::vector<DriverCourse>& b,
                    int period_count) {
  int first = period_count;
  for (const DriverCourse& course : a) first = FirstToldOtherwise(course, b, first);
  for (const DriverCourse& course : b) first = FirstToldOtherwise(course, a, first);
  return first;
}

absl::StatusOr<DriverSimulator> DriverSimulator::Create(VarModel model, std::vector<double> start,
                                                        std::vector<DriverCourse> courses,
                                                        int period_count) {
  Violations violations = ValidateVar(model);
  SimulatorChecker checker(model, start);
  checker.CheckCourses(courses, period_count);
  violations.Merge(checker.violations());
  if (!violations.empty()) return violations.ToStatus();
  DriverSimulator simulator;
  simulator.model_ = std::move(model);
  simulator.start_ = std::move(start);
  simulator.courses_ = std::move(courses);
  simulator.period_count_ = period_count;
  simulator.FindHolds();
  return simulator;
}

void DriverSimulator::FindHolds() {
  for (int t = 0; t < period_count_; ++t) {
    std::vector<int> held_courses;
    std::vector<int> held_drivers;
    for (size_t c = 0; c < courses_.size(); ++c) {
      if (!courses_[c].moves_others || std::isnan(courses_[c].values[t])) continue;
      held_courses.push_back(static_cast<int>(c));
      held_drivers.push_back(courses_[c].driver);
    }
    hold_of_period_.push_back(-1);
    if (held_courses.empty()) continue;
    const auto same = std::find_if(holds_.begin(), holds_.end(),
                                   [&](const Hold& hold) { return hold.courses == held_courses; });
    hold_of_period_.back() = static_cast<int>(same - holds_.begin());
    if (same == holds_.end()) {
      holds_.push_back({std::move(held_courses), GainOf(model_, held_drivers)});
    }
  }
}

void DriverSimulator::StepHeld(int t, std::span<const double> innovations,
                               std::span<const double> free, std::vector<double>& state) const {
  std::vector<double> next = Expected(model_, state);
  for (size_t i = 0; i < next.size(); ++i) next[i] += innovations[i];
  state = std::move(next);
  if (hold_of_period_[t] >= 0) ApplyHold(holds_[hold_of_period_[t]], t, free, state);
}

void DriverSimulator::ApplyHold(const Hold& hold, int t, std::span<const double> free,
                                std::vector<double>& state) const {
  const size_t m = hold.courses.size();
  std::vector<double> surprises;
  for (const int c : hold.courses) {
    const DriverCourse& course = courses_[c];
    surprises.push_back(CourseValue(course, t, free[course.driver]) - state[course.driver]);
  }
  for (size_t i = 0; i < state.size(); ++i) {
    for (size_t a = 0; a < m; ++a) state[i] += hold.gain[i * m + a] * surprises[a];
  }
  for (const int c : hold.courses) {
    const DriverCourse& course = courses_[c];
    state[course.driver] = CourseValue(course, t, free[course.driver]);
  }
}

int DriverSimulator::FirstDifferenceFrom(const DriverSimulator& other) const {
  const bool same_source =
      model_ == other.model_ && period_count_ == other.period_count_ &&
      std::equal(start_.begin(), start_.end(), other.start_.begin(), other.start_.end(), SameValue);
  return same_source ? FirstDifference(courses_, other.courses_, period_count_) : 0;
}

bool DriverSimulator::is_imposed(int driver, int t) const {
  return std::any_of(courses_.begin(), courses_.end(), [&](const DriverCourse& course) {
    return course.driver == driver && course.mode == DriverCourse::Mode::kImpose &&
           !std::isnan(course.values[t]);
  });
}

void DriverSimulator::Tell(int t, std::span<double> told) const {
  for (const DriverCourse& course : courses_) {
    if (course.moves_others || std::isnan(course.values[t])) continue;
    told[course.driver] = CourseValue(course, t, told[course.driver]);
  }
}

std::vector<double> DriverSimulator::Simulate(std::span<const double> normals) const {
  const size_t n = driver_count();
  std::vector<double> path;
  path.reserve(normals.size());
  // The path without courses, and the one that held drivers have moved.
  std::vector<double> free = start_;
  std::vector<double> state = start_;
  for (int t = 0; t < period_count_; ++t) {
    const std::vector<double> innovations = InnovationsOf(model_, normals.subspan(t * n, n));
    free = Expected(model_, free);
    for (size_t i = 0; i < n; ++i) free[i] += innovations[i];
    if (holds_.empty()) {
      state = free;
    } else {
      StepHeld(t, innovations, free, state);
    }
    path.insert(path.end(), state.begin(), state.end());
    Tell(t, std::span<double>(path).last(n));
  }
  return path;
}

}  // namespace jalon::sim
