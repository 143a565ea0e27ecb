#include "clients/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/cli/table.h"

namespace jalon::client {
namespace {

constexpr int kBarWidth = 20;
constexpr absl::Duration kRepaintEvery = absl::Milliseconds(100);

std::string Bar(double ratio) {
  const int filled = static_cast<int>(std::floor(kBarWidth * ratio));
  return absl::StrCat("[", std::string(filled, '#'), std::string(kBarWidth - filled, '.'), "]");
}

std::string TimeLeft(const ProgressState& state) {
  if (state.ratio <= 0.01 || state.ratio >= 1.0) return "";
  const double seconds = absl::ToDoubleSeconds(state.elapsed) * (1.0 - state.ratio) / state.ratio;
  if (seconds >= 90) return absl::StrFormat("  %.0f min left", seconds / 60);
  return absl::StrFormat("  %.0f s left", std::ceil(seconds));
}

std::string CountAndRate(const ProgressState& state) {
  if (!state.count.has_value()) return "";
  std::string text =
      absl::StrCat("  ", FormatForScreen(Cell(*state.count), CellFormat::kCount, Locale::kEnglish),
                   " ", state.unit);
  const double seconds = absl::ToDoubleSeconds(state.elapsed);
  if (seconds < 0.2) return text;
  const double rate = static_cast<double>(*state.count) / seconds;
  return absl::StrCat(text, "  ", FormatForScreen(Cell(rate), CellFormat::kCount, Locale::kEnglish),
                      "/s");
}

}  // namespace

std::string ProgressLine(const ProgressState& state, int width) {
  const double ratio = std::clamp(state.ratio, 0.0, 1.0);
  std::string line =
      absl::StrFormat("%s %3.0f %%%s%s%s%s", Bar(ratio), 100 * ratio, CountAndRate(state),
                      TimeLeft(state), state.detail.empty() ? "" : "  ", state.detail);
  if (static_cast<int>(line.size()) > width) line.resize(width);
  return line;
}

Progress::Progress(std::ostream& out, bool enabled, int width)
    : out_(out), enabled_(enabled), width_(width) {}

Progress::~Progress() { Clear(); }

void Progress::Update(ProgressState state, absl::Time now) {
  if (!enabled_) return;
  if (started_ == absl::InfinitePast()) started_ = now;
  if (painted_ && now - last_paint_ < kRepaintEvery && state.ratio < 1.0) return;
  state.elapsed = now - started_;
  out_ << "\r\x1b[K" << ProgressLine(state, width_) << std::flush;
  painted_ = true;
  last_paint_ = now;
}

void Progress::Clear() {
  if (!painted_) return;
  out_ << "\r\x1b[K" << std::flush;
  painted_ = false;
}

}  // namespace jalon::client
