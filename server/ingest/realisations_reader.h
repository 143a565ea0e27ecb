// Collects the cells of realisation tables and turns them into sim::Realisations.
//
// Reading appends (series, period, value) with the place it stood; finishing lays them out as rows
// of a rectangle once the network is known. Nothing is looked up twice: ids of consecutive rows
// repeat, and a repeated text costs one comparison.
#ifndef JALON_SERVER_INGEST_REALISATIONS_READER_H_
#define JALON_SERVER_INGEST_REALISATIONS_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/ingest/import.h"
#include "server/ingest/network_builder.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/realisations.h"

namespace jalon::server {

// What a rectangle may hold: 100,000 series of 600 periods. Beyond, an import would need more
// memory than its file is worth.
inline constexpr int64_t kMaxRealisationCells = 60'000'000;

// Thread-compatible. Keeps a reference to the builder.
class RealisationsReader {
 public:
  RealisationsReader(NetworkBuilder& builder, sim::Frequency frequency)
      : builder_(builder), frequency_(frequency) {}

  // Reads every row of `reader` as `table` says; problems stay in the reader.
  void Read(TableReader& reader, const TableMapping& table);

  // First and last period with a value; nullopt without any.
  std::optional<sim::Window> window() const { return window_; }
  // Dates the units whose values begin or end inside the window. A unit of the base does not open
  // again, and one that was closed is open again when it has later values. Call before the network
  // is made.
  // Returns how many were opened and closed.
  std::pair<int64_t, int64_t> InferDates(bool opened, bool closed);

  struct Result {
    sim::Realisations realisations;
    std::vector<Jump> jumps;
    int64_t jump_count = 0;
  };
  // Duplicates are resolved or refused, levels become differences, empty series and empty first or
  // last periods are left out. Errors (kInvalidArgument carrying violations): DUPLICATE_CELL,
  // NOT_A_LEAF, NOT_APPLICABLE, TOO_MANY_PERIODS, TOO_MANY_CELLS, NO_VALUES, and those of
  // sim::Realisations::Create.
  absl::StatusOr<Result> Finish(const sim::Network& network, SeriesHash hash);

 private:
  struct Cell {
    int32_t series = 0;
    int32_t period = 0;  // absolute index
    double value = 0;
    int32_t line = 0;
    int16_t file = 0;
    int16_t column = 0;  // 1-based, at most kMaxCsvColumns
  };
  struct File {
    std::string name;
    bool sums = false;        // duplicates add up
    int64_t unit_column = 0;  // 0 when the value's column says the unit
  };
  // Builder indices.
  struct Series {
    int unit = 0;
    int segment = 0;
    int indicator = 0;
  };
  struct LastText {
    std::string text;
    std::optional<int> index;
  };
  // Roles of the table being read, looked up once.
  struct Roles {
    int unit = -1;
    int segment = -1;
    int indicator = -1;
    int period = -1;
  };

  void ReadRecord(TableReader& reader, const TableMapping& table, const Roles& roles);
  std::optional<int> UnitOf(TableReader& reader, const TableMapping& table, const Roles& roles);
  std::optional<int> SegmentOf(TableReader& reader, const Roles& roles);
  std::optional<int> IndicatorOf(TableReader& reader, const Roles& roles);
  // Where a cell stands: its value, or its unit.
  sim::Violation PlaceOf(const Cell& cell) const;
  sim::Violation UnitPlaceOf(const Cell& cell) const;
  bool IsAcceptable(TableReader& reader, int indicator, double value);
  int SeriesOf(const Series& series);
  std::string NameOf(const Series& series) const;

  // Finishing, in order. Values: [series x period], NaN where missing.
  absl::Status CheckSize() const;
  std::vector<double> LayOut(sim::Violations& violations) const;
  void CheckSeries(const sim::Network& network, sim::Violations& violations) const;
  void TakeDifferences(std::vector<double>& values, const std::vector<sim::SeriesKey>& keys,
                       Result& result) const;
  absl::StatusOr<sim::Realisations> Create(const sim::Network& network,
                                           const std::vector<sim::SeriesKey>& keys,
                                           const std::vector<double>& values,
                                           SeriesHash hash) const;

  NetworkBuilder& builder_;
  sim::Frequency frequency_;
  std::vector<File> files_;
  std::vector<Cell> cells_;
  std::vector<Series> series_;
  absl::flat_hash_map<std::tuple<int, int, int>, int> series_index_;
  std::optional<sim::Window> window_;
  LastText last_unit_;
  LastText last_segment_;
  LastText last_indicator_;
  Series last_series_{-1, -1, -1};
  int last_series_index_ = -1;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_REALISATIONS_READER_H_
