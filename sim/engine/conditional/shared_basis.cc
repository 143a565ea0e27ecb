#include "sim/engine/conditional/shared_basis.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "sim/algebra/matrices.h"
#include "sim/base/math.h"
#include "sim/base/square.h"
#include "sim/engine/conditional/stream_scales.h"
#include "sim/engine/plan_parts.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {
namespace {

// Components of a driver that are ranked; later ones are left to independent draws.
constexpr int kDriverComponents = 4;
// At most so many dimensions for parameters and events.
constexpr int kLeadingDimensions = 128;
// Draws of a latent stream from here on are not innovations (sim/engine/latents.cc).
constexpr int kFirstOtherDraw = kMaxRank;

// Writes down what the shared stage asks for, at a state without innovations.
class Recorder final : public SharedDraws {
 public:
  double Normal(const StreamKey& key) override {
    draws.push_back({.key = key});
    return 0.0;
  }
  double Uniform(const StreamKey& key) override {
    draws.push_back({.key = key, .uniform = true});
    return 0.5;
  }
  // Above every probability: nothing rare happens.
  double RareUniform(const StreamKey&) override { return 1.0 - 0x1p-33; }

  std::vector<BasisDraw> draws;
};

// The state where some draws are moved away from their middle.
class Probe final : public SharedDraws {
 public:
  explicit Probe(std::vector<double> values) : values_(std::move(values)) {}
  double Normal(const StreamKey&) override { return values_[next_++]; }
  double Uniform(const StreamKey&) override {
    ++next_;
    return 0.5;
  }
  double RareUniform(const StreamKey&) override { return 1.0 - 0x1p-33; }

 private:
  std::vector<double> values_;
  size_t next_ = 0;
};

}  // namespace

class SharedBasisWork::Maker {
 public:
  Maker(const Plan& plan, const SharedBasis* baseline)
      : plan_(plan), stage_(plan), scales_(plan), is_variant_(baseline != nullptr) {
    for (int r = 0; r < plan.regime_count(); ++r) {
      Recorder recorder;
      middles_.push_back(stage_.DrawIn(r, recorder));
      basis_.draws = std::move(recorder.draws);
    }
    basis_.seed = plan.seed;
    NameDraws();
    if (is_variant_) TakeOver(*baseline);
    NameGroups();
    AddLeading();
    AddSingles();
    FindStreams();
  }

  bool Step() {
    if (next_stream_ == streams_.end()) {
      if (!assigned_) Finish();
      assigned_ = true;
      return true;
    }
    if (AddStream(next_stream_->first, next_stream_->second)) ++next_stream_;
    return false;
  }

  SharedBasis Take() { return std::move(basis_); }

 private:
  // What is drawn, when; and what is drawn, whenever.
  using Address = std::tuple<Purpose, uint64_t, int32_t, int>;
  using StreamName = std::tuple<Purpose, uint64_t, int>;
  static Address AddressOf(const StreamKey& key) {
    return {key.purpose, key.id, key.period.index, key.draw};
  }
  static StreamName StreamOf(const StreamKey& key) { return {key.purpose, key.id, key.draw}; }

  // A direction of the space of draws, with what it is worth.
  struct Candidate {
    double contribution = 0.0;
    // Of a draw (component -1), or of a component of a rotation.
    int place = 0;
    int component = -1;
  };

  // The first of the draws of each address, and the others: they follow it.
  void NameDraws() {
    is_placed_.assign(basis_.draws.size(), 0);
    for (size_t k = 0; k < basis_.draws.size(); ++k) {
      const auto [place, is_first] =
          place_of_.try_emplace(AddressOf(basis_.draws[k].key), static_cast<int>(k));
      if (is_first) continue;
      repeats_.push_back({static_cast<int>(k), place->second});
      is_placed_[k] = 1;
    }
  }

  // Gives what the baseline draws too the baseline's coordinates.
  void TakeOver(const SharedBasis& baseline) {
    basis_.dimension_count = baseline.dimension_count;
    // [draw of the baseline]: its place here, -1 without.
    std::vector<int> places(baseline.draws.size(), -1);
    for (size_t b = 0; b < baseline.draws.size(); ++b) {
      const auto found = place_of_.find(AddressOf(baseline.draws[b].key));
      if (found == place_of_.end()) continue;
      places[b] = found->second;
      basis_.draws[found->second].dimension = baseline.draws[b].dimension;
      is_placed_[found->second] = 1;
      known_streams_.insert(StreamOf(baseline.draws[b].key));
    }
    for (const BasisRotation& rotation : baseline.rotations) {
      TakeOverRotation(baseline, rotation, places);
    }
  }

  void TakeOverRotation(const SharedBasis& baseline, const BasisRotation& rotation,
                        const std::vector<int>& places) {
    const bool is_asked_for = std::any_of(rotation.draws.begin(), rotation.draws.end(),
                                          [&](int draw) { return places[draw] >= 0; });
    if (!is_asked_for) return;
    BasisRotation taken = rotation;
    for (int& draw : taken.draws) {
      if (places[draw] >= 0) {
        draw = places[draw];
      } else {
        unasked_.push_back(baseline.draws[draw]);
        draw = static_cast<int>(basis_.draws.size() + unasked_.size()) - 1;
      }
    }
    KeepRotation(std::move(taken));
  }

  void KeepRotation(BasisRotation rotation) {
    for (const int draw : rotation.draws) {
      if (draw >= static_cast<int>(basis_.draws.size())) continue;
      basis_.draws[draw].rotation = static_cast<int>(basis_.rotations.size());
    }
    basis_.rotations.push_back(std::move(rotation));
  }

  void NameGroups() {
    for (int g = 0; g < plan_.group_count(); ++g) group_of_[plan_.groups[g].id64] = g;
  }

  bool IsGroupOwn(const StreamKey& key) const { return group_of_.contains(key.id); }

  // The regime, factors of parameters, elasticities, events.
  void AddLeading() {
    for (size_t k = 0; k < basis_.draws.size(); ++k) {
      const StreamKey& key = basis_.draws[k].key;
      const bool leads = key.purpose == Purpose::kScenario || key.purpose == Purpose::kEvent ||
                         (key.purpose == Purpose::kParameter && !IsGroupOwn(key));
      if (!leads || is_placed_[k]) continue;
      if (basis_.dimension_count < (is_variant_ ? kSobolDimensions : kLeadingDimensions)) {
        basis_.draws[k].dimension = basis_.dimension_count++;
      }
    }
    basis_.leading_count = basis_.dimension_count;
  }

  // Own trend or season of a group.
  double GroupContribution(const StreamKey& key) const {
    const int g = group_of_.at(key.id);
    const int model_group = plan_.groups[g].model_group;
    const Model& model = plan_.shared;
    const double share = scales_.share_of_group()[g];
    if (key.draw == 0) {
      const std::vector<double> damped = DampedSteps(model.trend_damping, plan_.step_count());
      double sum = 0.0;
      for (int step : scales_.steps()) sum += Square(damped[step]);
      return share * model.trend.own_variance[model_group] * sum / scales_.steps().size();
    }
    const int seasons = PeriodsPerYear(plan_.as_of.frequency);
    const size_t row = static_cast<size_t>(model_group) * seasons + (key.draw - 1);
    return share * model.season.own_variance[row] / seasons;
  }

  static bool IsLatent(const StreamKey& key) {
    return key.purpose == Purpose::kNationalFactor || key.purpose == Purpose::kRegionalFactor;
  }

  // Shocks and states: the stream of draw number `draw` is that of its innovation.
  double LatentContribution(const StreamKey& key) const {
    const int j = key.draw % kFirstOtherDraw;
    const StreamScale* found = scales_.Find(key.id, j);
    if (found == nullptr) return 0.0;
    return key.draw >= 2 * kFirstOtherDraw ? found->state : found->shock;
  }

  void AddSingles() {
    for (size_t k = 0; k < basis_.draws.size(); ++k) {
      const StreamKey& key = basis_.draws[k].key;
      const bool own = key.purpose == Purpose::kParameter && IsGroupOwn(key);
      const bool shock = IsLatent(key) && key.draw >= kFirstOtherDraw;
      if ((!own && !shock) || is_placed_[k]) continue;
      Add({.contribution = own ? GroupContribution(key) : LatentContribution(key),
           .place = static_cast<int>(k)});
    }
  }

  void Add(const Candidate& candidate) {
    if (candidate.contribution > 0.0) candidates_.push_back(candidate);
  }

  using Streams = std::map<StreamName, std::vector<int>>;

  // Innovations by stream.
  void FindStreams() {
    for (size_t k = 0; k < basis_.draws.size(); ++k) {
      const StreamKey& key = basis_.draws[k].key;
      const bool latent = IsLatent(key) && key.draw < kFirstOtherDraw;
      if ((!latent && key.purpose != Purpose::kDriver) || is_placed_[k]) continue;
      if (known_streams_.contains(StreamOf(key))) continue;
      streams_[StreamOf(key)].push_back(static_cast<int>(k));
    }
    next_stream_ = streams_.begin();
  }

  // A part of a stream; true when it is done.
  bool AddStream(const StreamName& stream, const std::vector<int>& draws) {
    if (std::get<0>(stream) == Purpose::kDriver) return AddDriver(draws);
    AddLatent(draws, scales_.Find(std::get<1>(stream), std::get<2>(stream)));
    return true;
  }

  void AddLatent(const std::vector<int>& draws, const StreamScale* scale) {
    if (scale == nullptr || !(scale->innovation > 0.0)) return;
    const std::vector<double> values = AddRotation(draws, scale->autoregression);
    for (size_t m = 0; m < values.size(); ++m) {
      Add({.contribution = scale->innovation * values[m],
           .place = static_cast<int>(rotations_.size()) - 1,
           .component = static_cast<int>(m)});
    }
  }

  // By what the components do to the shared state, one regime a call.
  bool AddDriver(const std::vector<int>& draws) {
    if (next_regime_ == 0) {
      movements_.assign(std::min(AddRotation(draws, 1.0).size(), size_t{kDriverComponents}), 0.0);
    }
    const BasisRotation& rotation = rotations_.back();
    const size_t size = draws.size();
    for (size_t m = 0; m < movements_.size(); ++m) {
      std::vector<double> values(basis_.draws.size(), 0.0);
      for (size_t l = 0; l < size; ++l) values[draws[l]] = rotation.matrix[l * size + m];
      Probe probe(std::move(values));
      movements_[m] += plan_.regimes[next_regime_].weight *
                       Movement(stage_.DrawIn(next_regime_, probe), middles_[next_regime_]);
    }
    if (++next_regime_ < plan_.regime_count()) return false;
    next_regime_ = 0;
    for (size_t m = 0; m < movements_.size(); ++m) {
      Add({.contribution = movements_[m],
           .place = static_cast<int>(rotations_.size()) - 1,
           .component = static_cast<int>(m)});
    }
    return true;
  }

  // Average square of what changed in the profiles of series, and in rates relative to themselves.
  double Movement(const SharedState& state, const SharedState& middle_state) const {
    const int period_count = plan_.period_count();
    double sum = 0.0;
    for (int g = 0; g < plan_.group_count(); ++g) {
      for (int t = 0; t < period_count; ++t) {
        const size_t cell = static_cast<size_t>(g) * period_count + t;
        sum +=
            scales_.share_of_group()[g] * Square(state.profile[cell] - middle_state.profile[cell]);
      }
    }
    for (size_t r = 0; r < state.rates.size(); ++r) {
      const double middle = std::fabs(middle_state.rates[r]);
      const double moved = std::fabs(state.rates[r] - middle_state.rates[r]);
      if (moved > 0.0) sum += std::min(1.0, Square(moved / std::max(middle, moved))) / period_count;
    }
    return sum / period_count;
  }

  // Principal components of the path x[h] = autoregression x[h-1] + z[h] over the steps of the
  // horizon: appends the rotation, returns the variance of each component averaged over the
  // horizon.
  std::vector<double> AddRotation(const std::vector<int>& draws, double autoregression) {
    const int size = static_cast<int>(draws.size());
    const size_t row_count = scales_.steps().size();
    std::vector<double> path(row_count * size, 0.0);
    for (size_t t = 0; t < row_count; ++t) {
      double weight = 1.0;
      for (int h = std::min(scales_.steps()[t], size); h >= 1; --h, weight *= autoregression) {
        path[(h - 1) * row_count + t] = weight;
      }
    }
    const Eigensystem found = SquareEigensystem(path, static_cast<int>(row_count), size);
    BasisRotation rotation{.draws = draws, .dimensions = std::vector<int>(size, -1)};
    std::vector<double> values(size);
    for (int m = 0; m < size; ++m) {
      values[m] = std::max(found.values[size - 1 - m], 0.0) / static_cast<double>(row_count);
    }
    for (int l = 0; l < size; ++l) {
      for (int m = 0; m < size; ++m) {
        rotation.matrix.push_back(found.vectors[static_cast<size_t>(size - 1 - m) * size + l]);
      }
    }
    rotations_.push_back(std::move(rotation));
    return values;
  }

  void Finish() {
    Assign();
    for (const auto& [repeat, first] : repeats_) {
      basis_.draws[repeat].dimension = basis_.draws[first].dimension;
    }
    basis_.draws.insert(basis_.draws.end(), unasked_.begin(), unasked_.end());
  }

  // Gives out what dimensions are left, and keeps the rotations that got one.
  void Assign() {
    const int most = is_variant_ ? kSobolDimensions : kBasisDimensions;
    std::stable_sort(
        candidates_.begin(), candidates_.end(),
        [](const Candidate& a, const Candidate& b) { return a.contribution > b.contribution; });
    for (const Candidate& candidate : candidates_) {
      if (basis_.dimension_count >= most) break;
      int& dimension = candidate.component < 0
                           ? basis_.draws[candidate.place].dimension
                           : rotations_[candidate.place].dimensions[candidate.component];
      dimension = basis_.dimension_count++;
    }
    for (BasisRotation& rotation : rotations_) {
      const bool used = std::any_of(rotation.dimensions.begin(), rotation.dimensions.end(),
                                    [](int dimension) { return dimension >= 0; });
      if (used) KeepRotation(std::move(rotation));
    }
  }

  const Plan& plan_;
  SharedStage stage_;
  // [regime]: nothing drawn.
  std::vector<SharedState> middles_;
  SharedBasis basis_;
  StreamScales scales_;
  const bool is_variant_;
  // The first draw of each address; later ones of the same address, with the first.
  absl::flat_hash_map<Address, int> place_of_;
  std::vector<std::pair<int, int>> repeats_;
  // [draw]: whether its coordinates are settled without looking at contributions.
  std::vector<char> is_placed_;
  // Streams the baseline draws some of; draws of its rotations that this plan does not ask for.
  std::set<StreamName> known_streams_;
  std::vector<BasisDraw> unasked_;
  absl::flat_hash_map<uint64_t, int> group_of_;
  std::vector<BasisRotation> rotations_;
  std::vector<Candidate> candidates_;
  Streams streams_;
  Streams::const_iterator next_stream_;
  // Of the driver in hand: what its components moved in the regimes before the next one.
  std::vector<double> movements_;
  int next_regime_ = 0;
  bool assigned_ = false;
};

SharedBasisWork::SharedBasisWork(const Plan& plan, const SharedBasis* baseline)
    : maker_(std::make_unique<Maker>(plan, baseline)) {}
SharedBasisWork::~SharedBasisWork() = default;
bool SharedBasisWork::Step() { return maker_->Step(); }
SharedBasis SharedBasisWork::Take() { return maker_->Take(); }

SharedBasis MakeSharedBasis(const Plan& plan, const SharedBasis* baseline) {
  SharedBasisWork work(plan, baseline);
  while (!work.Step()) {
  }
  return work.Take();
}

}  // namespace jalon::sim
