// Models: values of sim/, content on disk and in export files, and what the API shows of them.
#ifndef JALON_SERVER_CONVERT_MODEL_H_
#define JALON_SERVER_CONVERT_MODEL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/model_service.pb.h"
#include "server/convert/checks.h"
#include "sim/model/fit.h"
#include "sim/model/model.h"

namespace jalon::server {

store::v1::Model ToProto(const sim::Model& model);

// Errors: kInvalidArgument: what cannot be read (other equations, unknown laws, a bad period), then
// everything sim::ValidateModel finds.
absl::StatusOr<sim::Model> FromProto(const store::v1::Model& proto);

// A model as a file: protobuf text format or binary, and back. Errors of ReadModel:
// kInvalidArgument with the line and column of what is not understood, and those of FromProto.
std::string WriteModel(const sim::Model& model, v1::ModelFormat format);
absl::StatusOr<sim::Model> ReadModel(absl::string_view bytes, v1::ModelFormat format);

// Fills what the API shows of a model's content: as_of, counts, diagnostics, elasticities, notes.
void Describe(const sim::Model& model, v1::Model* proto);

// Reads fit options; violations go to `checks`, whose root is the options' field.
sim::FitOptions ReadFitOptions(const v1::FitOptions& proto, Checks& checks);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_MODEL_H_
