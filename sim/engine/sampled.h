// The sampled estimator: full paths. Runs draw own noise in vectors, the 16 paths of a block at
// once (block_stage.h); without laws it is scalar and clear, and stays for ever as the oracle.
//
// A run is a sequence of blocks of 16 paths. A block is a pure function of (plan, block index): any
// thread may compute it, at any time, again; folding blocks in index order gives the same bits for
// any thread count. A block is itself cut into slices of a few milliseconds, so that a pool stays
// fair and a cancelled run frees its core.
#ifndef JALON_SIM_ENGINE_SAMPLED_H_
#define JALON_SIM_ENGINE_SAMPLED_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/stop_token.h"
#include "sim/engine/plan.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Changes with anything that changes a bit of an answer (D5).
inline constexpr char kEngineVersion[] = "sampled-2";

// A run has at most this many paths: 2^40, what a random stream can address.
inline constexpr int64_t kMaxPaths = int64_t{1} << 40;

// Paths of a block: the 16 virtual lanes.
inline constexpr int kPathsPerBlock = 16;

// Values of every target on the paths of one block.
struct BlockOutcome {
  int64_t block = 0;
  // [target x path in block], row-major. NaN where a ratio does not exist: its denominator is 0.
  std::vector<double> values;
  // [part x path in block]: numerators, denominators and opening values of the targets that have
  // them (Plan::target_parts); an opening value is NaN where it does not exist.
  std::vector<double> parts;
};

struct SharedState;
class CellLaws;

// Where the shared states of paths come from (sim/engine/shared_stage.h).
class SharedSource {
 public:
  virtual ~SharedSource() = default;
  // Of a path; a pure function, thread-safe.
  virtual SharedState At(int64_t path) const = 0;
};

// The work of one block, slice by slice. Thread-compatible; memory O(targets + groups x periods),
// whatever the number of paths. `plan` must outlive it.
//
// Shared states are those of `shared`, which must outlive the block, or independent draws without
// it (null). Own noise is drawn by the scalar quantiles, which are the oracle, or by
// `laws` (MakeCellLaws), which must outlive the block too: the same words through the same laws
// within the error of their tables, some twenty times faster.
class SampledBlock {
 public:
  SampledBlock(const Plan& plan, int64_t block, const SharedSource* shared = nullptr,
               const CellLaws* laws = nullptr);
  ~SampledBlock();
  SampledBlock(SampledBlock&&) noexcept;
  SampledBlock& operator=(SampledBlock&&) noexcept;

  // Does about `max_cells` (series, period, path) cells of work, at least the shared state of one
  // path or one step of series. A cell is one that the scalar oracle draws in 330 ns; costly laws
  // count as several, cells in vectors as less than one. The default is 0.7 ms with AVX2 and 4 ms
  // on the slowest instruction set. Returns true when the block is complete.
  bool Step(int64_t max_cells = 2'048);
  // The outcome; only after Step returned true. Moves it out.
  BlockOutcome TakeOutcome();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs a whole block. Errors: kCancelled when `stop` is raised.
absl::StatusOr<BlockOutcome> SimulateBlock(const Plan& plan, int64_t block, const StopToken& stop,
                                           const CellLaws* laws = nullptr);

// Values of one path alone, for replay: [target] and [part], equal bit for bit to that path in its
// block; and the cells of the path.
struct PathReplay {
  // Index into Plan::regimes: the world the path is in.
  int regime = 0;
  std::vector<double> target_values;
  std::vector<double> parts;
  // [series x horizon period]; levels of stocks.
  std::vector<double> cells;
};
absl::StatusOr<PathReplay> ReplayPath(const Plan& plan, int64_t path,
                                      const SharedSource* shared = nullptr,
                                      const CellLaws* laws = nullptr);

// How results are summarised.
struct SummaryOptions {
  std::vector<double> quantile_levels;
  // Two-sided confidence of the Wilson bounds, in (0, 1).
  double confidence_level = 0.95;
  // Whether the averages of each scramble are kept (Estimator::Scrambles), for baselines and for
  // differences to them.
  bool keep_scrambles = false;
  // Whether what estimates say besides is kept too (Checkpoint::kept), for variants that take over
  // what they do not move.
  bool keep_estimates = false;
};

// Folds blocks in index order into estimates of every target, or of some: means by Welford's
// recurrence, shares of paths beyond each threshold, and quantiles, exact for 256 paths and for
// small counts, by a histogram of 1,024 bins beyond (about 0.005 standard deviations). Memory is
// O(targets it estimates), whatever the number of paths; without quantile levels nothing is kept
// for them. Thread-compatible.
class TargetAccumulator {
 public:
  TargetAccumulator(const Plan& plan, SummaryOptions options);
  // Of `targets` alone, indices into plan.targets: everything below is [place among them].
  TargetAccumulator(const Plan& plan, SummaryOptions options, std::vector<int> targets);
  ~TargetAccumulator();

  // Requires outcome.block == blocks_folded(). Errors: kInternal naming the first target of the
  // plan, estimated or not, with a value that is not finite; the run must fail.
  absl::Status Fold(const BlockOutcome& outcome);
  // The same in parts: first whether every value is finite, then places among the targets, each
  // once, then its end.
  absl::Status Check(const BlockOutcome& outcome) const;
  void Add(const BlockOutcome& outcome, TargetRange places);
  void EndBlock();
  int64_t blocks_folded() const;
  int64_t path_count() const { return blocks_folded() * kPathsPerBlock; }

  // Current estimates, [target], with Wilson bounds at a two-sided confidence (the options' one by
  // default). Requires at least one block.
  std::vector<TargetEstimate> Estimates() const;
  std::vector<TargetEstimate> EstimatesAt(double confidence_level) const;
  // The same of `targets` alone.
  std::vector<TargetEstimate> EstimatesAt(double confidence_level, TargetRange targets) const;
  // Widest Wilson half-width over all thresholds of all targets; 0 when there are none.
  double WidestHalfWidth(double confidence_level) const;
  // Bytes held: what PredictCost foresees.
  int64_t allocated_bytes() const;
  // As Estimator::LetGo.
  bool LetGo();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SAMPLED_H_
