#include <torch/types.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/shared.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/tensors.h"

// What the reference libraries computed, computed by `vit forward`: with the model recognised, and
// with the model named. Prints the largest difference of each output.
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Which tensor of the reference an output of ours must equal.
struct Output {
  std::string ours, reference;
  bool normalised = false;  ///< the reference divides by the length
};

struct Case {
  std::string folder;
  std::string weights = "weights.safetensors";
  std::string input = "x";
  std::vector<Output> outputs{{"logits", "logits"}, {"features", "features"}};
  std::string name{};                    ///< of the model; "": as meta.json says
  std::vector<std::string> sets{};       ///< with the name, beside meta.json's kwargs
  std::vector<std::string> auto_sets{};  ///< with `auto`
};

json read_json(const fs::path& path) { return json::parse(vit::test::get(path)); }

std::string quoted(const std::string& text) { return "'" + text + "'"; }

/// One `vit forward` and its comparison.
void check(const fs::path& models, const Case& c, const std::string& model,
           const std::vector<std::string>& sets) {
  const vit::test::ScratchFolder scratch;
  const fs::path folder = models / c.folder;
  const json meta = read_json(folder / "meta.json");
  const vit::StateDict io = vit::read_state_dict(folder / "io.safetensors");
  vit::TensorWriter writer;
  writer.add("x", io.tensors.at(c.input));
  writer.write(scratch / "in.safetensors");
  std::string arguments = "forward --model " + model + " --weights " +
                          quoted((folder / c.weights).string()) + " --input " +
                          quoted((scratch / "in.safetensors").string()) + " --output " +
                          quoted((scratch / "out.safetensors").string());
  for (const std::string& set : sets) arguments += " --set " + quoted("model." + set);
  const vit::test::Outcome outcome = vit::test::run_program(scratch.path(), arguments);
  INFO("vit " << arguments << ": " << outcome.errors);
  CHECK(outcome.code == 0);
  if (!fs::exists(scratch / "out.safetensors")) return;
  const vit::StateDict out = vit::read_state_dict(scratch / "out.safetensors");
  const double tolerance = meta.value("tolerance", 1e-4);
  for (const Output& output : c.outputs) {
    INFO(output.ours << " against " << output.reference);
    REQUIRE(out.tensors.contains(output.ours));
    torch::Tensor got = out.tensors.at(output.ours);
    if (output.normalised) got = got / got.norm(2, -1, true);
    const torch::Tensor want = io.tensors.at(output.reference);
    CHECK(got.sizes() == want.sizes());
    if (got.sizes() != want.sizes()) continue;
    const double difference = (got - want).abs().max().item<double>();
    std::cout << "parity " << c.folder << '/' << c.weights << ' ' << c.input << " --model " << model
              << ' ' << output.ours << ": " << difference << '\n';
    CHECK(difference <= tolerance * std::max(1.0, want.abs().max().item<double>()));
  }
}

/// meta.json's keyword arguments as keys of `model`.
std::vector<std::string> kwargs(const json& meta) {
  std::vector<std::string> sets;
  for (const auto& [key, value] : meta.at("kwargs").items())
    sets.push_back(key + "=" + value.dump());
  return sets;
}

void check_all(const std::vector<Case>& cases) {
  const auto models = vit::test::shared("fixtures/models");
  if (!models) return;
  for (const Case& c : cases) {
    if (!vit::test::shared("fixtures/models/" + c.folder)) continue;
    const json meta = read_json(*models / c.folder / "meta.json");
    std::vector<std::string> told = c.auto_sets;
    // Without a config.json the number of heads must be told: it is in no shape.
    if (!fs::exists(*models / c.folder / "config.json") && meta.at("kwargs").contains("num_heads"))
      told.push_back("num_heads=" + meta.at("kwargs").at("num_heads").dump());
    check(*models, c, "auto", told);
    const bool timm = c.name.empty();
    std::vector<std::string> sets = timm ? kwargs(meta) : std::vector<std::string>{};
    sets.insert(sets.end(), c.sets.begin(), c.sets.end());
    check(*models, c, timm ? meta.at("arch").get<std::string>() : c.name, sets);
  }
}

const std::vector<std::string> kSmall = {"embed_dim=48", "depth=2", "num_heads=3"};

std::vector<std::string> small(std::vector<std::string> more) {
  more.insert(more.begin(), kSmall.begin(), kSmall.end());
  return more;
}

}  // namespace

TEST_CASE("timm's models") {
  check_all({{"vit_cls"},
             {"vit_gap_fcnorm"},
             {"vit_nocls_gap"},
             {"vit_reg4_gap"},
             {"vit_cls_reg4_noembed"},
             {"vit_qknorm"},
             {"vit_gray"},
             {"vit_nonsquare"},
             {"vit_noqkvbias_nofc"},
             {"vit_clip_quickgelu"},
             {"vit_siglip_map"},
             {"vit_dinov2"},
             {"vit_dinov2_reg4"},
             {"vit_dinov2_giant_swiglu"},
             {"deit_tiny_distilled",
              "weights.safetensors",
              "x",
              {{"logits", "logits"}, {"features", "features"}, {"logits_dist", "logits_dist"}}},
             {"deit3_small"},
             {"vit_dinov3"},
             {"vit_dinov3_plus_swiglu"},
             {"test_vit"},
             {"test_vit2"},
             {"test_vit3"}});
}

TEST_CASE("timm's models at a second size") {
  const std::vector<Output> second = {{"logits", "logits2"}, {"features", "features2"}};
  const std::string file = "weights.safetensors";
  check_all({{"vit_dinov2", file, "x2", second, "", {"img_size=[42, 70]"}},
             {"vit_dinov3", file, "x2", second, "", {"img_size=[48, 80]"}},
             {"test_vit", file, "x2", second, "", {"img_size=[48, 80]"}}});
}

TEST_CASE("timm's ResNets and ConvNeXt, torchvision's ResNets") {
  const std::string file = "weights.safetensors";
  const std::vector<Output> logits = {{"logits", "logits"}};
  const std::string classes = "num_classes=7";
  check_all({{"resnet_basic",
              file,
              "x",
              {{"logits", "logits"}, {"features", "features"}},
              "resnet18",
              {"layers=[2, 1, 1, 1]", "channels=[16, 32, 64, 128]", classes}},
             {"resnet_bottleneck",
              file,
              "x",
              {{"logits", "logits"}, {"features", "features"}},
              "resnet50",
              {"layers=[1, 2, 1, 1]", "channels=[8, 16, 24, 32]", classes}},
             {"test_convnext"},
             {"tv_resnet_basic",
              file,
              "x",
              logits,
              "resnet18",
              {"layers=[2, 1, 1, 1]", "channels=[8, 16, 32, 64]", classes}},
             {"tv_resnet_bottleneck",
              file,
              "x",
              logits,
              "resnet50",
              {"layers=[1, 2, 1, 1]", "channels=[4, 8, 16, 32]", classes}}});
}

TEST_CASE("Weights of one size in models of other sizes, resampled as timm does") {
  const std::string file = "weights.safetensors";
  const auto target = [&](const std::string& folder, const std::string& letter,
                          std::vector<std::string> sets) {
    return Case{folder, file, "x_" + letter, {{"logits", "logits_" + letter}}, "", sets, sets};
  };
  check_all({{"posembed_cls"},
             target("posembed_cls", "a", {"img_size=[96, 96]"}),
             target("posembed_cls", "b", {"img_size=[64, 96]"}),
             target("posembed_cls", "c", {"img_size=[48, 48]"}),
             target("posembed_cls", "e", {"img_size=[32, 32]", "patch_size=8"}),
             {"posembed_reg4_noembed"},
             target("posembed_reg4_noembed", "a", {"img_size=[48, 48]"}),
             target("posembed_reg4_noembed", "b", {"img_size=[32, 48]"}),
             target("posembed_reg4_noembed", "c", {"img_size=[24, 24]"}),
             target("posembed_reg4_noembed", "d", {"img_size=[80, 16]"})});
}

TEST_CASE("Google's npz, in the size they are for and in a larger one") {
  std::vector<Case> cases;
  for (const std::string folder : {"npz_augreg", "npz_bigvision_gap_scan", "npz_bigvision_map",
                                   "npz_bigvision_noprefix_compressed"}) {
    cases.push_back({folder, "weights.npz"});
    cases.push_back({folder,
                     "weights.npz",
                     "x_48",
                     {{"logits", "logits_48"}},
                     "",
                     {"img_size=48"},
                     {"img_size=48"}});
  }
  check_all(cases);
}

TEST_CASE("PyTorch's files of all kinds") {
  const auto models = vit::test::shared("fixtures/models");
  if (!models || !vit::test::shared("fixtures/models/pth_variants")) return;
  const json meta = read_json(*models / "pth_variants/meta.json");
  std::vector<Case> cases;
  for (const auto& [file, about] : meta.at("files").items())
    cases.push_back(
        {"pth_variants", file, "x", {{"logits", about.at("expect").get<std::string>()}}});
  check_all(cases);
}

TEST_CASE("transformers' models, in the names of its versions 4 and 5") {
  const std::string vit = "vit_base_patch16_224", v5 = "weights.safetensors",
                    v4 = "weights_v4.safetensors", x = "pixel_values", x2 = "pixel_values2";
  const std::vector<Output> vit_out = {{"logits", "logits"}, {"features", "last_hidden_state"}};
  const std::vector<Output> deit_out = {{"logits", "logits"},
                                        {"logits_dist", "distillation_logits"}};
  const std::vector<Output> dino_out = {{"logits", "pooler_output"},
                                        {"features", "last_hidden_state"}};
  const std::vector<Output> dino_out2 = {{"logits", "pooler_output2"},
                                         {"features", "last_hidden_state2"}};
  const auto vit_sets =
      small({"patch_size=8", "img_size=32", "mlp_ratio=3", "num_classes=7", "norm_eps=1e-12"});
  const auto dino_sets = small({"patch_size=7", "img_size=28", "mlp_ratio=3", "num_classes=0"});
  auto dino_sets2 = dino_sets;
  dino_sets2.emplace_back("img_size=[21, 35]");
  const std::string dino = "vit_small_patch14_dinov2", registers = "vit_small_patch14_reg4_dinov2";
  std::vector<Case> cases;
  for (const std::string& file : {v5, v4}) {
    cases.push_back({"hf_vit", file, x, vit_out, vit, vit_sets});
    cases.push_back(
        {"hf_deit_distilled", file, x, deit_out, "deit_tiny_distilled_patch16_224", vit_sets});
    cases.push_back({"hf_dinov2", file, x, dino_out, dino, dino_sets});
    cases.push_back({"hf_dinov2", file, x2, dino_out2, dino, dino_sets2});
    cases.push_back({"hf_dinov2_reg", file, x, dino_out, registers, dino_sets});
    cases.push_back({"hf_dinov2_reg", file, x2, dino_out2, registers, dino_sets2});
  }
  const std::string giant = "vit_giant_patch14_dinov2";
  auto giant_sets = dino_sets, giant_sets2 = dino_sets2;
  for (auto* sets : {&giant_sets, &giant_sets2}) sets->emplace_back("mlp_ratio=4");
  cases.push_back({"hf_dinov2_swiglu", v5, x, dino_out, giant, giant_sets});
  cases.push_back({"hf_dinov2_swiglu", v5, x2, dino_out2, giant, giant_sets2});
  check_all(cases);
}

TEST_CASE("The picture towers of transformers' CLIP and SigLIP") {
  const std::vector<Output> embedding = {{"logits", "image_embeds", true}};
  const std::string file = "weights.safetensors", x = "pixel_values";
  const auto sets = small({"patch_size=8", "img_size=32", "mlp_ratio=2"});
  auto clip = sets, siglip = sets;
  clip.emplace_back("num_classes=24");
  siglip.emplace_back("num_classes=0");
  siglip.emplace_back("act_layer=gelu_tanh");
  check_all({{"hf_clip", file, x, embedding, "vit_base_patch32_clip_quickgelu_224", clip},
             {"hf_siglip", file, x, embedding, "vit_base_patch16_siglip_224", siglip}});
}

TEST_CASE("torchvision's ViT") {
  check_all({{"tv_vit",
              "weights.safetensors",
              "x",
              {{"logits", "logits"}},
              "vit_base_patch16_224",
              small({"patch_size=8", "img_size=32", "mlp_ratio=3", "num_classes=7"})}});
}
