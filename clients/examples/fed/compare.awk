# One line per indicator and year: median under the baseline, under the severe scenario, and the
# change of the median in percent under each scenario, from lines of
# scenario,unit,segment,indicator,period,quantile,value.
BEGIN { FS = "," }
{ sub(/\r$/, "") }
$2 == "unit" { next }
$6 == 0.5 {
  key = $4 " " $5
  if (!(key in seen)) { seen[key] = 1; keys[++count] = key }
  median[$1, key] = $7
}
$6 == 0.1 { low[$1, $4 " " $5] = $7 }
$6 == 0.9 { high[$1, $4 " " $5] = $7 }
function change(scenario, key) {
  return 100 * (median[scenario, key] / median["baseline", key] - 1)
}
END {
  printf "%-20s %14s %14s %28s %8s %8s %8s %8s %8s\n", "", "baseline", "severe",
         "(8 chances in 10)", "change", "unempl.", "mortgage", "prices", "short"
  for (i = 1; i <= count; ++i) {
    k = keys[i]
    printf "%-20s %14.0f %14.0f %28s %7.1f%% %7.1f%% %7.1f%% %7.1f%% %7.1f%%\n", k,
           median["baseline", k], median["severely-adverse", k],
           sprintf("%.0f to %.0f", low["severely-adverse", k], high["severely-adverse", k]),
           change("severely-adverse", k), change("only-unemployment", k),
           change("only-mortgage-rate", k), change("only-house-prices", k),
           change("only-short-rates", k)
  }
}
