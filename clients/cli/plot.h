// Time series as text: a history and, drawn differently, a path after it.
#ifndef JALON_CLIENTS_CLI_PLOT_H_
#define JALON_CLIENTS_CLI_PLOT_H_

#include <string>
#include <vector>

#include "clients/cli/table.h"

namespace jalon::client {

struct PlotLine {
  // One value per period from the plot's first; NaN where there is none.
  std::vector<double> values;
};

struct Plot {
  std::string title;
  // What stands on the axes' ends.
  std::string first_label;
  std::string last_label;
  // Same number of periods in both; `path` may be empty.
  PlotLine history;
  PlotLine path;
  std::string path_label;
};

struct PlotStyle {
  // Columns of the whole text, at least 40; rows of the drawing, at least 3.
  int width = 80;
  int height = 8;
  // Only characters of ASCII: `*` for the history, `o` for the path. Otherwise braille dots for the
  // history and circles for the path.
  bool ascii = false;
  // Escape sequences that colour the path.
  bool color = false;
  Locale locale = Locale::kEnglish;
};

// The plot, every line ended: title, drawing with the scale on its left (largest value on top,
// smallest below; both the same for a flat line), the periods at both ends, and one line per series
// that says how it is drawn and its last value. A series without values says so.
// Periods share columns when there are more of them than columns: the last known one is drawn in
// ASCII, all of them in braille.
std::string DrawPlot(const Plot& plot, const PlotStyle& style);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_PLOT_H_
