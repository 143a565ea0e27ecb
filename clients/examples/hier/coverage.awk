# The table of `coverage`.
{ count = cells($0, f) }
FNR == 1 { ++file; for (i = 1; i <= count; ++i) at[file, f[i]] = i; next }
file == 1 { level[f[at[1, "unit"]]] = f[at[1, "level"]]; next }
{
  key = f[at[file, "unit"]] SUBSEP f[at[file, "segment"]] SUBSEP f[at[file, "period"]]
  v = f[at[file, "value"]]
}
v == "" { next }
file == 2 { realised[key] = v + 0; next }
key in realised {
  if (!(key in low) || v + 0 < low[key]) low[key] = v + 0
  if (!(key in high) || v + 0 > high[key]) high[key] = v + 0
}
END {
  for (key in low) {
    split(key, part, SUBSEP)
    l = level[part[1]] (part[2] == "all" ? "" : " x purpose")
    ++n[l]
    if (realised[key] < low[key]) ++under[l]
    else if (realised[key] > high[key]) ++over[l]
  }
  printf "%-20s %8s %8s %8s %8s\n", "level", "months", "below", "inside", "above"
  fflush()
  for (l in n)
    printf "%-20s %8d %6.1f %% %6.1f %% %6.1f %%\n", l, n[l], 100 * under[l] / n[l],
      100 * (n[l] - under[l] - over[l]) / n[l], 100 * over[l] / n[l] | "sort"
}
