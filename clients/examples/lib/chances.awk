# A table of chances; see chances_by_unit in server.sh.
BEGIN {
  while ((getline line < units) > 0) {
    n = cells(line, f)
    if (!has_heading) { for (i = 1; i <= n; ++i) at[f[i]] = i; has_heading = 1; continue }
    label[f[at["unit"]]] = f[at["label"]]
  }
}
NR == 1 { n = cells($0, f); for (i = 1; i <= n; ++i) column[f[i]] = i; next }
{
  cells($0, f)
  unit = f[column["unit"]]; indicator = f[column["indicator"]]; p = f[column["p_attain"]]
  if (p == "") next
  if (!(unit in row)) { row[unit] = ++rows; name[rows] = unit }
  if (!(indicator in of)) { of[indicator] = ++columns; heading[columns] = indicator }
  chance[unit, indicator] = p
}
END {
  printf "%-24s", "unit"
  for (k = 1; k <= columns; ++k) printf "%17s", heading[k]
  print ""
  for (r = 1; r <= rows; ++r) {
    unit = name[r]
    printf "%-24s", label[unit] != "" ? label[unit] : unit
    for (k = 1; k <= columns; ++k) {
      if ((unit, heading[k]) in chance) printf "%15.1f %%", 100 * chance[unit, heading[k]]
      else printf "%17s", "-"
    }
    print ""
  }
}
