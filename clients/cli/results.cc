#include "clients/cli/results.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "clients/cli/paging.h"
#include "clients/cli/table.h"

namespace jalon::client {
namespace {

bool AllBelow(const google::protobuf::RepeatedField<uint32_t>& indices, int size) {
  for (const uint32_t index : indices) {
    if (index >= static_cast<uint32_t>(size)) return false;
  }
  return true;
}

// Reads the whole row axis of a view.
absl::StatusOr<std::vector<RowKey>> ReadKeys(Client& client, const std::string& run,
                                             const v1::View& view, std::string& hash) {
  v1::GetRowIndexRequest request;
  request.set_run(run);
  *request.mutable_view() = view;
  request.set_page_size(10'000);
  std::vector<RowKey> keys;
  const absl::Status status =
      ForEachPage(client, &Client::GetRowIndex, request, [&](const v1::GetRowIndexResponse& page) {
        hash = page.row_axis_hash();
        const std::vector<RowKey> page_keys = KeysOf(page.keys());
        keys.insert(keys.end(), page_keys.begin(), page_keys.end());
      });
  if (!status.ok()) return status;
  return keys;
}

void EmitRows(const v1::ResultBlock& block, const std::vector<RowKey>& keys,
              const std::function<void(const ResultRow&)>& each, const std::string& regime = "") {
  for (int64_t i = 0; i < block.row_count(); ++i) {
    ResultRow row{.key = keys[block.first_row() + i], .regime = regime};
    for (const auto& column : block.columns()) row.values.push_back(ValueAt(column, i));
    each(row);
  }
}

absl::Status CheckBlock(const v1::ResultBlock& block, const std::vector<RowKey>& keys,
                        const std::string& hash) {
  if (block.row_axis_hash() != hash ||
      block.first_row() + block.row_count() > static_cast<int64_t>(keys.size())) {
    return absl::InternalError("the server's results and its row index do not belong together");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<RowKey> KeysOf(const v1::KeyColumns& columns) {
  const int count = columns.unit_index_size();
  const bool has_windows = columns.window_index_size() > 0;
  if (!AllBelow(columns.unit_index(), columns.units_size()) ||
      !AllBelow(columns.segment_index(), columns.segments_size()) ||
      !AllBelow(columns.indicator_index(), columns.indicators_size()) ||
      !AllBelow(columns.window_index(), columns.windows_size()) ||
      columns.segment_index_size() != count || columns.indicator_index_size() != count ||
      (has_windows && columns.window_index_size() != count)) {
    return {};
  }
  std::vector<RowKey> keys;
  keys.reserve(count);
  for (int i = 0; i < count; ++i) {
    keys.push_back({columns.units(columns.unit_index(i)),
                    columns.segments(columns.segment_index(i)),
                    columns.indicators(columns.indicator_index(i)),
                    has_windows ? columns.windows(columns.window_index(i)) : ""});
  }
  return keys;
}

bool BitAt(const std::string& bitmap, int64_t i) {
  const size_t byte = static_cast<size_t>(i / 8);
  return byte < bitmap.size() && ((static_cast<unsigned char>(bitmap[byte]) >> (i % 8)) & 1) != 0;
}

std::optional<double> ValueAt(const v1::ResultColumn& column, int64_t i) {
  if (i >= column.values_size() || BitAt(column.missing_bitmap(), i)) return std::nullopt;
  return column.values(static_cast<int>(i));
}

absl::Status ForEachRow(Client& client, const std::string& run, const v1::View& view,
                        const std::function<void(const ResultRow&)>& each) {
  std::string hash;
  const auto keys = ReadKeys(client, run, view, hash);
  if (!keys.ok()) return keys.status();
  v1::ReadResultsRequest request;
  request.set_run(run);
  *request.mutable_view() = view;
  absl::Status checked;
  const absl::Status status =
      ForEachPage(client, &Client::ReadResults, request, [&](const v1::ReadResultsResponse& page) {
        checked.Update(CheckBlock(page.block(), *keys, hash));
        if (checked.ok()) EmitRows(page.block(), *keys, each);
      });
  return status.ok() ? checked : status;
}

absl::Status ForEachPathRow(Client& client, const std::string& run, int64_t path,
                            const v1::View& view,
                            const std::function<void(const ResultRow&)>& each) {
  std::string hash;
  const auto keys = ReadKeys(client, run, view, hash);
  if (!keys.ok()) return keys.status();
  v1::ReplayPathRequest request;
  request.set_run(run);
  request.set_path_index(path);
  *request.mutable_view() = view;
  absl::Status checked;
  const absl::Status status =
      ForEachPage(client, &Client::ReplayPath, request, [&](const v1::ReplayPathResponse& page) {
        checked.Update(CheckBlock(page.block(), *keys, hash));
        if (checked.ok()) EmitRows(page.block(), *keys, each, page.regime());
      });
  return status.ok() ? checked : status;
}

std::string StatisticKey(const v1::StatisticSpec& spec) {
  const auto percent = [&spec] {
    // Two significant digits are enough for 5, 10, 2.5: keys never collide with the levels allowed.
    std::string text = FormatExactly(std::round(spec.level() * 1e6) / 1e4, Locale::kEnglish);
    return text.size() < 2 ? "0" + text : text;
  };
  switch (spec.statistic()) {
    case v1::STATISTIC_ATTAINMENT_PROBABILITY:
      return "p_attain";
    case v1::STATISTIC_ATTAINMENT_LOW:
      return "p_low";
    case v1::STATISTIC_ATTAINMENT_HIGH:
      return "p_high";
    case v1::STATISTIC_RO_PROBABILITY:
      return absl::StrCat("p_ro_", percent());
    case v1::STATISTIC_MEAN:
      return "mean";
    case v1::STATISTIC_MEAN_STANDARD_ERROR:
      return "mean_se";
    case v1::STATISTIC_STANDARD_DEVIATION:
      return "sd";
    case v1::STATISTIC_QUANTILE:
      return absl::StrCat("q", percent());
    case v1::STATISTIC_OBJECTIVE:
      return "objective";
    case v1::STATISTIC_REALISED_TO_DATE:
      return "realised";
    case v1::STATISTIC_PATH_VALUE:
      return "value";
    case v1::STATISTIC_OPENING_VALUE:
      return "opening";
    case v1::STATISTIC_RO_UNDEFINED_PROBABILITY:
      return "p_ro_undefined";
    case v1::STATISTIC_NO_RATIO_PROBABILITY:
      return "p_no_ratio";
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_LOW:
      return "p_known_low";
    case v1::STATISTIC_ATTAINMENT_KNOWLEDGE_HIGH:
      return "p_known_high";
    case v1::STATISTIC_LAW:
      return "law";
    case v1::STATISTIC_SCORE_MEAN:
      return "score_mean";
    case v1::STATISTIC_SCORE_MEAN_STANDARD_ERROR:
      return "score_mean_se";
    case v1::STATISTIC_SCORE_STANDARD_DEVIATION:
      return "score_sd";
    case v1::STATISTIC_SCORE_QUANTILE:
      return absl::StrCat("score_q", percent());
    case v1::STATISTIC_SCORE_PROBABILITY:
      return absl::StrCat("p_score_", percent());
    case v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY:
      return "p_joint";
    case v1::STATISTIC_JOINT_ATTAINMENT_LOW:
      return "p_joint_low";
    case v1::STATISTIC_JOINT_ATTAINMENT_HIGH:
      return "p_joint_high";
    case v1::STATISTIC_JOINT_OBJECTIVE_COUNT:
      return "objectives";
    case v1::STATISTIC_PAYOFF_MEAN:
      return "payoff_mean";
    case v1::STATISTIC_PAYOFF_MEAN_STANDARD_ERROR:
      return "payoff_mean_se";
    case v1::STATISTIC_QUALITY_FACTOR:
      return "quality";
    case v1::STATISTIC_DECLARED_WEIGHT:
      return "declared_weight";
    case v1::STATISTIC_WEIGHT:
      return "weight";
    case v1::STATISTIC_EFFECTIVE_WEIGHT:
      return "effective_weight";
    case v1::STATISTIC_BOUNDED_RO_MEAN:
      return "ro_mean";
    default:
      return absl::StrCat("statistic_", static_cast<int>(spec.statistic()));
  }
}

}  // namespace jalon::client
