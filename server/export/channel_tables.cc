// Channels, credit lines and means.
#include <algorithm>
#include <cmath>

#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

std::string CreditText(const std::vector<sim::CreditCell>& cells) {
  CsvWriter csv({"unit", "segment", "indicator", "period", "value"});
  for (const sim::CreditCell& cell : cells) {
    csv.Row(
        {cell.unit, cell.segment, cell.indicator, cell.period.ToString(), NumberText(cell.value)});
  }
  return csv.TakeRows();
}

}  // namespace

std::string WriteChannels(const sim::Revision& revision) {
  CsvWriter csv({"id", "label_fr", "label_en"});
  for (const sim::Channel& channel : revision.channels.channels) {
    csv.Row({channel.id, channel.label_fr, channel.label_en});
  }
  return csv.TakeRows();
}

std::string WriteChannelShares(const sim::Revision& revision) {
  CsvWriter csv({"unit", "unit_kind", "segment", "indicator", "channel", "share", "from", "to",
                 "assumption", "source"});
  for (const sim::ChannelShareRow& row : revision.channels.shares) {
    csv.Row({row.unit, row.unit_kind, row.segment, row.indicator, row.channel,
             NumberText(row.share), PeriodText(row.from), PeriodText(row.to),
             YesNoText(row.assumption), row.source});
  }
  return csv.TakeRows();
}

std::string WriteEliminations(const sim::Revision& revision) {
  return CreditText(ImportedCredit(revision).eliminations);
}

std::string WriteParentTotals(const sim::Revision& revision) {
  return CreditText(ImportedCredit(revision).parent_totals);
}

std::string WriteMeans(const sim::Revision& revision) {
  const sim::MeansTable& means = ImportedMeans(revision);
  CsvWriter csv({"unit", "mean", "period", "value", "planned", "adds"});
  for (const sim::MeanSeries& series : means.series) {
    const bool adds = !std::binary_search(means.unmoved.begin(), means.unmoved.end(), series.mean);
    for (size_t t = 0; t < series.values.size(); ++t) {
      if (std::isnan(series.values[t])) continue;
      csv.Row({series.unit, series.mean, (series.first + static_cast<int>(t)).ToString(),
               NumberText(series.values[t]), YesNoText(series.planned[t]), YesNoText(adds)});
    }
  }
  return csv.TakeRows();
}

std::string WriteMeanEffects(const sim::Revision& revision) {
  CsvWriter csv({"mean", "indicator", "elasticity", "sd", "source"});
  for (const sim::MeanEffectPrior& effect : revision.means.effects) {
    csv.Row({effect.mean, effect.indicator, NumberText(effect.prior_mean),
             NumberText(effect.prior_sd), effect.source});
  }
  return csv.TakeRows();
}

}  // namespace jalon::server
