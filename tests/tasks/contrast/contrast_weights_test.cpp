#include "vit/tasks/contrast/weights.h"

#include <torch/utils.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/nn/captioner.h"
#include "tests/support/shared.h"
#include "vit/core/log.h"
#include "vit/run/open_model.h"
#include "vit/tasks/contrast/task.h"
#include "vit/weights/state_dict.h"

namespace {

using vit::test::TensorsByName;

/// What `vit forward --model auto --set task.name=contrast` opens.
vit::TrainedModel towers_of(const std::filesystem::path& weights,
                            std::vector<std::string> sets = {}) {
  vit::log::set_console_level(vit::log::Level::off);
  sets.emplace_back("task.name=contrast");
  vit::TrainedModel opened = vit::open_named_model("auto", weights.string(), sets);
  vit::log::set_console_level(vit::log::Level::info);
  return opened;
}

TensorsByName outputs_of(const vit::TrainedModel& opened, const TensorsByName& io) {
  TensorsByName found;
  for (const auto& [name, tensor] :
       opened.task->outputs({{"x", io.at("pixel_values")}, {"input_ids", io.at("input_ids")}}))
    found[name] = tensor;
  return found;
}

void check_outputs(const TensorsByName& found, const TensorsByName& io,
                   const std::string& prefix = "") {
  for (const char* name : {"image_embeds", "text_embeds", "logits_per_image"}) {
    INFO(name);
    const torch::Tensor& want = io.at(prefix + name);
    CHECK((found.at(name) - want).abs().max().item<double>() <=
          2e-5 * std::max(1.0, want.abs().max().item<double>()));
  }
  if (io.contains("loss"))
    CHECK(found.at("loss").item<double>() == Approx(io.at("loss").item<double>()).epsilon(1e-5));
}

/// Heads that neither names nor shapes tell.
const std::vector<std::string> kOpenClipHeads{"model.num_heads=3", "task.text.heads=4",
                                              "model.act_layer=quick_gelu"};

void write_tensors(const std::filesystem::path& path, const TensorsByName& tensors) {
  vit::TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(path);
}

}  // namespace

TEST_CASE("CLIP, SigLIP and SigLIP 2 of transformers give its embeddings, logits and losses") {
  const torch::NoGradGuard no_grad;
  for (const char* name : {"hf_clip", "hf_siglip", "hf_siglip2"}) {
    const auto folder = vit::test::shared(std::string("fixtures/models/") + name);
    if (!folder) return;
    INFO(name);
    const auto io = vit::test::tensors_in(*folder / "io.safetensors");
    const vit::TrainedModel opened = towers_of(*folder / "weights.safetensors");
    const auto found = outputs_of(opened, io);
    check_outputs(found, io);
    CHECK((found.at("image_embeds").norm(2, 1) - 1).abs().max().item<double>() < 1e-5);
    if (!io.contains("text_embeds_short")) continue;
    const torch::Tensor short_ids = io.at("input_ids").narrow(1, 0, 5).contiguous();
    for (const auto& [key, tensor] :
         opened.task->outputs({{"x", io.at("pixel_values")}, {"input_ids", short_ids}}))
      if (key == "text_embeds")
        CHECK((tensor - io.at("text_embeds_short")).abs().max().item<double>() < 2e-5);
  }
}

TEST_CASE("Gradients of SigLIP's loss are transformers' in both towers, scale and bias") {
  const auto folder = vit::test::shared("fixtures/models/hf_siglip2");
  if (!folder) return;
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  const vit::TrainedModel opened = towers_of(*folder / "weights.safetensors");
  outputs_of(opened, io).at("loss").sum().backward();
  const auto parameters = opened.task->network().module().named_parameters();
  for (const auto& [ours, theirs] : std::vector<std::pair<std::string, std::string>>{
           {"logit_scale", "logit_scale"},
           {"logit_bias", "logit_bias"},
           {"text.head.bias", "text_model.head.bias"},
           {"text.norm.bias", "text_model.final_layer_norm.bias"},
           {"image.attn_pool.latent", "vision_model.head.probe"},
           {"image.norm.weight", "vision_model.post_layernorm.weight"}}) {
    INFO(ours);
    const torch::Tensor want = io.at("grad." + theirs), got = parameters[ours].grad();
    CHECK((got.reshape(-1) - want.reshape(-1)).abs().max().item<double>() <=
          1e-4 * std::max(1.0, want.abs().max().item<double>()));
  }
}

TEST_CASE("CLIP under open_clip's names, those of a text tower of its own, and OpenAI's archive") {
  const auto folder = vit::test::shared("fixtures/models/open_clip");
  if (!folder) return;
  const torch::NoGradGuard no_grad;
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  check_outputs(outputs_of(towers_of(*folder / "weights.safetensors", kOpenClipHeads), io), io);
  check_outputs(outputs_of(towers_of(*folder / "openai.pt", kOpenClipHeads), io), io, "half_");
  const auto weights = vit::test::tensors_in(*folder / "weights.safetensors");
  const auto names = nlohmann::json::parse(std::ifstream(*folder / "names_custom_text.json"));
  TensorsByName custom;
  for (const auto& [theirs, plain] : names.items()) custom[theirs] = weights.at(plain);
  const vit::test::ScratchFolder scratch;
  write_tensors(scratch / "custom.safetensors", custom);
  check_outputs(outputs_of(towers_of(scratch / "custom.safetensors", kOpenClipHeads), io), io);
}

TEST_CASE("A prefix of all names, as a module of one's own has it, is no obstacle") {
  const auto folder = vit::test::shared("fixtures/models/hf_siglip");
  if (!folder) return;
  const torch::NoGradGuard no_grad;
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  TensorsByName wrapped;
  for (const auto& [name, tensor] : vit::test::tensors_in(*folder / "weights.safetensors"))
    wrapped["siglip." + name] = tensor;
  const vit::test::ScratchFolder scratch;
  write_tensors(scratch / "w.safetensors", wrapped);
  std::filesystem::copy_file(*folder / "config.json", scratch / "config.json");
  check_outputs(outputs_of(towers_of(scratch / "w.safetensors"), io), io);
}

TEST_CASE("Ids that the vocabulary does not have are refused, and weights without a text tower") {
  const auto folder = vit::test::shared("fixtures/models/hf_siglip");
  if (!folder) return;
  auto io = vit::test::tensors_in(*folder / "io.safetensors");
  const vit::TrainedModel opened = towers_of(*folder / "weights.safetensors");
  io["input_ids"] = torch::full({1, 4}, 99);
  CHECK_THROWS_WITH(outputs_of(opened, io), Catch::Contains("input_ids") && Catch::Contains("99"));
  io["input_ids"] = torch::ones({1, 13}, torch::kInt64);
  CHECK_THROWS_WITH(outputs_of(opened, io), Catch::Contains("positions for 12"));
  const vit::test::ScratchFolder scratch;
  write_tensors(scratch / "w.safetensors", {{"text_model.embeddings.x", torch::ones({2})}});
  CHECK_FALSE(vit::has_text_tower(scratch / "w.safetensors"));
  auto& network = dynamic_cast<vit::ContrastNetwork&>(opened.task->network());
  CHECK_THROWS_WITH(vit::load_contrast(network, scratch / "w.safetensors"),
                    Catch::Contains("has no text tower"));
}
