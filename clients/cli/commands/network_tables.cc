// `jalon network channels|reconcile|means`: tables that hang on a network.
#include "clients/cli/commands/network_tables.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/periods.h"
#include "clients/cli/results.h"

namespace jalon::client {
namespace {

std::string PlaceOf(const v1::ChannelShare& share) {
  if (!share.unit().empty()) return share.unit();
  return share.unit_kind().empty() ? "*" : absl::StrCat("kind ", share.unit_kind());
}

std::string VerdictText(v1::Reconciliation::Verdict verdict) {
  switch (verdict) {
    case v1::Reconciliation::VERDICT_AGREES:
      return "agrees";
    case v1::Reconciliation::VERDICT_NOT_ADDITIVE:
      return "not additive by declaration";
    case v1::Reconciliation::VERDICT_NO_CHILDREN:
      return "no children";
    default:
      return "DIFFERS";
  }
}

}  // namespace

int ListChannels(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListChannelsRequest request;
  request.set_parent(*revision);
  TableWriter table = context.table({{"channel", "Channel", "Canal"},
                                     {"place", "Where", "Où"},
                                     {"segment", "Segment", "Segment"},
                                     {"indicator", "Indicator", "Indicateur"},
                                     {"share", "Share", "Part", CellFormat::kRatio},
                                     {"from", "From", "Depuis", CellFormat::kPeriod},
                                     {"to", "To", "Jusqu'à", CellFormat::kPeriod},
                                     {"assumption", "Assumption", "Hypothèse"},
                                     {"source", "Source", "Source"}});
  int64_t shares = 0;
  int64_t assumed = 0;
  const absl::Status status = ForEachPage(
      **client, &Client::ListChannels, request, [&](const v1::ListChannelsResponse& page) {
        for (const auto& s : page.shares()) {
          ++shares;
          assumed += s.is_assumption() ? 1 : 0;
          table.Row({s.channel(), PlaceOf(s), s.segment(), s.indicator(), s.share(), s.from(),
                     s.to(), s.is_assumption() ? "yes" : "", s.source()});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.beside() << absl::StrCat(shares, " shares, ", assumed, " of them assumptions\n");
  context.Next("jalon scenario create --file FILE", "an event with a channel uses these shares");
  return kExitOk;
}

int Reconcile(Context& context, const ReconcileArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ReconcileRequest request;
  request.set_revision(*revision);
  request.set_window(arguments.window);
  if (arguments.perimeter == "original") request.set_perimeter(v1::PERIMETER_VIEW_ORIGINAL);
  TableWriter table =
      context.table({{"unit", "Unit", "Entité"},
                     {"segment", "Segment", "Segment"},
                     {"indicator", "Indicator", "Indicateur"},
                     {"period", "Period", "Période", CellFormat::kPeriod},
                     {"children", "Children", "Enfants", CellFormat::kNumber},
                     {"eliminations", "Eliminations", "Éliminations", CellFormat::kNumber},
                     {"declared", "Declared", "Déclaré", CellFormat::kNumber},
                     {"difference", "Difference", "Écart", CellFormat::kNumber},
                     {"verdict", "Verdict", "Verdict"}});
  v1::ReconcileResponse counts;
  const absl::Status status =
      ForEachPage(**client, &Client::Reconcile, request, [&](const v1::ReconcileResponse& page) {
        counts = page;
        for (const auto& r : page.rows()) {
          table.Row({r.unit(), r.segment(), r.indicator(), r.period(), r.children(),
                     r.eliminations(), r.declared(), r.difference(), VerdictText(r.verdict())});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  const int64_t all =
      counts.agreeing_count() + counts.differing_count() + counts.not_additive_count();
  if (all == 0) {
    context.err() << "error: no total of head office to compare with: import parent_totals.csv "
                     "(docs/channels.md)\n";
    return kExitUnhealthy;
  }
  context.beside() << absl::StrCat(counts.agreeing_count(), " agree, ", counts.differing_count(),
                                   " differ, ", counts.not_additive_count(),
                                   " not additive by declaration (the declared total is used)\n");
  if (counts.differing_count() > 0) {
    context.Next("jalon import DIR --mode append",
                 "with corrected totals, or with what is credited twice in eliminations.csv");
    return kExitUnhealthy;
  }
  context.Next("jalon fit", "the parents are proved");
  return kExitOk;
}

int ListMeans(Context& context, const MeansArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListMeansRequest request;
  request.set_parent(*revision);
  request.set_mean(arguments.mean);
  request.set_unit(arguments.unit);
  if (arguments.perimeter == "original") request.set_perimeter(v1::PERIMETER_VIEW_ORIGINAL);
  TableWriter table = context.table({{"unit", "Unit", "Entité"},
                                     {"mean", "Mean", "Moyen"},
                                     {"period", "Period", "Période", CellFormat::kPeriod},
                                     {"value", "Value", "Valeur", CellFormat::kNumber},
                                     {"planned", "Planned", "Prévu"}});
  int64_t rows = 0;
  const absl::Status status =
      ForEachPage(**client, &Client::ListMeans, request, [&](const v1::ListMeansResponse& page) {
        for (const auto& m : page.means()) {
          for (int t = 0; t < m.values_size(); ++t) {
            if (BitAt(m.missing_bitmap(), t)) continue;
            ++rows;
            table.Row({m.unit(), m.mean(), PeriodPlus(m.first_period(), t), m.values(t),
                       BitAt(m.planned_bitmap(), t) ? "yes" : ""});
          }
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.beside() << absl::StrCat(rows, " values\n");
  context.Next("jalon network units", "the branches they belong to");
  return kExitOk;
}

}  // namespace jalon::client
