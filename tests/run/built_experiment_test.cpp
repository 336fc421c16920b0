#include "vit/run/built_experiment.h"

#include <cstdlib>

#include "tests/catch.h"
#include "vit/core/log.h"
#include "vit/kernels/isa.h"

namespace {

vit::Experiment small(const std::string& more) {
  return vit::parse_experiment(
      "data: {image_size: 16, num_train: 32, num_val: 16, batch_size: 8, workers: 0}\n"
      "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, depth: 2,\n"
      "        num_heads: 2, dynamic_img_size: true}\n" +
          more,
      "small.yaml");
}

}  // namespace

TEST_CASE("The summary tells of model and data, of what is frozen, and of growing pictures") {
  const std::string plain = vit::BuiltExperiment(small("")).summary();
  CHECK_THAT(plain, Catch::Contains("32 training and 16 validation pictures of 10 classes"));
  CHECK_THAT(plain, !Catch::Contains("frozen") && !Catch::Contains("training pictures:"));
  const std::string unusual =
      vit::BuiltExperiment(small("train: {freeze: [blocks.0], unfreeze_epoch: 2}\n"
                                 "schedule: {img_size: [{epoch: 3, img_size: 12}]}\n"))
          .summary();
  CHECK_THAT(unusual, Catch::Contains("frozen for the first 2 epochs: 12 tensors") &&
                          Catch::Contains("blocks.0.attn.proj.bias … blocks.0.norm2.weight"));
  CHECK_THAT(unusual, Catch::Contains("training pictures: 8x8, 12x12 from epoch 4 on; evaluation: "
                                      "8x8"));
}

TEST_CASE("An epoch's pictures have the size of its stage") {
  vit::BuiltExperiment built(
      small("schedule: {img_size: [{epoch: 0, img_size: 4}, {epoch: 3, img_size: 12}]}\n"));
  const vit::TrainingParts parts = built.parts();
  CHECK(parts.pipeline_of_epoch(0).preprocessing().img_size.height == 4);
  CHECK(parts.pipeline_of_epoch(2).preprocessing().img_size.height == 4);
  CHECK(parts.pipeline_of_epoch(3).preprocessing().img_size.height == 12);
}

TEST_CASE("train.amp: auto is resolved to a type, which the recorded config has") {
  const vit::kernels::Isa before = vit::kernels::active_isa();
  vit::kernels::limit_isa(vit::kernels::Isa::avx2);
  setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  const vit::BuiltExperiment built(small("train: {amp: auto, device: cpu}\n"));
  vit::kernels::limit_isa(before);
  unsetenv("ONEDNN_MAX_CPU_ISA");
  CHECK(built.experiment.train.amp == "fp32");
  CHECK_THAT(built.config, Catch::Contains("amp: fp32"));
}
