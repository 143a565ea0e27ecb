// Perimeters: values of sim/ and their messages, on the wire and on disk.
#ifndef JALON_SERVER_CONVERT_PERIMETER_H_
#define JALON_SERVER_CONVERT_PERIMETER_H_

#include "absl/status/statusor.h"
#include "jalon/store/v1/perimeter.pb.h"
#include "jalon/v1/network_service.pb.h"
#include "jalon/v1/perimeter.pb.h"
#include "sim/network/perimeter.h"
#include "sim/perimeter/hand_over.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/perimeter/restate.h"
#include "sim/perimeter/set_phasing.h"

namespace jalon::server {

// A change without `in_target`, and back. Errors of FromProto: kDataLoss when the message is not
// one this program would have written.
v1::PerimeterChange ToProto(const sim::PerimeterChange& change);
absl::StatusOr<sim::PerimeterChange> FromProto(const v1::PerimeterChange& proto);

// Changes and the declared target, without the original history; and back. Errors: kDataLoss.
store::v1::PerimeterContent ToProto(const sim::Perimeter& perimeter);
absl::StatusOr<sim::Perimeter> FromProto(const store::v1::PerimeterContent& content);

v1::PerimeterSummary ToProto(const sim::RestatementSummary& summary);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_PERIMETER_H_
