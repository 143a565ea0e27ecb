// What NetworkService reads of a revision's calendars.
#ifndef JALON_SERVER_RPC_CALENDAR_READS_H_
#define JALON_SERVER_RPC_CALENDAR_READS_H_

#include "absl/status/statusor.h"
#include "jalon/v1/calendar.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

absl::StatusOr<v1::ReadOpeningDaysResponse> ReadOpeningDays(
    Call& call, const v1::ReadOpeningDaysRequest& request);
absl::StatusOr<v1::ReadCalendarEffectResponse> ReadCalendarEffect(
    Call& call, const v1::ReadCalendarEffectRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_CALENDAR_READS_H_
