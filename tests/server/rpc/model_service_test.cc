#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

v1::CreateModelRequest Fit() {
  v1::CreateModelRequest request;
  request.set_parent(kDemo);
  return request;
}

v1::Model Create(const v1::CreateModelRequest& request) {
  v1::Model model;
  const grpc::Status status =
      SharedServer().models().CreateModel(SharedServer().Context(), request, &model);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return model;
}

grpc::Status Refused(const v1::CreateModelRequest& request) {
  v1::Model model;
  return SharedServer().models().CreateModel(SharedServer().Context(), request, &model);
}

v1::Model Get(const std::string& name) {
  v1::GetModelRequest request;
  request.set_name(name);
  v1::Model model;
  EXPECT_TRUE(SharedServer().models().GetModel(SharedServer().Context(), request, &model).ok());
  return model;
}

const v1::Model& Fitted() {
  static const auto& model = *new v1::Model(SharedServer().WaitForModel(Create(Fit()).name()));
  return model;
}

std::string Export(const std::string& name, v1::ModelFormat format) {
  v1::ExportModelRequest request;
  request.set_name(name);
  request.set_format(format);
  const auto reader = SharedServer().models().ExportModel(SharedServer().Context(), request);
  std::string bytes;
  for (v1::ExportModelResponse piece; reader->Read(&piece);) {
    EXPECT_LE(piece.data().size(), 64u << 10);
    if (bytes.empty()) {
      EXPECT_EQ(piece.content_hash(), Get(name).content_hash());
    }
    bytes += piece.data();
  }
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return bytes;
}

v1::ModelImportOptions ImportOf(v1::ModelFormat format) {
  v1::ModelImportOptions options;
  options.set_parent(kDemo);
  options.set_reason("a test");
  options.set_format(format);
  return options;
}

grpc::Status Import(v1::ModelImportOptions options, const std::string& bytes, v1::Model* model) {
  const auto writer = SharedServer().models().ImportModel(SharedServer().Context(), model);
  if (options.size_bytes() == 0) options.set_size_bytes(static_cast<int64_t>(bytes.size()));
  v1::ImportModelRequest message;
  *message.mutable_options() = std::move(options);
  bool open = writer->Write(message);
  for (size_t at = 0; at < bytes.size() && open; at += 256 << 10) {
    message.set_data(bytes.substr(at, 256 << 10));
    open = writer->Write(message);
  }
  writer->WritesDone();
  return writer->Finish();
}

TEST(ModelServiceTest, FitsTheNewestRevision) {
  const v1::Model& model = Fitted();
  ASSERT_EQ(model.state(), v1::Model::STATE_SUCCEEDED) << model.error();
  EXPECT_EQ(model.origin(), v1::Model::ORIGIN_FIT);
  EXPECT_THAT(model.content_hash(), SizeIs(64));
  EXPECT_EQ(model.as_of(), "2026-10");
  EXPECT_EQ(model.series_count(), 819);
  EXPECT_THAT(model.diagnostics(), Not(IsEmpty()));
}

TEST(ModelServiceTest, FitsTheSameModelTwice) {
  const v1::Model again = SharedServer().WaitForModel(Create(Fit()).name());
  EXPECT_NE(again.name(), Fitted().name());
  EXPECT_EQ(again.content_hash(), Fitted().content_hash());
}

TEST(ModelServiceTest, TellsWhatMeansActOn) {
  const v1::Model& model = Fitted();
  ASSERT_THAT(model.mean_effects(), SizeIs(1));
  const v1::MeanEffect& effect = model.mean_effects(0);
  EXPECT_EQ(effect.mean(), "advisers");
  EXPECT_EQ(effect.indicator(), "appointments");
  EXPECT_EQ(effect.prior_mean(), 0.5);
  EXPECT_EQ(effect.prior_standard_deviation(), 0.25);
  EXPECT_GT(effect.standard_deviation(), 0.0);
  EXPECT_LT(effect.standard_deviation(), 0.25);
  EXPECT_GT(effect.information_share(), 0.0);
  EXPECT_GT(effect.branch_count(), 0);
  EXPECT_EQ(effect.source(), "demo: assumption");
}

TEST(ModelServiceTest, LooksAtNothingAfterAsOf) {
  v1::CreateModelRequest request = Fit();
  request.mutable_model()->set_as_of("2025-12");
  const v1::Model model = SharedServer().WaitForModel(Create(request).name());
  ASSERT_EQ(model.state(), v1::Model::STATE_SUCCEEDED) << model.error();
  EXPECT_EQ(model.as_of(), "2025-12");
  EXPECT_NE(model.content_hash(), Fitted().content_hash());
}

TEST(ModelServiceTest, RefusesAHistoryTooShortBeforeFitting) {
  v1::CreateModelRequest request = Fit();
  request.mutable_model()->set_as_of("1990-01");
  const grpc::Status status = Refused(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("AS_OF_OUT_OF_RANGE"));
}

TEST(ModelServiceTest, ListsEveryProblemOfTheOptions) {
  v1::CreateModelRequest request = Fit();
  request.mutable_model()->mutable_fit_options()->set_trend_damping(2);
  request.mutable_model()->mutable_fit_options()->set_ended_after_missing(0);
  const grpc::Status status = Refused(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("model.fit_options.trend_damping"));
  EXPECT_THAT(status.error_details(), HasSubstr("model.fit_options.ended_after_missing"));
}

TEST(ModelServiceTest, RefusesARevisionThatDoesNotExist) {
  v1::CreateModelRequest request = Fit();
  request.mutable_model()->set_revision("networks/demo/revisions/none");
  EXPECT_EQ(Refused(request).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(ModelServiceTest, ChecksWithoutFittingWhenAskedTo) {
  v1::CreateModelRequest request = Fit();
  request.set_validate_only(true);
  EXPECT_EQ(Create(request).name(), "");
}

TEST(ModelServiceTest, ReturnsTheFirstModelToARepeatedRequest) {
  v1::CreateModelRequest request = Fit();
  request.set_request_id("fit-once");
  EXPECT_EQ(Create(request).name(), Create(request).name());
}

TEST(ModelServiceTest, ListsModelsWithoutTheirDetails) {
  (void)Fitted();
  v1::ListModelsRequest request;
  request.set_parent(kDemo);
  v1::ListModelsResponse response;
  ASSERT_TRUE(
      SharedServer().models().ListModels(SharedServer().Context(), request, &response).ok());
  ASSERT_GE(response.models_size(), 2);
  for (const v1::Model& model : response.models()) EXPECT_THAT(model.diagnostics(), IsEmpty());
}

TEST(ModelServiceTest, CancelsNothingThatHasEnded) {
  v1::CancelModelRequest request;
  request.set_name(Fitted().name());
  v1::Model model;
  ASSERT_TRUE(SharedServer().models().CancelModel(SharedServer().Context(), request, &model).ok());
  EXPECT_EQ(model.state(), v1::Model::STATE_SUCCEEDED);
}

TEST(ModelServiceTest, TakesBackWhatItExports) {
  for (const v1::ModelFormat format : {v1::MODEL_FORMAT_TEXT, v1::MODEL_FORMAT_BINARY}) {
    v1::Model model;
    const grpc::Status status = Import(ImportOf(format), Export(Fitted().name(), format), &model);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(model.content_hash(), Fitted().content_hash());
    EXPECT_EQ(model.origin(), v1::Model::ORIGIN_IMPORT);
    EXPECT_EQ(Get(model.name()).reason(), "a test");
  }
}

TEST(ModelServiceTest, RefusesTextThatIsNoModelWithItsLine) {
  v1::Model model;
  const grpc::Status status =
      Import(ImportOf(v1::MODEL_FORMAT_TEXT), "equations: 1\nnonsense: 2\n", &model);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("nonsense"));
}

TEST(ModelServiceTest, RefusesAModelCutShort) {
  v1::ModelImportOptions options = ImportOf(v1::MODEL_FORMAT_BINARY);
  options.set_size_bytes(1'000);
  v1::Model model;
  EXPECT_EQ(Import(options, "too little", &model).error_code(), grpc::StatusCode::DATA_LOSS);
}

TEST(ModelServiceTest, RefusesAnImportWithoutAReason) {
  v1::ModelImportOptions options = ImportOf(v1::MODEL_FORMAT_BINARY);
  options.clear_reason();
  v1::Model model;
  const grpc::Status status = Import(options, "x", &model);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("reason"));
}

TEST(ModelServiceTest, ExportsNothingThatDoesNotExist) {
  v1::ExportModelRequest request;
  request.set_name("networks/demo/models/none");
  const auto reader = SharedServer().models().ExportModel(SharedServer().Context(), request);
  v1::ExportModelResponse piece;
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

// The whole way: history, fit, chances.
TEST(ModelServiceTest, SimulatesWithTheFittedModel) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_model(Fitted().name());
  const v1::Run run = SharedServer().RunToEnd(request);
  EXPECT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.provenance().model_hash(), Fitted().content_hash());
}

}  // namespace
}  // namespace jalon::server
