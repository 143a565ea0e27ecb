#include "sim/engine/cell_batch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "sim/engine/series_stage.h"

namespace jalon::sim {
namespace {

constexpr int kBatch = 64;

// Cells of one series on their way to be drawn.
class Batch {
 public:
  Batch(const PlanSeries& series, const CellLaws& laws, std::span<double> cells)
      : series_(series), laws_(laws), cells_(cells) {}

  void Add(int period, uint32_t word) {
    const double mean = cells_[period];
    // A mean below zero is none, for laws that have no negative values.
    means_[size_] = mean < 0.0 && series_.law != Law::kStudentT ? 0.0 : mean;
    words_[size_] = word;
    periods_[size_] = period;
    if (++size_ == kBatch) Draw();
  }

  void Draw() {
    std::array<double, kBatch> drawn;
    DrawCells(series_, laws_,
              {absl::MakeConstSpan(means_.data(), size_), absl::MakeConstSpan(words_.data(), size_),
               absl::MakeSpan(drawn.data(), size_)});
    for (int i = 0; i < size_; ++i) cells_[periods_[i]] = drawn[i];
    size_ = 0;
  }

 private:
  const PlanSeries& series_;
  const CellLaws& laws_;
  std::span<double> cells_;
  std::array<double, kBatch> means_;
  std::array<uint32_t, kBatch> words_;
  std::array<int, kBatch> periods_;
  int size_ = 0;
};

}  // namespace

std::vector<double> CompoundShapes(const Plan& plan) {
  std::vector<double> shapes;
  for (const int i : plan.step_series) {
    const PlanSeries& series = plan.series[i];
    if (series.law != Law::kCompoundGamma || series.group < 0) continue;
    if (shapes.empty() || shapes.back() != series.shape) shapes.push_back(series.shape);
  }
  std::sort(shapes.begin(), shapes.end());
  shapes.erase(std::unique(shapes.begin(), shapes.end()), shapes.end());
  return shapes;
}

void DrawCells(const PlanSeries& series, const CellLaws& laws, const CellBatch& batch) {
  switch (series.law) {
    case Law::kNegativeBinomial:
      return laws.Counts(series.dispersion, batch);
    case Law::kGamma:
      return laws.Amounts(series.dispersion, batch);
    case Law::kCompoundGamma:
      return laws.Compounds(series.dispersion, series.shape, batch);
    case Law::kStudentT:
      return laws.StudentTs(series.dispersion, series.shape, batch);
    case Law::kStock:
    case Law::kExactStock:
      break;  // not drawn from a mean: stock_stage
  }
  std::fill(batch.cells.begin(), batch.cells.end(), std::nan(""));
}

CellLaws MakeCellLaws(const Plan& plan, SurfaceMemo* memo) {
  return CellLaws(CompoundShapes(plan), memo);
}

void DrawInBatches(const Plan& plan, int i, int64_t path, const CellLaws& laws,
                   std::span<double> cells) {
  const PlanSeries& series = plan.series[i];
  const int period_count = plan.period_count();
  const double* realised = plan.realised.data() + static_cast<size_t>(i) * period_count;
  NoiseWords words(plan, series, path, 0);
  Batch batch(series, laws, cells);
  for (int t = 0; t < period_count; ++t) {
    if (std::isnan(realised[t])) {
      batch.Add(t, words.At(plan.horizon.first + t));
    } else {
      cells[t] = realised[t];
    }
  }
  batch.Draw();
}

std::vector<double> StockNoise(const Plan& plan, int i, int64_t path, const CellLaws& laws) {
  const PlanSeries& series = plan.series[i];
  const std::vector<double> means(plan.period_count(), 0.0);
  std::vector<double> noise(means);
  if (series.dispersion == 0.0) return noise;
  NoiseWords addressed(plan, series, path, 0);
  std::vector<uint32_t> words;
  words.reserve(plan.period_count());
  for (int t = 0; t < plan.period_count(); ++t) {
    words.push_back(addressed.At(plan.horizon.first + t));
  }
  laws.StudentTs(series.dispersion, series.shape, {means, words, absl::MakeSpan(noise)});
  return noise;
}

}  // namespace jalon::sim
