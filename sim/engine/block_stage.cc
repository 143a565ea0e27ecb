#include "sim/engine/block_stage.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/cell_batch.h"
#include "sim/engine/row_math.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

// Number of the draw that rounds a whole stock (stock_stage.cc).
constexpr int kDrawOfRounding = 1;

PhiloxKey KeyOf(uint64_t seed) {
  return {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
}

// DrawNormal at the addresses of 16 paths.
PathRow DrawNormals(uint64_t seed, const StreamKey& key) {
  return NormalRow(PhiloxRows(CounterOf(key), KeyOf(seed))[0]);
}

// The shared part of the level of series i, added to `effect` factor by factor.
void AddSharedLevel(const Plan& plan, int i, const BlockStates& states, PathRow& effect) {
  const double* loadings = plan.level_loadings.data() + static_cast<size_t>(i) * plan.level_rank;
  for (int j = 0; j < plan.level_rank; ++j) AddTo(effect, loadings[j], states.level_factors[j]);
}

bool HasOwnEvents(const Plan& plan, int i) {
  return plan.series_event_first[i] < plan.series_event_first[i + 1];
}

// OwnEvents of series i in period t.
PathRow OwnEventsOf(const Plan& plan, int i, int t, const BlockStates& states) {
  const bool log_link = plan.series[i].link == Link::kLog;
  PathRow effect = SameRow(log_link ? 0.0 : 1.0);
  for (int e = plan.series_event_first[i]; e < plan.series_event_first[i + 1]; ++e) {
    const size_t cell = static_cast<size_t>(plan.series_events[e]) * plan.period_count() + t;
    if (log_link) {
      AddTo(effect, states.event_log_size[cell]);
    } else {
      ScaleBy(effect, states.event_size[cell]);
    }
  }
  return effect;
}

// What events multiply a mean or a rate by, on the links where they do.
PathRow EventFactorOf(const Plan& plan, int i, int t, const BlockStates& states) {
  const size_t group = static_cast<size_t>(plan.series[i].group) * plan.period_count();
  PathRow factor = states.event_factor[group + t];
  if (HasOwnEvents(plan, i)) ScaleBy(factor, OwnEventsOf(plan, i, t, states));
  return factor;
}

// mu from eta on those links (LinearMean).
void SetLinearMean(const PlanSeries& series, const PathRow& factor, PathRow& eta) {
  for (int lane = 0; lane < kLanes; ++lane) {
    const double x = eta.x[lane];
    if (series.link == Link::kSqrt) {
      eta.x[lane] = x > 0.0 ? x * x * factor.x[lane] : 0.0;
    } else {
      eta.x[lane] = series.unit_scale * x * factor.x[lane];
    }
  }
}

// A mean below zero is none, for laws that have no negative values.
void CutBelowZero(PathRow& mean) {
  for (double& x : mean.x) x = x < 0.0 ? 0.0 : x;
}

}  // namespace

int WidestStep(const Plan& plan) {
  int widest = 0;
  for (int step = 0; step < plan.series_step_count(); ++step) {
    widest = std::max(widest, plan.step_first[step + 1] - plan.step_first[step]);
  }
  return widest;
}

BlockStage::BlockStage(const Plan& plan, int64_t first_path, const CellLaws& laws)
    : plan_(plan),
      first_path_(first_path),
      laws_(laws),
      period_count_(plan.period_count()),
      words_before_(plan.horizon.first.index % 4),
      means_(period_count_),
      rates_(period_count_),
      noise_(period_count_),
      words_(period_count_ + 8),
      rounding_(period_count_ + 8),
      zeros_(period_count_),
      cells_(static_cast<size_t>(WidestStep(plan)) * period_count_) {}

std::span<PathRow> BlockStage::MutableCellsOf(int i) {
  return {cells_.data() + static_cast<size_t>(plan_.step_place[i]) * period_count_,
          static_cast<size_t>(period_count_)};
}

std::span<const PathRow> BlockStage::CellsOf(int i) const {
  return {cells_.data() + static_cast<size_t>(plan_.step_place[i]) * period_count_,
          static_cast<size_t>(period_count_)};
}

void BlockStage::DrawStep(int step, const BlockStates& states) {
  for (int j = plan_.step_first[step]; j < plan_.step_first[step + 1]; ++j) {
    const int i = plan_.step_series[j];
    SetConstants(i);
    if (plan_.series[i].stock >= 0) {
      DrawStock(i, states);
    } else if (!runs_.empty()) {
      DrawSeries(i, states);
    }
  }
}

void BlockStage::SetConstants(int i) {
  const double* realised = plan_.realised.data() + static_cast<size_t>(i) * period_count_;
  const std::span<PathRow> cells = MutableCellsOf(i);
  runs_.clear();
  for (int t = 0; t < period_count_; ++t) {
    if (!std::isnan(realised[t])) {
      cells[t] = SameRow(realised[t]);
    } else if (!runs_.empty() && runs_.back().end == t) {
      ++runs_.back().end;
    } else {
      runs_.push_back({t, t + 1});
    }
  }
}

void BlockStage::DrawSeries(int i, const BlockStates& states) {
  const PlanSeries& series = plan_.series[i];
  const std::span<PathRow> cells = MutableCellsOf(i);
  PathRow effect = OwnEffects(series);
  AddSharedLevel(plan_, i, states, effect);
  DrawWords(series, 0, words_);
  for (const Run& run : runs_) {
    SetMeans(i, run, effect, states);
    const size_t count = static_cast<size_t>(run.end - run.first) * kLanes;
    DrawCells(series, laws_,
              {absl::MakeConstSpan(means_[run.first].x, count),
               absl::MakeConstSpan(words_[run.first + words_before_].x, count),
               absl::MakeSpan(cells[run.first].x, count)});
  }
}

PathRow BlockStage::OwnEffects(const PlanSeries& series) {
  PathRow effect = SameRow(0.0);
  if (series.branch_loading != 0.0) {
    AddTo(effect, series.branch_loading, NormalsOfBranch(series.branch_id64));
  }
  if (series.series_effect_sd != 0.0) {
    AddTo(effect, series.series_effect_sd,
          DrawNormals(plan_.seed, {.purpose = Purpose::kSeriesEffect,
                                   .id = series.id64,
                                   .path = static_cast<uint64_t>(first_path_)}));
  }
  return effect;
}

const PathRow& BlockStage::NormalsOfBranch(uint64_t id64) {
  if (!branch_ || branch_->id64 != id64) {
    branch_ = {id64, DrawNormals(plan_.seed, {.purpose = Purpose::kBranchEffect,
                                              .id = id64,
                                              .path = static_cast<uint64_t>(first_path_)})};
  }
  return branch_->normals;
}

void BlockStage::DrawWords(const PlanSeries& series, int draw, std::vector<PathWords>& words) {
  const int first = (runs_.front().first + words_before_) / 4;
  const int last = (runs_.back().end - 1 + words_before_) / 4;
  for (int four = first; four <= last; ++four) {
    const StreamKey key{.purpose = Purpose::kSeriesNoise,
                        .id = series.id64,
                        .path = static_cast<uint64_t>(first_path_),
                        .period = plan_.horizon.first + (4 * four - words_before_),
                        .draw = draw};
    const std::array<PathWords, 4> drawn = PhiloxRows(CounterOf(key), KeyOf(plan_.seed));
    std::copy(drawn.begin(), drawn.end(), words.begin() + 4 * four);
  }
}

void BlockStage::SetMeans(int i, const Run& run, const PathRow& effect, const BlockStates& states) {
  const PlanSeries& series = plan_.series[i];
  const double* base = plan_.base.data() + static_cast<size_t>(i) * period_count_;
  const size_t group = static_cast<size_t>(series.group) * period_count_;
  const bool has_events = HasOwnEvents(plan_, i);
  for (int t = run.first; t < run.end; ++t) {
    SetSum(means_[t], base[t], states.profile[group + t], effect);
    if (series.link != Link::kLog) {
      SetLinearMean(series, EventFactorOf(plan_, i, t, states), means_[t]);
    } else if (has_events) {
      AddTo(means_[t], OwnEventsOf(plan_, i, t, states));
    }
  }
  if (series.link == Link::kLog) {
    ExpRows(absl::MakeSpan(means_).subspan(run.first, run.end - run.first));
  } else if (series.law != Law::kStudentT) {
    for (int t = run.first; t < run.end; ++t) CutBelowZero(means_[t]);
  }
}

void BlockStage::DrawStock(int i, const BlockStates& states) {
  const PlanSeries& series = plan_.series[i];
  const std::span<PathRow> cells = MutableCellsOf(i);
  PathRow persistent = SameRow(0.0);
  if (series.law == Law::kStock && !runs_.empty()) {
    persistent = OwnEffects(series);
    ScaleBy(persistent, series.unit_scale);
    SetRates(i, states);
    SetNoise(series);
  }
  const PathRow opening = SameRow(plan_.stocks[series.stock].opening);
  for (const Run& run : runs_) {
    for (int t = run.first; t < run.end; ++t) {
      cells[t] = Moved(series, t, t == 0 ? opening : cells[t - 1], persistent);
    }
  }
}

void BlockStage::SetRates(int i, const BlockStates& states) {
  const double* base = plan_.base.data() + static_cast<size_t>(i) * period_count_;
  const size_t group = static_cast<size_t>(plan_.series[i].group) * period_count_;
  PathRow level = SameRow(0.0);
  AddSharedLevel(plan_, i, states, level);
  for (const Run& run : runs_) {
    for (int t = run.first; t < run.end; ++t) {
      SetSum(rates_[t], base[t], states.profile[group + t], level);
      ScaleBy(rates_[t], EventFactorOf(plan_, i, t, states));
    }
  }
}

void BlockStage::SetNoise(const PlanSeries& series) {
  if (plan_.stocks[series.stock].whole) DrawWords(series, kDrawOfRounding, rounding_);
  if (series.dispersion == 0.0) {
    std::copy(zeros_.begin(), zeros_.end(), noise_.begin());
    return;
  }
  DrawWords(series, 0, words_);
  for (const Run& run : runs_) {
    const size_t count = static_cast<size_t>(run.end - run.first) * kLanes;
    laws_.StudentTs(series.dispersion, series.shape,
                    {absl::MakeConstSpan(zeros_[run.first].x, count),
                     absl::MakeConstSpan(words_[run.first + words_before_].x, count),
                     absl::MakeSpan(noise_[run.first].x, count)});
  }
}

PathRow BlockStage::NetFlow(const PlanStock& stock, int t) const {
  PathRow net = SameRow(0.0);
  for (int j = stock.first_flow; j < stock.end_flow; ++j) {
    const PlanStockFlow& flow = plan_.stock_flows[j];
    AddTo(net, flow.sign, CellsOf(flow.series)[t]);
  }
  return net;
}

PathRow BlockStage::Moved(const PlanSeries& series, int t, const PathRow& level,
                          const PathRow& persistent) const {
  PathRow moved = SameRow(0.0);
  if (series.law == Law::kStock) {
    for (int lane = 0; lane < kLanes; ++lane) {
      moved.x[lane] = level.x[lane] * rates_[t].x[lane] + persistent.x[lane] + noise_[t].x[lane];
    }
    if (plan_.stocks[series.stock].whole) WholeRow(rounding_[t + words_before_], moved);
  }
  PathRow next = level;
  PathRow change = NetFlow(plan_.stocks[series.stock], t);
  AddTo(change, moved);
  AddTo(next, change);
  return next;
}

}  // namespace jalon::sim
