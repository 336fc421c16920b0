#include "vit/tasks/dino/weights.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/weights/tensors.h"

namespace {

using vit::test::ScratchFolder;

constexpr vit::DinoHeadOptions kHead{
    .out_dim = 8, .hidden_dim = 12, .bottleneck_dim = 4, .nlayers = 2};

std::shared_ptr<vit::DinoNetwork> network_of(std::uint64_t seed, const vit::DinoHeadOptions& head,
                                             bool masks = true) {
  const auto model = [&](std::uint64_t own) {
    vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
    spec.options = vit::test::small_vit(0);
    auto made = vit::create_model(spec);
    made->init_weights(own);
    return made;
  };
  vit::DinoOptions options;
  options.head = head;
  options.ibot_weight = masks ? 1 : 0;
  auto network = std::make_shared<vit::DinoNetwork>(model(seed), model(seed + 1), options);
  network->init_parts(seed);
  const torch::NoGradGuard no_grad;
  network->dino_centre->center.add_(static_cast<double>(seed));
  for (auto& parameter : network->teacher().module().parameters()) parameter.mul_(0.5);
  return network;
}

/// The network as DINOv2's trainer writes it, in one dict.
std::filesystem::path write_as_dinov2(const ScratchFolder& folder, vit::DinoNetwork& network,
                                      bool student) {
  std::map<std::string, torch::Tensor> tensors;
  const auto add = [&](const std::string& prefix, const torch::nn::Module& module) {
    for (const auto& item : module.named_parameters())
      tensors.emplace(prefix + item.key(), item.value().detach());
  };
  add("teacher.backbone.", network.teacher().module());
  add("teacher.dino_head.", *network.teacher_head);
  if (student) {
    add("student.backbone.", network.backbone().module());
    add("student.dino_head.", *network.head);
    tensors.emplace("student.backbone.mask_token", network.mask_token.detach().unsqueeze(0));
    tensors.emplace("dino_loss.center", network.dino_centre->center.unsqueeze(0));
  }
  const auto path = folder / "dinov2.safetensors";
  vit::TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(path);
  return path;
}

bool equal(torch::nn::Module& a, torch::nn::Module& b) {
  const auto theirs = b.named_parameters();
  for (const auto& item : a.named_parameters())
    if (!torch::equal(item.value(), theirs[item.key()])) return false;
  return true;
}

}  // namespace

TEST_CASE("A student and its teacher go on from a checkpoint of DINOv2, with heads and centre") {
  const ScratchFolder folder;
  const auto theirs = network_of(1, kHead), own = network_of(5, kHead);
  const auto file = write_as_dinov2(folder, *theirs, true);
  REQUIRE(vit::is_dino_checkpoint(file));
  CHECK(vit::load_dino(*own, file).complete());
  CHECK(equal(own->backbone().module(), theirs->backbone().module()));
  CHECK(equal(own->teacher().module(), theirs->teacher().module()));
  CHECK_FALSE(equal(own->teacher().module(), own->backbone().module()));
  CHECK(equal(*own->head, *theirs->head));
  CHECK(equal(*own->teacher_head, *theirs->teacher_head));
  CHECK(torch::equal(own->dino_centre->center, theirs->dino_centre->center));
}

TEST_CASE("A teacher alone is the student's start too") {
  const ScratchFolder folder;
  const auto theirs = network_of(1, kHead), own = network_of(5, kHead);
  vit::load_dino(*own, write_as_dinov2(folder, *theirs, false));
  CHECK(equal(own->backbone().module(), theirs->teacher().module()));
  CHECK(equal(*own->head, *theirs->teacher_head));
}

TEST_CASE("The head's shape is read from the weights; another one is refused by its tensors") {
  const ScratchFolder folder;
  const auto file = write_as_dinov2(folder, *network_of(1, kHead), true);
  vit::DinoHeadOptions found;
  vit::take_head_from(file, found);
  CHECK(found.out_dim == 8);
  CHECK(found.hidden_dim == 12);
  CHECK(found.bottleneck_dim == 4);
  CHECK(found.nlayers == 2);
  CHECK_FALSE(found.use_bn);

  vit::DinoHeadOptions wider = kHead;
  wider.out_dim = 16;
  const auto other = network_of(5, wider);
  CHECK_THROWS_WITH(vit::load_dino(*other, file),
                    Catch::Contains("last_layer.weight_v") && Catch::Contains("init.reset_head"));
  vit::load_dino_backbone(*other, file);
  CHECK(equal(other->backbone().module(), other->teacher().module()));
}
