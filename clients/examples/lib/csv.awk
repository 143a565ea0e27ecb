# cells(line, out): the cells of a CSV line into out[1..], quotes removed; returns how many.
function cells(line, out,   n, i, c, quoted, cell) {
  n = 0; cell = ""; quoted = 0
  sub(/\r$/, "", line)
  for (i = 1; i <= length(line); ++i) {
    c = substr(line, i, 1)
    if (c == "\"") quoted = !quoted
    else if (c == "," && !quoted) { out[++n] = cell; cell = "" }
    else cell = cell c
  }
  out[++n] = cell
  return n
}
