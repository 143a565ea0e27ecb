#include "sim/engine/conditional/baseline.h"

#include "sim/base/bytes_of.h"
#include "sim/base/hash64.h"
#include "sim/engine/conditional/knowledge.h"
#include "sim/engine/run.h"

namespace jalon::sim {
namespace {

int CheckpointCount(int64_t max_paths) {
  int count = 0;
  for (int64_t paths = 0; paths < max_paths; ++count) paths = NextCheckpoint(paths, max_paths);
  return count;
}

// Of one target, where there are as many places as can be.
double MixtureBytes(const Plan& plan) {
  // Means around one middle are kept on 16 or 48 places.
  const int places = plan.regime_count() > 1 ? kMostPlaces : 3 * kLaneCount;
  return places * sizeof(float) + sizeof(size_t) + sizeof(MixtureShape) +
         sizeof(std::shared_ptr<const StudentSumLaw>) + sizeof(SumLaw) + 2.0;
}

}  // namespace

int64_t TargetIdentities::bytes() const {
  return BytesOf(targets) + BytesOf(first_threshold) + BytesOf(thresholds) +
         BytesOf(opening_weights);
}

TargetIdentities IdentitiesOf(const Network& network, std::span<const Target> targets) {
  TargetIdentities made;
  made.targets.reserve(targets.size());
  made.first_threshold.reserve(targets.size() + 1);
  size_t threshold_count = 0;
  for (const Target& target : targets) threshold_count += target.thresholds.size();
  made.thresholds.reserve(threshold_count);
  made.opening_weights.reserve(threshold_count);
  made.first_threshold.push_back(0);
  for (const Target& target : targets) {
    const NodeRange& range = target.range;
    made.targets.push_back({.node = SeriesId64(network.unit(range.unit_first).id,
                                               network.segment(range.segment_first).id,
                                               network.indicator(range.indicator).id),
                            .window = target.window,
                            .aggregation = target.aggregation,
                            .direction = target.direction});
    for (size_t j = 0; j < target.thresholds.size(); ++j) {
      made.thresholds.push_back(target.thresholds[j]);
      made.opening_weights.push_back(target.opening ? target.opening->weights[j] : 0.0);
    }
    made.first_threshold.push_back(made.thresholds.size());
  }
  return made;
}

void BaselineBlock::Add(ScrambleMeans means, KeptEstimates kept) {
  if (!checkpoints.empty()) {
    checkpoints.back().knowledge = std::vector<double>();
    checkpoints.back().knowledge_blocks = 0;
  }
  checkpoints.push_back(std::move(means));
  estimates.push_back(std::move(kept));
}

const ScrambleMeans* BaselineBlock::At(int64_t path_count) const {
  for (const ScrambleMeans& means : checkpoints) {
    if (means.path_count == path_count) return &means;
  }
  return nullptr;
}

const KeptEstimates* BaselineBlock::EstimatesAt(int64_t path_count) const {
  const ScrambleMeans* means = At(path_count);
  return means == nullptr ? nullptr : &estimates[means - checkpoints.data()];
}

bool BaselineBlock::AnswersAll(const RunOptions& options) const {
  if (options.summary.quantile_levels != quantile_levels) return false;
  for (int64_t paths = 0; paths < options.max_paths;) {
    paths = NextCheckpoint(paths, options.max_paths);
    const KeptEstimates* kept = EstimatesAt(paths);
    if (kept == nullptr || kept->empty()) return false;
  }
  return true;
}

int64_t BaselineBlock::bytes() const {
  int64_t total = identities.bytes() + basis.bytes() + mixtures.bytes() + BytesOf(checkpoints) +
                  BytesOf(estimates) + BytesOf(quantile_levels);
  for (const ScrambleMeans& means : checkpoints) total += means.bytes();
  for (const KeptEstimates& kept : estimates) total += kept.bytes();
  return total;
}

double PredictBaselineBytes(const Plan& plan, int64_t max_paths, int quantile_level_count) {
  const double targets = static_cast<double>(plan.targets.size());
  double thresholds = 0.0;
  double asked = 0.0;
  for (const Target& target : plan.targets) {
    thresholds += static_cast<double>(target.thresholds.size());
    asked += target.thresholds.empty() ? 0.0 : 1.0;
  }
  const double scrambles = kScrambleCount * sizeof(double);
  const double checkpoint = (targets + thresholds) * scrambles +
                            targets * KeptEstimates::PredictBytes(quantile_level_count) +
                            sizeof(ScrambleMeans) + sizeof(KeptEstimates);
  return CheckpointCount(max_paths) * checkpoint + asked * kParameterDraws * sizeof(double) +
         targets * (sizeof(TargetIdentity) + sizeof(size_t) + MixtureBytes(plan)) +
         thresholds * 2.0 * sizeof(double) + PredictBasisBytes(plan);
}

}  // namespace jalon::sim
