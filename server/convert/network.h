// Networks and drivers: values of sim/ and their messages, on the wire and on disk.
#ifndef JALON_SERVER_CONVERT_NETWORK_H_
#define JALON_SERVER_CONVERT_NETWORK_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/network.pb.h"
#include "sim/drivers/drivers.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::server {

// The bitmap of missing (NaN) values: bit i % 8 of byte i / 8; empty when none is missing.
std::string MissingBitmap(std::span<const double> values);
// Whether bit `i` of a bitmap is set; false beyond its end.
bool BitAt(absl::string_view bitmap, size_t i);

// A unit, segment or indicator of a network, by canonical index.
v1::Unit UnitToProto(const sim::Network& network, int unit);
v1::Attribute ToProto(const sim::Attribute& attribute);
v1::Segment SegmentToProto(const sim::Network& network, int segment);
v1::Indicator IndicatorToProto(const sim::Network& network, int indicator);
v1::Driver ToProto(const sim::Driver& driver);
// The same with what was decided at each effective date, when it is derived and its history given.
v1::Driver DriverToProto(const sim::DriverTable& table, int index);

// A whole network on disk, and back. Errors of FromProto: kDataLoss when the content is not a
// network this program would have written.
store::v1::NetworkContent ToProto(const sim::Network& network);
absl::StatusOr<sim::Network> FromProto(const store::v1::NetworkContent& content);

// Drivers and beliefs on disk, and back.
store::v1::DriverContent ToProto(const sim::DriverTable& table);
absl::StatusOr<sim::DriverTable> FromProto(const store::v1::DriverContent& content);
store::v1::ElasticityPrior ToProto(const sim::ElasticityPrior& prior);
sim::ElasticityPrior FromProto(const store::v1::ElasticityPrior& prior);

// Units of one block of realisations.
inline constexpr int kUnitsPerBlock = 256;

// Realisations cut into blocks of one indicator and kUnitsPerBlock consecutive units, canonical
// order: a block whose figures did not change has the same bytes in every revision.
std::vector<store::v1::RealisationBlock> ToBlocks(const sim::Realisations& realisations);
// Inverse of ToBlocks. Errors: kDataLoss.
absl::StatusOr<sim::Realisations> FromBlocks(const sim::Network& network,
                                             const store::v1::RevisionManifest& manifest,
                                             std::span<const store::v1::RealisationBlock> blocks);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_NETWORK_H_
