#include "vit/export/scripted_model.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"

TEST_CASE("An exported model is used as the model that it was") {
  const vit::test::ScratchFolder folder;
  vit::VisionTransformer model(vit::test::small_vit(3));
  model->init_weights(0);
  vit::ModelCard card{"vit_tiny_patch16_224", {"cat", "dog", "cow"}, {}};
  card.preprocessing.img_size = {16, 16};
  vit::export_torchscript(*model, card, folder / "model.pt");
  REQUIRE(vit::is_exported_model(folder / "model.pt"));

  const auto exported = vit::scripted_model(vit::load_torchscript(folder / "model.pt"));
  CHECK(exported->num_classes() == 3);
  CHECK(exported->in_chans() == 3);
  CHECK(exported->img_size() == vit::Size2{16, 16});
  exported->module().eval();  // as an evaluation does
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::ones({4, 3, 16, 16});
  CHECK(torch::allclose(exported->forward(x), model->forward(x), 1e-5, 1e-5));
  const auto error = vit::test::error_of([&] { (void)exported->forward_features(x); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}

TEST_CASE("Other files are no exported models, whatever their ending") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "text.pt", "no archive");
  vit::test::put(folder / "empty.pt", "");
  vit::test::put(folder / "torn.pt", std::string("PK\x03\x04 torn"));
  for (const char* name : {"text.pt", "empty.pt", "torn.pt", "missing.pt", "."})
    CHECK_FALSE(vit::is_exported_model(folder / name));
}
