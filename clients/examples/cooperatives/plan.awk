# Objectives of members at the end of YEAR + 1 from the stock of months: the level of December of
# YEAR, plus the net change over YEAR and 5 % of its size. Cooperatives without both Decembers, and
# the system's, in which every cooperative counts that has both, are left to the variable `system`.
# Input: members_2020_2023.csv (;). Variables: year. Output: unit;indicator;window;value.
BEGIN { FS = ";"; OFS = ";" }
NR == 1 {
  for (i = 1; i <= NF; ++i) column[$i] = i
  next
}
{ sub(/\r$/, "") }
$column["Periodo"] == year "-12-01" { last[$column["CNPJ"]] = $column["Total de Cooperados"] }
$column["Periodo"] == year - 1 "-12-01" { before[$column["CNPJ"]] = $column["Total de Cooperados"] }
function asked(level, change) { return level + change + 0.05 * (change < 0 ? -change : change) }
function ceiling(x) { return x == int(x) ? x : int(x) + 1 }
END {
  print "unit", "indicator", "window", "value"
  for (unit in last) {
    level += last[unit]
    if (unit in before && before[unit] != last[unit])
      print unit, "members", year + 1, ceiling(asked(last[unit], last[unit] - before[unit]))
  }
  for (unit in before) opening += before[unit]
  print "system", "members", year + 1, ceiling(asked(level, level - opening))
}
