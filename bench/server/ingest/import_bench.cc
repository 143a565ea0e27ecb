// How long the import of a large network takes: 24,000 series (2,000 branches x 12 indicators) of
// 60 months, 1,440,000 rows of CSV, from bytes to a network value. The figure to reach is 5 s.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/ingest/csv.h"
#include "server/ingest/import.h"
#include "server/ingest/numbers.h"

namespace jalon::server {
namespace {

constexpr int kBranches = 2000;
constexpr int kIndicators = 12;
constexpr int kMonths = 60;
constexpr int64_t kRows = int64_t{kBranches} * kIndicators * kMonths;

std::string Units() {
  std::string units = "id;parent;level;label_fr\nsiege;;network;Siège\n";
  for (int r = 0; r < 20; ++r) absl::StrAppend(&units, "r", r, ";siege;region;Région ", r, "\n");
  for (int b = 0; b < kBranches; ++b) {
    absl::StrAppend(&units, "ag-", 100000 + b, ";r", b % 20, ";branch;Agence ", b, "\n");
  }
  return units;
}

std::string Indicators() {
  std::string indicators = "id;kind\n";
  for (int k = 0; k < kIndicators; ++k) absl::StrAppend(&indicators, "indicator-", k, ";amount\n");
  return indicators;
}

// By month, then branch: no row is of the series of the row before, the worst order for looking
// series up.
std::string Realisations() {
  std::string rows = "unit;segment;indicator;period;value\n";
  uint32_t state = 1;
  for (int m = 0; m < kMonths; ++m) {
    for (int b = 0; b < kBranches; ++b) {
      for (int k = 0; k < kIndicators; ++k) {
        state = state * 1664525u + 1013904223u;
        absl::StrAppendFormat(&rows, "ag-%d;all;indicator-%d;%d-%02d;%u,%02u\n", 100000 + b, k,
                              2021 + m / 12, 1 + m % 12, (state >> 8) % 100000, state % 100);
      }
    }
  }
  return rows;
}

void BM_ImportNetwork24000x60(benchmark::State& state) {
  const std::string units = Units();
  const std::string indicators = Indicators();
  const std::string rows = Realisations();
  ImportRequest request;
  request.files = {
      {"units.csv", units}, {"indicators.csv", indicators}, {"realisations.csv", rows}};
  request.mapping = *ParseMapping("[network]\nid = bench\n", "bench.map");
  for (auto _ : state) {
    const ImportOutcome outcome = ImportNetwork(request);
    if (!outcome.revision.has_value() || outcome.counts.values != kRows) {
      state.SkipWithError("the import is not whole");
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(rows.size()));
}
BENCHMARK(BM_ImportNetwork24000x60)->Unit(benchmark::kMillisecond);

// The floor of it: walking the rows and converting the numbers, nothing else.
void BM_ReadNumbers(benchmark::State& state) {
  const std::string rows = Realisations();
  for (auto _ : state) {
    absl::StatusOr<CsvDocument> document = CsvDocument::Open(rows, {.file = "realisations.csv"});
    CsvCursor cursor = document->Rows();
    double sum = 0;
    while (cursor.Next()) sum += ParseNumber(cursor.cells()[4], NumberDialect::kFrench).value;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(rows.size()));
}
BENCHMARK(BM_ReadNumbers)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace jalon::server
