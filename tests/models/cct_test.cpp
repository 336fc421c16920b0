#include "vit/models/cct.h"

#include "tests/models/fixture.h"
#include "vit/core/error.h"
#include "vit/models/profile.h"
#include "vit/models/registry.h"

using vit::test::noise;

namespace {

vit::CCTOptions small_cct() {
  vit::CCTOptions options;
  options.img_size = {16, 16};
  options.embed_dim = 16;
  options.num_classes = 3;
  return options;
}

vit::CCTOptions small_vit_lite() {
  vit::CCTOptions options = small_cct();
  options.conv_tokenizer = false;
  options.seq_pool = false;
  options.kernel_size = 4;
  options.mlp_ratio = 2;
  return options;
}

}  // namespace

TEST_CASE("A compact transformer maps pictures to logits; its features are tokens") {
  vit::CCT cct(small_cct());
  cct->init_weights(0);
  cct->eval();
  CHECK(cct->forward(noise({2, 3, 16, 16})).sizes() == at::IntArrayRef({2, 3}));
  CHECK(cct->forward_features(noise({2, 3, 16, 16})).sizes() == at::IntArrayRef({2, 16, 16}));
  vit::CCT lite(small_vit_lite());
  lite->init_weights(0);
  lite->eval();
  CHECK(lite->forward_features(noise({2, 3, 16, 16})).sizes() == at::IntArrayRef({2, 1 + 16, 16}));
}

TEST_CASE("Named compact transformers have the authors' parameters") {
  struct Known {
    const char* name;
    std::int64_t parameters;  // learned ones, as the authors' code counts them
  };
  const Known known[] = {
      {"cct_2_3x2_32", 283723},     {"cct_4_3x2_32", 482123},
      {"cct_6_3x1_32", 3233803},    {"cct_6_3x2_32_sine", 3326923 - 64 * 256},
      {"cct_7_3x1_32", 3760139},    {"cct_7_3x1_32_c100", 3783269},
      {"cct_7_3x2_32", 3853259},    {"cct_7_7x2_224", 4573735},
      {"cct_14_7x2_224", 22367273}, {"cct_14_7x2_384", 22513193},
      {"vit_lite_6_4_32", 3190538}, {"vit_lite_6_4_32_sine", 3173898},
      {"vit_lite_7_4_32", 3716874}, {"cvt_7_4_32", 3716619},
  };
  for (const Known& row : known) {
    INFO(row.name);
    CHECK(vit::profile(*vit::create_model(vit::model_spec(row.name))).parameters == row.parameters);
  }
}

TEST_CASE("Multiply-adds of a compact transformer are those that the architecture gives") {
  const vit::ModelProfile profile =
      vit::profile(*vit::create_model(vit::model_spec("cct_2_3x2_32")));
  const std::int64_t tokens = 8 * 8, dim = 128;
  const std::int64_t tokenizer = 32 * 32 * 64 * 3 * 9 + 16 * 16 * dim * 64 * 9;
  const std::int64_t block = tokens * 6 * dim * dim + 2 * tokens * tokens * dim;
  const std::int64_t pool = 2 * tokens * dim;  // the weights, and the weighted sum
  CHECK(profile.multiply_adds == tokenizer + 2 * block + pool + 10 * dim);
}

TEST_CASE("Gradients reach every parameter of a compact transformer") {
  vit::CCT model(GENERATE(0, 1) == 0 ? small_cct() : small_vit_lite());
  model->init_weights(1);
  // Softmax does not see what is added to every token alike.
  vit::test::check_gradients(*model, noise({8, 3, 16, 16}), "classifier.attention_pool.bias");
}

TEST_CASE("A compact transformer's clone and seed") {
  vit::CCTOptions options = GENERATE(0, 1) == 0 ? small_cct() : small_vit_lite();
  options.pos_embed = GENERATE("learn", "sine", "none");
  vit::CCT model(options);
  vit::test::check_seed(*model);
  vit::test::check_clone(*model, noise({2, 3, 16, 16}));
}

TEST_CASE("What a compact transformer cannot be is refused with the remedy") {
  vit::CCTOptions options = small_vit_lite();
  options.kernel_size = 5;
  CHECK_THROWS_WITH(vit::CCT(options),
                    Catch::Contains("image size 16x16 is not a multiple of patch size 5"));
  options = small_cct();
  options.num_heads = 3;
  CHECK_THROWS_WITH(vit::CCT(options), Catch::Contains("embed_dim 16 is not a multiple"));
  vit::CCT model(small_cct());
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 3, 32, 32})),
                    Catch::Contains("expected x [B, 3, 16, 16], got [1, 3, 32, 32]"));
}

TEST_CASE("The same weights give the authors' features and logits") {
  constexpr double kTolerance = 1e-5;  // float32 of another order of summation
  vit::test::check_parity(*vit::CCT(small_cct()), vit::test::own_fixture("cct"), kTolerance);
  vit::CCTOptions options = small_vit_lite();
  options.pos_embed = "sine";
  vit::test::check_parity(*vit::CCT(options), vit::test::own_fixture("vit_lite"), kTolerance);
  // Without the file's positions: the formula gives the same.
  const vit::CCT fresh(options);
  const vit::SafetensorsFile file =
      vit::SafetensorsFile::open(vit::test::own_fixture("vit_lite") / "weights.safetensors");
  CHECK(torch::allclose(fresh->named_buffers()["classifier.positional_emb"],
                        vit::read_tensor(file, file.at("classifier.positional_emb")), 0, 5e-6));
}
