// Calendars and imported shares: values of sim/ and their messages, on the wire and on disk.
#ifndef JALON_SERVER_CONVERT_CALENDAR_H_
#define JALON_SERVER_CONVERT_CALENDAR_H_

#include <optional>

#include "absl/status/statusor.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/calendar.pb.h"
#include "sim/calendar/calendar_effect.h"
#include "sim/calendar/opening_days.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"

namespace jalon::server {

// An absent week is the unspecified one.
v1::OpeningWeek ToProto(std::optional<sim::OpeningWeek> week);
v1::HolidaySet ToProto(sim::HolidaySet holidays);
// nullopt for the unspecified value and for numbers this program does not know.
std::optional<sim::OpeningWeek> FromProto(v1::OpeningWeek week);
std::optional<sim::HolidaySet> FromProto(v1::HolidaySet holidays);

// A whole table on disk, and back. Errors of FromProto: kDataLoss when the content is not a table
// this program would have written for the network.
store::v1::CalendarContent ToProto(const sim::CalendarTable& table);
absl::StatusOr<sim::CalendarTable> FromProto(const store::v1::CalendarContent& content,
                                             const sim::Network& network);
store::v1::PhasingContent ToProto(const sim::PhasingTable& table);
absl::StatusOr<sim::PhasingTable> FromProto(const store::v1::PhasingContent& content,
                                            const sim::Network& network);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_CALENDAR_H_
