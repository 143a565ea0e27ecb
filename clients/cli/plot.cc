#include "clients/cli/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"

namespace jalon::client {
namespace {

constexpr int kLeastWidth = 40;
constexpr int kLeastHeight = 3;
// Dots of a braille character: two across, four down.
constexpr int kDotsAcross = 2;
constexpr int kDotsDown = 4;
// Bit of each dot, [row][column], over U+2800.
constexpr int kDotBits[kDotsDown][kDotsAcross] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
constexpr char kHistoryAscii[] = "*";
constexpr char kPathAscii[] = "o";
constexpr char kPathCircle[] = "\u25CB";
constexpr char kColorOn[] = "\x1b[33m";
constexpr char kColorOff[] = "\x1b[0m";

std::string Braille(int bits) {
  const int code = 0x2800 + bits;
  return {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

std::optional<double> LastOf(const PlotLine& line) {
  for (auto value = line.values.rbegin(); value != line.values.rend(); ++value) {
    if (std::isfinite(*value)) return *value;
  }
  return std::nullopt;
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  bool empty() const { return low > high; }
  void See(const PlotLine& line) {
    for (const double value : line.values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
};

// The drawing: one text per character cell.
class Canvas {
 public:
  Canvas(const Plot& plot, const PlotStyle& style, int width)
      : style_(style), width_(width), height_(std::max(style.height, kLeastHeight)) {
    range_.See(plot.history);
    range_.See(plot.path);
    periods_ = static_cast<int>(std::max(plot.history.values.size(), plot.path.values.size()));
    bits_.assign(static_cast<size_t>(width_) * height_, 0);
    circles_.assign(bits_.size(), false);
    if (range_.empty()) return;
    DrawHistory(plot.history);
    for (int t = 0; t < static_cast<int>(plot.path.values.size()); ++t) {
      if (!std::isfinite(plot.path.values[t])) continue;
      circles_[Cell(Across(t, width_), Down(plot.path.values[t], height_))] = true;
    }
  }

  int height() const { return height_; }
  const Range& range() const { return range_; }

  // Row `r` from the top, blanks at its end left out.
  std::string Row(int r) const {
    std::string text;
    size_t end = 0;
    for (int c = 0; c < width_; ++c) {
      const std::string mark = Mark(r * width_ + c);
      absl::StrAppend(&text, mark.empty() ? " " : mark);
      if (!mark.empty()) end = text.size();
    }
    text.resize(end);
    return text;
  }

 private:
  int Cell(int x, int y) const { return y * width_ + x; }

  // Places on a grid of `size` columns or rows.
  int Across(int t, int size) const {
    if (periods_ <= 1) return 0;
    return static_cast<int>(std::lround(static_cast<double>(t) * (size - 1) / (periods_ - 1)));
  }
  int Down(double value, int size) const {
    if (!(range_.high > range_.low)) return size / 2;
    const double share = (range_.high - value) / (range_.high - range_.low);
    return static_cast<int>(std::lround(share * (size - 1)));
  }

  void DrawHistory(const PlotLine& line) {
    const int across = style_.ascii ? width_ : width_ * kDotsAcross;
    const int down = style_.ascii ? height_ : height_ * kDotsDown;
    int before_x = -1;
    int before_y = 0;
    for (int t = 0; t < static_cast<int>(line.values.size()); ++t) {
      if (!std::isfinite(line.values[t])) {
        before_x = -1;
        continue;
      }
      const int x = Across(t, across);
      const int y = Down(line.values[t], down);
      if (before_x < 0) Dot(x, y);
      if (before_x >= 0) Join(before_x, before_y, x, y);
      before_x = x;
      before_y = y;
    }
  }

  // A straight line of dots, both ends included.
  void Join(int x0, int y0, int x1, int y1) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      Dot(x0 + static_cast<int>(std::lround(static_cast<double>(x1 - x0) * i / steps)),
          y0 + static_cast<int>(std::lround(static_cast<double>(y1 - y0) * i / steps)));
    }
  }

  void Dot(int x, int y) {
    if (style_.ascii) {
      bits_[Cell(x, y)] = 1;
    } else {
      bits_[Cell(x / kDotsAcross, y / kDotsDown)] |= kDotBits[y % kDotsDown][x % kDotsAcross];
    }
  }

  // What stands in a cell; empty for nothing.
  std::string Mark(int cell) const {
    if (circles_[cell]) {
      const std::string mark = style_.ascii ? kPathAscii : kPathCircle;
      return style_.color ? absl::StrCat(kColorOn, mark, kColorOff) : mark;
    }
    if (bits_[cell] == 0) return "";
    return style_.ascii ? kHistoryAscii : Braille(bits_[cell]);
  }

  const PlotStyle& style_;
  const int width_;
  const int height_;
  int periods_ = 0;
  Range range_;
  // [row x column]: dots of the history, and cells of the path.
  std::vector<int> bits_;
  std::vector<bool> circles_;
};

std::string NumberText(double value, Locale locale) {
  return FormatForScreen(Cell(value), CellFormat::kNumber, locale);
}

std::string Blanks(int count) { return std::string(static_cast<size_t>(std::max(count, 0)), ' '); }

// Texts of the scale: its ends and its middle.
std::vector<std::string> ScaleOf(const Canvas& canvas, Locale locale) {
  std::vector<std::string> scale(canvas.height());
  const Range& range = canvas.range();
  if (range.empty()) return scale;
  if (!(range.high > range.low)) {
    scale[canvas.height() / 2] = NumberText(range.high, locale);
    return scale;
  }
  scale.front() = NumberText(range.high, locale);
  scale.back() = NumberText(range.low, locale);
  if (canvas.height() % 2 == 1) {
    scale[canvas.height() / 2] = NumberText(0.5 * (range.low + range.high), locale);
  }
  return scale;
}

std::string LegendLine(const std::string& mark, const std::string& name,
                       const std::optional<double>& last, Locale locale) {
  const bool french = locale == Locale::kFrench;
  const std::string said =
      last ? absl::StrCat(french ? "dernière valeur " : "last ", NumberText(*last, locale))
           : std::string(french ? "aucune valeur" : "no value");
  return absl::StrCat("  ", mark, " ", name, ": ", said, "\n");
}

std::string Legend(const Plot& plot, const PlotStyle& style) {
  const bool french = style.locale == Locale::kFrench;
  std::string text =
      LegendLine(style.ascii ? kHistoryAscii : Braille(0x24 | 0x12),
                 french ? "historique" : "history", LastOf(plot.history), style.locale);
  if (plot.path.values.empty()) return text;
  return text + LegendLine(style.ascii ? kPathAscii : kPathCircle, plot.path_label,
                           LastOf(plot.path), style.locale);
}

}  // namespace

std::string DrawPlot(const Plot& plot, const PlotStyle& style) {
  const int width = std::max(style.width, kLeastWidth);
  // Widest text of a scale, found on a canvas of any width.
  int scale_width = 0;
  for (const std::string& text : ScaleOf(Canvas(plot, style, 1), style.locale)) {
    scale_width = std::max(scale_width, DisplayWidth(text));
  }
  const int inner = std::max(width - scale_width - 2, 10);
  const Canvas canvas(plot, style, inner);
  const std::vector<std::string> scale = ScaleOf(canvas, style.locale);
  std::string text = absl::StrCat(plot.title, "\n");
  for (int r = 0; r < canvas.height(); ++r) {
    absl::StrAppend(&text, Blanks(scale_width - DisplayWidth(scale[r])), scale[r],
                    style.ascii ? " |" : " \u2502", canvas.Row(r), "\n");
  }
  const int between = inner - DisplayWidth(plot.first_label) - DisplayWidth(plot.last_label);
  absl::StrAppend(&text, Blanks(scale_width + 2), plot.first_label, Blanks(std::max(between, 1)),
                  plot.last_label, "\n", Legend(plot, style));
  return text;
}

}  // namespace jalon::client
