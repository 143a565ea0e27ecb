# The Fed's scenario as shifts of the demo's drivers in 2027: what the four quarters from 2024 Q1 on
# change on the last quarter of its history. Points for unemployment and inflation (the mean of four
# quarters, as the demo's is on a year before); for rates the same proportion of the demo's own, for
# a rate of 2 % cannot fall by 5 points. Quarters hold in each of their months.
# Input: history, then scenario. Variable: only (a driver, or empty for all).
# Output: driver;period;mode;value.
BEGIN {
  FS = ","
  print "driver;period;mode;value"
  level["euribor-3m"] = 2.05
  level["mortgage-rate"] = 3.3
}
{ sub(/\r$/, "") }
FNR == 1 {
  for (i = 1; i <= NF; ++i) column[$i] = i
  next
}
function driver(id, value) {
  if (NR == FNR) { last[id] = value; return }
  if (only != "" && only != id) return
  shift = id in level ? level[id] * (value / last[id] - 1) : value - last[id]
  for (m = 1; m <= 3; ++m)
    printf "%s;2027-%02d;shift;%.4f\n", id, 3 * (quarter - 1) + m, shift
}
NR != FNR && ++quarter > 4 { exit }
{
  prices[++seen] = $column["CPI inflation rate"]
  driver("euribor-3m", $column["3-month Treasury rate"])
  driver("inflation-rate", (prices[seen] + prices[seen - 1] + prices[seen - 2] + prices[seen - 3]) / 4)
  driver("mortgage-rate", $column["Mortgage rate"])
  driver("unemployment-rate", $column["Unemployment rate"])
}
