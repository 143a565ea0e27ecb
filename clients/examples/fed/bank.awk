# A bank made up from the Fed's history: 12 branches in 3 regions, 84 months to December 2023.
#
#   awk -v folder=DIR -f csv.awk -f bank.awk 2024-Table_2A_Historic_Domestic.csv
#
# writes units.csv, indicators.csv, realisations.csv and elasticities.csv. A month of an indicator is
# level x season x exp(sum of effect x (driver - its value in December 2023)) x noise; the effects
# are those of the table below, so that what a scenario does can be checked by hand.

# Uniform on (0, 1): the minimal standard generator, the same in every awk.
function uniform() {
  seed = (16807 * seed) % 2147483647
  return seed / 2147483647
}
function normal(   i, sum) {
  for (i = 0; i < 12; ++i) sum += uniform()
  return sum - 6
}
# The quarter's value in each of its months, as good as any for a history made up.
function driver(name, month,   quarter) {
  quarter = int(month / 3)
  return value[name, quarter]
}
function header(file, text) { print text > (folder "/" file) }

FNR == 1 {
  count = cells($0, heading)
  for (i = 1; i <= count; ++i) column[heading[i]] = i
  next
}
{
  cells($0, row)
  if (row[1] != "Actual") next
  split(row[2], date, "-")
  quarter = date[1] * 4 + (date[2] / 3) - 1
  value["unemployment", quarter] = row[column["Unemployment rate"]]
  value["mortgage_rate", quarter] = row[column["Mortgage rate"]]
  value["house_prices", quarter] = row[column["House Price Index (Level)"]]
  value["prime_rate", quarter] = row[column["Prime rate"]]
}
END {
  seed = 20240215
  last = 2023 * 12 + 11
  # Effects on the logarithm of a month: per point of a rate; of the logarithm of prices.
  effect["mortgages", "mortgage_rate"] = -0.25
  effect["mortgages", "house_prices"] = 0.8
  effect["mortgages", "unemployment"] = -0.08
  effect["consumer_loans", "unemployment"] = -0.06
  effect["consumer_loans", "prime_rate"] = -0.04
  effect["accounts", "unemployment"] = -0.03
  typical["mortgages"] = 900000; typical["consumer_loans"] = 220000; typical["accounts"] = 45

  header("units.csv", "id,parent,level,label_en")
  header("indicators.csv", "id,kind,rounding,label_en")
  header("realisations.csv", "unit,indicator,period,value")
  header("elasticities.csv", "driver,indicator,transform,lag,mean,sd,source")
  print "bank,,network,The bank" > (folder "/units.csv")
  print "mortgages,amount,1000,Mortgages granted\nconsumer_loans,amount,1000,Consumer loans granted\n" \
        "accounts,count,1,Accounts opened" > (folder "/indicators.csv")
  source = "the bank is made up with this effect"
  print "mortgage_rate,mortgages,level,0,-0.25,0.08," source "\n" \
        "house_prices,mortgages,log,0,0.8,0.3," source "\n" \
        "unemployment,mortgages,level,0,-0.08,0.03," source "\n" \
        "unemployment,consumer_loans,level,0,-0.06,0.02," source "\n" \
        "prime_rate,consumer_loans,level,0,-0.04,0.02," source "\n" \
        "unemployment,accounts,level,0,-0.03,0.01," source > (folder "/elasticities.csv")

  split("mortgages consumer_loans accounts", indicators, " ")
  for (r = 1; r <= 3; ++r) {
    print "region-" r ",bank,region,Region " r > (folder "/units.csv")
    for (b = 1; b <= 4; ++b) {
      unit = "branch-" r b
      print unit ",region-" r ",branch,Branch " r b > (folder "/units.csv")
      for (k = 1; k <= 3; ++k) size[unit, k] = exp(0.4 * normal())
    }
  }
  for (month = last - 83; month <= last; ++month) {
    for (k = 1; k <= 3; ++k) {
      name = indicators[k]
      shared = 0.02 * normal() + 0.08 * cos(6.2832 * (month % 12 - 4) / 12)
      for (pair in effect) {
        split(pair, part, SUBSEP)
        if (part[1] != name) continue
        move = driver(part[2], month) - driver(part[2], last)
        if (part[2] == "house_prices") move = log(driver(part[2], month) / driver(part[2], last))
        shared += effect[pair] * move
      }
      for (r = 1; r <= 3; ++r) for (b = 1; b <= 4; ++b) {
        unit = "branch-" r b
        mean = typical[name] * size[unit, k] * exp(shared)
        x = mean * exp(0.15 * normal())
        if (name == "accounts") x = mean + sqrt(mean) * normal()
        if (x < 0) x = 0
        printf "%s,%s,%d-%02d,%d\n", unit, name, int(month / 12), month % 12 + 1, x + 0.5 \
               > (folder "/realisations.csv")
      }
    }
  }
}
