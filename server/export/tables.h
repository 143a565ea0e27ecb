// The tables of a revision, one function each; empty when the revision holds nothing of it.
#ifndef JALON_SERVER_EXPORT_TABLES_H_
#define JALON_SERVER_EXPORT_TABLES_H_

#include <string>

#include "sim/network/revision.h"

namespace jalon::server {

// network_tables.cc
std::string WriteUnits(const sim::Revision& revision);
std::string WriteAttributes(const sim::Revision& revision);
std::string WriteSegments(const sim::Revision& revision);
std::string WriteIndicators(const sim::Revision& revision);
// Wide: a row per series, a column per period. As imported, before restating.
std::string WriteRealisations(const sim::Revision& revision);
std::string WritePerimeter(const sim::Revision& revision);

// driver_tables.cc
std::string WriteDriverList(const sim::Revision& revision);
std::string WriteDrivers(const sim::Revision& revision);
std::string WriteElasticities(const sim::Revision& revision);

// calendar_tables.cc
std::string WriteCalendars(const sim::Revision& revision);
std::string WriteOpeningDates(const sim::Revision& revision);
std::string WriteOpeningDays(const sim::Revision& revision);
std::string WritePhasing(const sim::Revision& revision);

// channel_tables.cc
std::string WriteChannels(const sim::Revision& revision);
std::string WriteChannelShares(const sim::Revision& revision);
std::string WriteEliminations(const sim::Revision& revision);
std::string WriteParentTotals(const sim::Revision& revision);
std::string WriteMeans(const sim::Revision& revision);
std::string WriteMeanEffects(const sim::Revision& revision);

// score_tables.cc
std::string WriteWeights(const sim::Revision& revision);
std::string WriteQuality(const sim::Revision& revision);
std::string WriteLadder(const sim::Revision& revision);

}  // namespace jalon::server

#endif  // JALON_SERVER_EXPORT_TABLES_H_
