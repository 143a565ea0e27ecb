// Fit of the driver model by ridge regression: a Minnesota prior [Litterman1986].
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/algebra/matrices.h"
#include "sim/base/rule_checker.h"
#include "sim/drivers/linear_algebra.h"
#include "sim/drivers/var_model.h"

namespace jalon::sim {
namespace {

constexpr int kMinObserved = 3;
// A driver whose moves are smaller than this share of its size never moves: they are roundings.
constexpr double kNoMove = 1e-12;

// One driver on the timeline of the fit.
struct Track {
  // [period of the timeline], gaps filled.
  std::vector<double> values;
  // First and last observed period, as places on the timeline.
  int first = 0;
  int last = 0;
  // Mean between the two, and root mean square of the moves there (0 when it never moves).
  double mean = 0.0;
  double scale = 0.0;

  bool moves() const { return scale > 0.0; }
  int move_count() const { return last - first; }
};

// Between the first and the last observed period: what the track measures itself by.
void Measure(Track& track) {
  double sum = 0.0;
  double squares = 0.0;
  double largest = 0.0;
  for (int t = track.first; t <= track.last; ++t) {
    sum += track.values[t];
    largest = std::max(largest, std::fabs(track.values[t]));
    const double move = t == track.first ? 0.0 : track.values[t] - track.values[t - 1];
    squares += move * move;
  }
  track.mean = sum / (track.move_count() + 1);
  track.scale = std::sqrt(squares / track.move_count());
  if (track.scale <= kNoMove * largest) track.scale = 0.0;
}

// Fills gaps with the last value seen, and what comes before the first one with it.
Track MakeTrack(std::vector<double> values) {
  Track track{.values = std::move(values)};
  const auto known = [](double value) { return !std::isnan(value); };
  const auto first = std::find_if(track.values.begin(), track.values.end(), known);
  const auto last = std::find_if(track.values.rbegin(), track.values.rend(), known);
  track.first = static_cast<int>(first - track.values.begin());
  track.last = static_cast<int>(track.values.rend() - last) - 1;
  double held = *first;
  for (double& value : track.values) {
    if (std::isnan(value)) value = held;
    held = value;
  }
  Measure(track);
  return track;
}

int CountObserved(const std::vector<double>& values) {
  return static_cast<int>(
      std::count_if(values.begin(), values.end(), [](double v) { return !std::isnan(v); }));
}

// The first period of the network's frequency a driver has a value for.
Period FirstPeriod(const Driver& driver, Frequency frequency) {
  if (driver.frequency == frequency) return driver.first;
  return frequency == Frequency::kMonth ? Period{frequency, driver.first.index * 3}
                                        : Period{frequency, driver.first.index / 3};
}

// The request, checked: drivers by id and the window they share.
class FitInput : public RuleChecker {
 public:
  FitInput(const DriverTable& table, std::vector<std::string> ids, Frequency frequency,
           const VarOptions& options)
      : ids_(std::move(ids)) {
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    RequireFrequency(options.as_of, frequency, "as_of");
    RequireTightness(options.own_tightness, "own_tightness");
    RequireTightness(options.cross_tightness, "cross_tightness");
    FindDrivers(table, options.as_of);
    if (violations().empty()) MakeTracks(frequency, options.as_of);
  }

  std::vector<std::string> TakeIds() { return std::move(ids_); }
  const std::vector<Track>& tracks() const { return tracks_; }

 private:
  void RequireTightness(double tightness, const std::string& field) {
    Require(std::isfinite(tightness) && tightness > 0.0, field, absl::StrCat(tightness),
            {"must be a finite number greater than 0", "OUT_OF_RANGE"});
  }

  void FindDrivers(const DriverTable& table, Period as_of) {
    for (size_t i = 0; i < ids_.size(); ++i) {
      const std::optional<int> place = table.Find(ids_[i]);
      Require(place.has_value(), Element("drivers", i), ids_[i],
              {"must be the id of a driver", "UNKNOWN_DRIVER"});
      if (place) drivers_.push_back(KnownAt(table.drivers[*place], as_of));
    }
  }

  void MakeTracks(Frequency frequency, Period as_of) {
    Window window{as_of, as_of};
    for (const Driver& driver : drivers_) {
      window.first = std::min(window.first, FirstPeriod(driver, frequency));
    }
    for (size_t i = 0; i < drivers_.size(); ++i) {
      AddTrack(i, DriverValues(drivers_[i], frequency, window), as_of);
    }
  }

  void AddTrack(size_t i, std::vector<double> values, Period as_of) {
    const int observed = CountObserved(values);
    if (observed < kMinObserved) {
      Require(false, Element("drivers", i), ids_[i],
              {absl::StrCat("must have at least 3 observed periods up to ", as_of.ToString(),
                            ", not ", observed),
               "TOO_FEW_PERIODS"});
      return;
    }
    tracks_.push_back(MakeTrack(std::move(values)));
    Require(std::isfinite(tracks_.back().scale) && std::isfinite(tracks_.back().mean),
            Element("drivers", i), ids_[i],
            {"must have values whose squares are finite", "OUT_OF_RANGE"});
  }

  std::vector<std::string> ids_;
  std::vector<Driver> drivers_;
  std::vector<Track> tracks_;
};

class VarFitter {
 public:
  VarFitter(const std::vector<Track>& tracks, const VarOptions& options)
      : tracks_(tracks), options_(options), n_(static_cast<int>(tracks.size())) {
    for (int i = 0; i < n_; ++i) {
      if (tracks[i].moves()) moving_.push_back(i);
    }
  }

  // Everything but ids and period.
  VarModel Fit() {
    model_.coefficients.assign(n_ * n_, 0.0);
    drift_.assign(n_, 0.0);
    for (int i = 0; i < n_; ++i) model_.coefficients[i * n_ + i] = 1.0;
    for (const int i : moving_) FitEquation(i);
    Stabilise();
    SetIntercepts();
    SetInnovations();
    for (const Track& track : tracks_) model_.last_values.push_back(track.values.back());
    return std::move(model_);
  }

 private:
  // A value in units of its driver's moves, around its mean.
  double Standard(int j, int t) const {
    return (tracks_[j].values[t] - tracks_[j].mean) / tracks_[j].scale;
  }

  // The move of driver i on a constant and everyone's previous value, all in units of moves, each
  // coefficient pulled to 0: every driver is its own last value.
  void FitEquation(int i) {
    const Track& track = tracks_[i];
    std::vector<double> design;
    std::vector<double> target;
    for (int t = track.first + 1; t <= track.last; ++t) {
      target.push_back((track.values[t] - track.values[t - 1]) / track.scale);
      design.push_back(1.0);
      for (const int j : moving_) design.push_back(Standard(j, t - 1));
    }
    const std::vector<double> solution = SolveRidge(design, target, Precisions(i));
    drift_[i] = solution[0] * track.scale;
    for (size_t c = 0; c < moving_.size(); ++c) {
      const int j = moving_[c];
      model_.coefficients[i * n_ + j] += solution[c + 1] * track.scale / tracks_[j].scale;
    }
  }

  std::vector<double> Precisions(int i) const {
    const double own = 1.0 / (options_.own_tightness * options_.own_tightness);
    const double cross = 1.0 / (options_.cross_tightness * options_.cross_tightness);
    std::vector<double> precisions = {own};
    for (const int j : moving_) precisions.push_back(j == i ? own : cross);
    return precisions;
  }

  // Drivers that never move keep their coefficient of 1 and touch nobody.
  void Stabilise() {
    const int m = static_cast<int>(moving_.size());
    std::vector<double> block;
    for (const int i : moving_) {
      for (const int j : moving_) block.push_back(model_.coefficients[i * n_ + j]);
    }
    const double radius = SpectralRadius(block, m);
    if (!(radius > 1.0)) return;
    for (const int i : moving_) {
      for (const int j : moving_) model_.coefficients[i * n_ + j] /= radius;
    }
  }

  // x_i[t] = mean_i + drift_i + sum_j A_ij (x_j[t-1] - mean_j) for drivers that move.
  void SetIntercepts() {
    for (int i = 0; i < n_; ++i) {
      double intercept = tracks_[i].moves() ? drift_[i] + tracks_[i].mean : 0.0;
      for (const int j : moving_) {
        if (tracks_[i].moves()) intercept -= model_.coefficients[i * n_ + j] * tracks_[j].mean;
      }
      model_.intercept.push_back(intercept);
    }
  }

  // [timeline]: what the equation of driver i leaves unexplained, NaN where it is not observed.
  std::vector<double> Residuals(int i) const {
    const Track& track = tracks_[i];
    std::vector<double> residuals(track.values.size(), std::numeric_limits<double>::quiet_NaN());
    for (int t = track.first + 1; t <= track.last; ++t) {
      residuals[t] = track.values[t] - model_.intercept[i];
      for (const int j : moving_) {
        residuals[t] -= model_.coefficients[i * n_ + j] * tracks_[j].values[t - 1];
      }
    }
    return residuals;
  }

  void SetInnovations() {
    const int m = static_cast<int>(moving_.size());
    std::vector<std::vector<double>> residuals;
    for (const int i : moving_) residuals.push_back(Residuals(i));
    std::vector<double> correlation(m * m, 1.0);
    for (int a = 0; a < m; ++a) {
      for (int b = 0; b < a; ++b) {
        correlation[a * m + b] = correlation[b * m + a] = Correlation(residuals[a], residuals[b]);
      }
    }
    const std::vector<double> factor =
        LowerFactor(NearestByShrinking(std::move(correlation), m), m);
    model_.innovation_factor.assign(n_ * n_, 0.0);
    for (int a = 0; a < m; ++a) {
      const double sd = StandardDeviation(residuals[a]);
      for (int b = 0; b <= a; ++b) {
        model_.innovation_factor[moving_[a] * n_ + moving_[b]] = sd * factor[a * m + b];
      }
    }
  }

  // Shrunk to 0 by as many pseudo-observations as there are drivers.
  double Correlation(const std::vector<double>& a, const std::vector<double>& b) const {
    double product = 0.0;
    double squares_a = 0.0;
    double squares_b = 0.0;
    int count = 0;
    for (size_t t = 0; t < a.size(); ++t) {
      if (std::isnan(a[t]) || std::isnan(b[t])) continue;
      product += a[t] * b[t];
      squares_a += a[t] * a[t];
      squares_b += b[t] * b[t];
      ++count;
    }
    const double size = std::sqrt(squares_a) * std::sqrt(squares_b);
    return size > 0.0 ? product / size * count / (count + n_) : 0.0;
  }

  // One degree of freedom goes to the drift.
  static double StandardDeviation(const std::vector<double>& residuals) {
    double squares = 0.0;
    int count = 0;
    for (const double residual : residuals) {
      if (std::isnan(residual)) continue;
      squares += residual * residual;
      ++count;
    }
    return std::sqrt(squares / (count - 1));
  }

  const std::vector<Track>& tracks_;
  const VarOptions& options_;
  const int n_;
  // Drivers that move, ascending.
  std::vector<int> moving_;
  std::vector<double> drift_;
  VarModel model_;
};

}  // namespace

absl::StatusOr<VarModel> FitVar(const DriverTable& table, const std::vector<std::string>& ids,
                                Frequency frequency, const VarOptions& options) {
  FitInput input(table, ids, frequency, options);
  if (!input.violations().empty()) return input.violations().ToStatus();
  VarModel model = VarFitter(input.tracks(), options).Fit();
  model.driver_ids = input.TakeIds();
  model.last = options.as_of;
  // A fit that is not finite must not get out, whatever Eigen made of it.
  if (const Violations broken = ValidateVar(model); !broken.empty()) return broken.ToStatus();
  return model;
}

}  // namespace jalon::sim
