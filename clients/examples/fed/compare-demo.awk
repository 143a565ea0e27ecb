# One line per indicator of the whole bank in 2027: median and the change of the median in percent
# of the baseline's size under the severe scenario and each of its drivers alone, and the mean chance
# of the branches' objectives under both. Input: chances (scenario, then columns of
# `jalon simulate -o csv`), then forecasts (scenario, then columns of `jalon forecast -o csv`).
BEGIN { FS = "," }
{ sub(/\r$/, "") }
$2 == "unit" {
  for (i = 2; i <= NF; ++i) column[$i] = i
  next
}
NR == FNR && $column["window"] == "2027" {
  ++count[$1, $column["indicator"]]
  sum[$1, $column["indicator"]] += $column["p_attain"]
}
NR != FNR && $column["quantile"] == 0.5 {
  k = $column["indicator"]
  if (!(k in known)) { known[k] = 1; keys[++n] = k }
  median[$1, k] = $column["value"]
}
function size(x) { return x < 0 ? -x : x }
function change(scenario, k) {
  return 100 * (median[scenario, k] - median["baseline", k]) / size(median["baseline", k])
}
function chance(scenario, k) {
  if (!count[scenario, k]) return "-"
  return sprintf("%.1f%%", 100 * sum[scenario, k] / count[scenario, k])
}
END {
  printf "%-21s %15s %8s %8s %8s %8s %8s %10s %8s\n", "", "baseline", "severe", "unempl.",
         "mortgage", "euribor", "prices", "chance", "severe"
  for (i = 1; i <= n; ++i) {
    k = keys[i]
    printf "%-21s %15.6g %7.1f%% %7.1f%% %7.1f%% %7.1f%% %7.1f%% %10s %8s\n", k,
           median["baseline", k], change("severely-adverse", k), change("only-unemployment-rate", k),
           change("only-mortgage-rate", k), change("only-euribor-3m", k),
           change("only-inflation-rate", k), chance("baseline", k), chance("severely-adverse", k)
  }
}
