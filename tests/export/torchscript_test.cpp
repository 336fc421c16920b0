#include "vit/export/torchscript.h"

#include <torch/csrc/jit/passes/inliner.h>
#include <torch/script.h>
#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/gpu.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/models/vit.h"
#include "vit/weights/state_dict.h"

namespace {

vit::VisionTransformer small_model() {
  vit::ViTOptions options = vit::test::small_vit(3);
  options.reg_tokens = 2;
  options.drop_path_rate = 0.2;
  vit::VisionTransformer model(options);
  model->init_weights(0);
  return model;
}

vit::ModelCard card() {
  vit::ModelCard card{"vit_tiny_patch16_224", {"cat", "dog", "<b>"}, {}};
  card.preprocessing.img_size = {16, 16};
  return card;
}

}  // namespace

TEST_CASE(
    "The exported file gives the model's logits for any batch size, and carries labels and "
    "preprocessing") {
  const vit::test::ScratchFolder folder;
  vit::VisionTransformer model = small_model();
  const vit::ExportCheck check = vit::export_torchscript(*model, card(), folder / "model.pt");
  CHECK(check.max_difference <= 1e-5);

  vit::ScriptedModel read = vit::load_torchscript(folder / "model.pt");
  CHECK(read.card.labels == card().labels);
  CHECK(read.card.preprocessing.img_size == vit::Size2{16, 16});
  const torch::NoGradGuard no_grad;
  for (const std::int64_t batch : {1, 3, 8}) {
    const torch::Tensor x = torch::rand({batch, 3, 16, 16});
    CHECK(torch::allclose(read.module.forward({x}).toTensor(), model->forward(x), 1e-5, 1e-6));
  }
  // Other programs find the weights under timm's names.
  bool found = false;
  for (const auto& parameter : read.module.named_parameters())
    found = found || parameter.name == "blocks.1.attn.qkv.weight";
  CHECK(found);
  // And so does this one, as a file of weights.
  const vit::StateDict state = vit::read_state_dict(folder / "model.pt");
  for (const auto& parameter : model->named_parameters()) {
    INFO(parameter.key());
    CHECK(torch::equal(state.tensors.at(parameter.key()), parameter.value()));
  }
  CHECK(folder.names() == std::vector<std::string>{"model.pt"});
}

TEST_CASE("A model of images that keep their shape is not exported for one size") {
  const vit::test::ScratchFolder folder;
  vit::VisionTransformer model = small_model();
  vit::ModelCard whole = card();
  whole.preprocessing.crop_mode = "whole";
  const auto error = vit::test::error_of(
      [&] { (void)vit::export_torchscript(*model, whole, folder / "model.pt"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "data.crop_mode");
  CHECK(folder.names().empty());
}

TEST_CASE("What is no exported model is refused by name") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "text.pt", "this is no archive");
  const auto error = vit::test::error_of([&] { (void)vit::load_torchscript(folder / "text.pt"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->what(), Catch::Contains("text.pt: is no TorchScript file"));
}

TEST_CASE("A folder that is not there is an error, and nothing is written") {
  const vit::test::ScratchFolder folder;
  vit::VisionTransformer model = small_model();
  const auto error =
      vit::test::error_of([&] { vit::export_torchscript(*model, card(), folder / "no/model.pt"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::resource);
  CHECK(folder.names().empty());
}

TEST_CASE("Every family of models exports, for any batch size") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"resnet18", "test_convnext", "cct_2_3x2_32", "cvt_6_4_32",
                           "vit_lite_6_4_32_sine", "linear"}) {
    INFO(name);
    vit::ModelSpec spec = vit::model_spec(name);
    vit::num_classes(spec) = 3;
    if (spec.name == "resnet18" || spec.name == "test_convnext") vit::img_size(spec) = {64, 64};
    const auto model = vit::create_model(spec);
    model->init_weights(0);
    vit::ModelCard any{name, {"cat", "dog", "bird"}, vit::preprocessing(spec)};
    CHECK(vit::export_torchscript(*model, any, folder / "m.pt").max_difference < 1e-5);
    vit::ScriptedModel scripted = vit::load_torchscript(folder / "m.pt");
    const vit::Size2 size = model->img_size();
    const torch::Tensor x = torch::rand({3, 3, size.height, size.width});
    const torch::NoGradGuard no_grad;
    CHECK(torch::allclose(scripted.module.forward({x}).toTensor(), model->forward(x), 1e-4, 1e-5));
  }
}

TEST_CASE("An exported model has no device of its own, and runs on a GPU where there is one") {
  const vit::test::ScratchFolder folder;
  const std::string name =
      GENERATE("test_vit", "deit_tiny_distilled_patch16_224", "eva02_tiny_patch14_224",
               "vit_tiny_patch16_dinov3_qkvb", "resnet20_cifar", "cct_2_3x2_32_sine");
  vit::ModelSpec spec = vit::model_spec(name);
  vit::num_classes(spec) = 3;
  const std::string rel_pos = name == "test_vit" ? GENERATE("none", "bias", "decomposed") : "none";
  if (name == "test_vit") {
    std::get<vit::ViTOptions>(spec.options).rel_pos = rel_pos;
    std::get<vit::ViTOptions>(spec.options).dynamic_img_size = false;
  }
  INFO(name << ", " << rel_pos);
  const auto model = vit::create_model(spec);
  model->init_weights(0);
  vit::ModelCard any{name, {"cat", "dog", "bird"}, vit::preprocessing(spec)};
  vit::export_torchscript(*model, any, folder / "m.pt");
  vit::ScriptedModel here = vit::load_torchscript(folder / "m.pt");
  const auto inlined = here.module.get_method("forward").graph()->copy();
  torch::jit::Inline(*inlined);
  const std::string graph = inlined->toString();
  REQUIRE_THAT(graph, Catch::Contains("aten::linear") || Catch::Contains("aten::_convolution"));
  CHECK_THAT(graph, !Catch::Contains("value=\"cpu\""));
  const auto device = vit::test::gpu();
  if (!device) return;
  const vit::Size2 size = model->img_size();
  const torch::Tensor x = torch::rand({2, 3, size.height, size.width});
  const vit::test::ExactConvolutions exact;
  vit::ScriptedModel there = vit::load_torchscript(folder / "m.pt", *device);
  const torch::NoGradGuard no_grad;
  CHECK(torch::allclose(there.module.forward({x.to(*device)}).toTensor().to(torch::kCPU),
                        here.module.forward({x}).toTensor(), 1e-4, 1e-4));
}

TEST_CASE("An exported model may be converted to half precision and to bfloat16") {
  const vit::test::ScratchFolder folder;
  struct Case {
    const char* name;
    std::string rel_pos;
    double half_tolerance = 2e-3;
  };
  const auto [name, rel_pos, half_tolerance] =
      GENERATE(Case{"vit_tiny_patch16_dinov3_qkvb", "none"}, Case{"eva02_tiny_patch14_224", "none"},
               Case{"vit_small_patch16_rope_ape_224", "none"},
               Case{"vit_base_patch16_siglip_224", "none", 4e-3}, Case{"test_vit", "bias"},
               Case{"test_vit", "decomposed"}, Case{"test_vit", "none"});
  INFO(name << ", rel_pos " << rel_pos);
  vit::ModelSpec spec = vit::model_spec(name);
  auto& options = std::get<vit::ViTOptions>(spec.options);
  options.depth = 2;
  options.num_classes = 5;
  options.img_size = {4 * options.patch_size.height, 3 * options.patch_size.width};
  options.rel_pos = rel_pos;
  if (rel_pos != "none") options.dynamic_img_size = false;
  vit::VisionTransformer model(options);
  {  // as large as trained ones, so that an error shows
    const torch::NoGradGuard no_grad;
    for (auto& item : model->named_parameters())
      if (item.value().dim() == 2) item.value().mul_(2);
  }
  vit::ModelCard any{name, {"a", "b", "c", "d", "e"}, vit::preprocessing(spec)};
  vit::export_torchscript(*model, any, folder / "m.pt");
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::rand({2, 3, options.img_size.height, options.img_size.width});
  const torch::Tensor expected = model->forward(x);
  const double size = std::max(1.0, expected.abs().max().item<double>());
  for (const auto& [type, tolerance] :
       {std::pair{torch::kHalf, half_tolerance}, {torch::kBFloat16, 0.05}}) {
    torch::jit::Module converted = vit::load_torchscript(folder / "m.pt").module;
    converted.to(type);
    const torch::Tensor found = converted.forward({x.to(type)}).toTensor();
    CHECK(found.scalar_type() == type);
    CHECK((found.to(torch::kFloat32) - expected).abs().max().item<double>() < tolerance * size);
  }
}

TEST_CASE("A model that was exported for one size refuses images of another by their sizes") {
  const vit::test::ScratchFolder folder;
  vit::ViTOptions options = vit::test::small_vit(3);
  options.dynamic_img_size = GENERATE(false, true);
  vit::VisionTransformer model(options);
  CHECK(vit::export_torchscript(*model, card(), folder / "model.pt").fixed_size);
  vit::ScriptedModel read = vit::load_torchscript(folder / "model.pt");
  CHECK(read.module.forward({torch::rand({0, 3, 16, 16})}).toTensor().size(0) == 0);
  for (const auto& shape : {std::vector<std::int64_t>{2, 3, 24, 24},
                            {2, 3, 16, 24},
                            {2, 3, 17, 17},
                            {2, 1, 16, 16},
                            {3, 16, 16}}) {
    std::string message;
    try {
      (void)read.module.forward({torch::rand(shape)});
    } catch (const std::exception& problem) {
      message = problem.what();
    }
    INFO(torch::IntArrayRef(shape));
    CHECK_THAT(message, Catch::Contains("[batch, 3, 16, 16]") && Catch::Contains("no other size"));
  }
}

TEST_CASE("An exported convolutional network takes images of any size") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"resnet18", "test_convnext"}) {
    INFO(name);
    vit::ModelSpec spec = vit::model_spec(name);
    vit::num_classes(spec) = 3;
    vit::img_size(spec) = {64, 64};
    const auto model = vit::create_model(spec);
    model->init_weights(0);
    model->module().eval();
    vit::ModelCard any{name, {"cat", "dog", "bird"}, vit::preprocessing(spec)};
    CHECK_FALSE(vit::export_torchscript(*model, any, folder / "m.pt").fixed_size);
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = torch::rand({2, 3, 96, 80});
    CHECK(torch::allclose(vit::load_torchscript(folder / "m.pt").module.forward({x}).toTensor(),
                          model->forward(x), 1e-4, 1e-5));
  }
}

TEST_CASE("What follows the network is written as a script, and does as many steps as it must") {
  const vit::test::ScratchFolder folder;
  vit::VisionTransformer model = small_model();
  vit::ExportedGraph graph{
      model.get(), [&](const torch::Tensor& x) { return model->forward(x); }, {16, 16}};
  // Halves until all are small: how often depends on what the network computed.
  graph.then = vit::ExportedStep{[](const torch::Tensor& logits) {
                                   torch::Tensor x = logits * 64;
                                   while (x.abs().max().item<double>() > 1) x = x / 2;
                                   return x;
                                 },
                                 "def finish(self, x: Tensor) -> Tensor:\n"
                                 "    x = x * 64\n"
                                 "    while float(x.abs().max()) > 1.0:\n"
                                 "        x = x / 2\n"
                                 "    return x\n"};
  vit::export_torchscript(graph, card(), folder / "model.pt");
  vit::ScriptedModel read = vit::load_torchscript(folder / "model.pt");
  const torch::NoGradGuard no_grad;
  for (const double scale : {0.1, 100.0}) {
    const torch::Tensor x = torch::rand({2, 3, 16, 16}) * scale;
    const torch::Tensor found = read.module.forward({x}).toTensor();
    CHECK(torch::allclose(found, graph(x), 1e-5, 1e-6));
    CHECK(found.abs().max().item<double>() <= 1);
  }
  // A script that computes something else is found out before the file appears.
  graph.then->script = "def finish(self, x: Tensor) -> Tensor:\n    return x\n";
  CHECK_THROWS_AS(vit::export_torchscript(graph, card(), folder / "other.pt"), vit::Error);
  CHECK_FALSE(std::filesystem::exists(folder / "other.pt"));
}
