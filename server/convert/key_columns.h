// Builds the dictionaries of packed keys.
#ifndef JALON_SERVER_CONVERT_KEY_COLUMNS_H_
#define JALON_SERVER_CONVERT_KEY_COLUMNS_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// Numbers texts in the order of first use and appends new ones to a repeated field.
template <typename RepeatedText>
class Dictionary {
 public:
  explicit Dictionary(RepeatedText* texts) : texts_(texts) {}

  uint32_t IndexOf(absl::string_view text) {
    const auto [entry, added] =
        index_.try_emplace(std::string(text), static_cast<uint32_t>(index_.size()));
    if (added) *texts_->Add() = std::string(text);
    return entry->second;
  }

 private:
  RepeatedText* texts_;
  absl::flat_hash_map<std::string, uint32_t> index_;
};

// Appends rows to messages that hold keys as KeyColumns does (v1::KeyColumns, ObjectiveTable).
template <typename Columns>
class KeyColumnsBuilder {
 public:
  explicit KeyColumnsBuilder(Columns* columns)
      : columns_(columns),
        units_(columns->mutable_units()),
        segments_(columns->mutable_segments()),
        indicators_(columns->mutable_indicators()),
        windows_(columns->mutable_windows()) {}

  void Add(absl::string_view unit, absl::string_view segment, absl::string_view indicator) {
    columns_->add_unit_index(units_.IndexOf(unit));
    columns_->add_segment_index(segments_.IndexOf(segment));
    columns_->add_indicator_index(indicators_.IndexOf(indicator));
  }
  void AddWindow(absl::string_view window) { columns_->add_window_index(windows_.IndexOf(window)); }

 private:
  using Texts = std::remove_pointer_t<decltype(std::declval<Columns>().mutable_units())>;
  Columns* columns_;
  Dictionary<Texts> units_;
  Dictionary<Texts> segments_;
  Dictionary<Texts> indicators_;
  Dictionary<Texts> windows_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_KEY_COLUMNS_H_
