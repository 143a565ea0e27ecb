// The rows of a run's result, and views of them (DECISIONS D7).
#ifndef JALON_SERVER_RUN_ROW_AXIS_H_
#define JALON_SERVER_RUN_ROW_AXIS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/result.pb.h"
#include "server/convert/checks.h"
#include "sim/network/network.h"

namespace jalon::server {

// A row by canonical indices of the network, and an index of RowAxis::windows.
struct AxisRow {
  int indicator = 0;
  int unit = 0;
  int segment = 0;
  int window = 0;

  friend auto operator<=>(const AxisRow&, const AxisRow&) = default;
};

// Rows with everything needed to name and select them without the network. Immutable once built.
class RowAxis {
 public:
  // `rows` in canonical order, without duplicates; `windows` by first then last period.
  RowAxis(const sim::Network& network, const std::vector<sim::Window>& windows,
          const std::vector<AxisRow>& rows);
  // Rows of units and windows alone: their segment and indicator are empty, whatever `rows` say.
  static RowAxis OfUnits(const sim::Network& network, const std::vector<sim::Window>& windows,
                         const std::vector<AxisRow>& rows);
  // Errors: kDataLoss.
  static absl::StatusOr<RowAxis> FromProto(store::v1::RowAxis proto);
  const store::v1::RowAxis& proto() const { return proto_; }

  int64_t row_count() const { return proto_.unit_index_size(); }

  // The rows of a view, ascending. Violations (unknown ids, negative depth) go to `checks`.
  std::vector<uint32_t> Select(const v1::View& view, Checks& checks) const;
  // Keys of `count` of the given rows from `first` on, with dictionaries of their own.
  v1::KeyColumns Keys(const std::vector<uint32_t>& rows, int64_t first, int64_t count) const;
  // Names the axis made of the given rows, ascending and distinct: equal exactly when Keys of all
  // of them are equal.
  std::string Hash(const std::vector<uint32_t>& rows) const;

 private:
  explicit RowAxis(store::v1::RowAxis proto);
  std::string HashKeys(const std::vector<uint32_t>& rows) const;

  store::v1::RowAxis proto_;
  // Hash of all rows: what readers of whole results ask for with every page.
  std::string whole_hash_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_ROW_AXIS_H_
