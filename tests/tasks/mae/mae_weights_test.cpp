#include "vit/tasks/mae/mae_weights.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/models/registry.h"
#include "vit/weights/load.h"
#include "vit/weights/recognise.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/tensors.h"

namespace {

/// What transformers' ViTMAEForPreTraining computes.
class MaeFixture {
 public:
  MaeFixture() : folder_(vit::test::shared("fixtures/models/hf_mae")) {}
  explicit operator bool() const { return folder_.has_value(); }
  [[nodiscard]] torch::Tensor at(const std::string& name) const {
    const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder_ / "io.safetensors");
    return vit::read_tensor(io, io.at(name));
  }
  [[nodiscard]] std::filesystem::path file(const char* name) const { return *folder_ / name; }

 private:
  std::optional<std::filesystem::path> folder_;
};

std::shared_ptr<vit::MaeNetwork> network_of(const std::filesystem::path& weights,
                                            vit::MaeOptions options) {
  vit::take_decoder_from(weights, options);
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto& vit_options = std::get<vit::ViTOptions>(spec.options);
  vit_options.img_size = {32, 32};
  vit_options.patch_size = {8, 8};
  vit_options.embed_dim = 48;
  vit_options.depth = 2;
  vit_options.num_heads = 3;
  vit_options.mlp_ratio = 2;
  vit_options.norm_eps = 1e-12;
  vit_options.num_classes = 0;
  return std::make_shared<vit::MaeNetwork>(vit::create_model(spec), options);
}

void check_close(const torch::Tensor& found, const torch::Tensor& expected) {
  REQUIRE(found.numel() == expected.numel());
  const double scale = std::max(1e-3, expected.abs().max().item<double>());
  CHECK((found.detach().reshape(expected.sizes()) - expected).abs().max().item<double>() <
        1e-4 * scale);
}

/// The gradient of the parameter that transformers calls so.
torch::Tensor gradient(vit::MaeNetwork& network, const std::string& name) {
  const std::map<std::string, std::string> ours = {
      {"decoder.mask_token", "decoder.mask_token"},
      {"decoder.decoder_pred.bias", "decoder.decoder_pred.bias"},
      {"vit.embeddings.cls_token", "backbone.cls_token"},
      {"vit.embeddings.patch_embeddings.projection.bias", "backbone.patch_embed.proj.bias"}};
  return network.named_parameters()[ours.at(name)].grad();
}

}  // namespace

TEST_CASE("A masked autoencoder computes what transformers' does, with its gradients") {
  const MaeFixture fixture;
  if (!fixture) return;
  for (const char* file : {"weights.safetensors", "weights_v4.safetensors"})
    for (const bool normalised : {false, true}) {
      INFO(file << normalised);
      vit::MaeOptions options;
      options.norm_pix_loss = normalised;
      const auto network = network_of(fixture.file(file), options);
      vit::load_autoencoder(*network, fixture.file(file));
      network->eval();
      const vit::MaeNetwork::Output out =
          network->forward(fixture.at("pixel_values"), fixture.at("noise"));
      check_close(out.pred, fixture.at("logits"));
      CHECK(torch::equal(out.mask, fixture.at("mask")));
      CHECK(torch::equal(out.restore, fixture.at("ids_restore")));
      check_close(out.loss, fixture.at(normalised ? "loss_normpix" : "loss"));
      out.loss.backward();
      for (const char* name :
           {"decoder.mask_token", "decoder.decoder_pred.bias", "vit.embeddings.cls_token",
            "vit.embeddings.patch_embeddings.projection.bias"}) {
        INFO(name);
        check_close(gradient(*network, name),
                    fixture.at((normalised ? "grad_normpix." : "grad.") + std::string(name)));
      }
    }
}

TEST_CASE(
    "A whole autoencoder in the names of MAE's repository is the same, in a wrapper as well") {
  const MaeFixture fixture;
  if (!fixture) return;
  const auto source = network_of(fixture.file("weights.safetensors"), {});
  vit::load_autoencoder(*source, fixture.file("weights.safetensors"));
  const vit::test::ScratchFolder folder;
  for (const char* wrapper : {"", "module."}) {
    INFO(wrapper);
    vit::TensorWriter writer;
    const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
      writer.add(wrapper + name.substr(name.find('.') + 1), tensor.detach().contiguous());
    };
    for (const auto& item : source->named_parameters()) add(item.key(), item.value());
    for (const auto& item : source->named_buffers()) add(item.key(), item.value());
    const std::filesystem::path file = folder.path() / "mae.safetensors";
    writer.write(file);
    CHECK(vit::is_autoencoder(file));
    vit::MaeOptions options;
    options.decoder.num_heads = 4;  // no config.json says it
    const auto network = network_of(file, options);
    vit::load_autoencoder(*network, file);
    network->eval();
    source->eval();
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = fixture.at("pixel_values"), noise = fixture.at("noise");
    CHECK(torch::equal(network->forward(x, noise).pred, source->forward(x, noise).pred));
  }
}

TEST_CASE(
    "transformers 5.24 calls the decoder's layers after its encoder's; no tensor of one is lost") {
  const MaeFixture fixture;
  if (!fixture) return;
  const std::string old = "decoder.decoder_layers.", now = "decoder.decoder_encoder.layer.";
  const vit::test::ScratchFolder folder;
  const auto renamed = [&](bool with_another) {
    vit::TensorWriter writer;
    for (const auto& [name, tensor] :
         vit::read_state_dict(fixture.file("weights_v4.safetensors")).tensors)
      writer.add(name.starts_with(old) ? now + name.substr(old.size()) : name, tensor);
    if (with_another) writer.add("decoder.decoder_of_others.weight", torch::ones({3}));
    writer.write(folder / "mae.safetensors");
    return folder / "mae.safetensors";
  };
  vit::MaeOptions options;
  options.decoder.num_heads = 4;  // no config.json says it
  const auto network = network_of(renamed(false), options);
  CHECK(vit::load_autoencoder(*network, folder / "mae.safetensors").complete());
  network->eval();
  const torch::NoGradGuard no_grad;
  check_close(network->forward(fixture.at("pixel_values"), fixture.at("noise")).pred,
              fixture.at("logits"));
  CHECK_THROWS_WITH(vit::load_autoencoder(*network, renamed(true)),
                    Catch::Contains("decoder_of_others"));
}

TEST_CASE("Weights without a decoder are no autoencoder's, and another decoder's are refused") {
  const MaeFixture fixture;
  if (!fixture) return;
  if (const auto encoder = vit::test::shared("fixtures/models/vit_cls"))
    CHECK_FALSE(vit::is_autoencoder(*encoder / "weights.safetensors"));
  vit::MaeOptions options;
  vit::take_decoder_from(fixture.file("weights.safetensors"), options);
  CHECK(options.decoder.embed_dim == 32);
  CHECK(options.decoder.depth == 2);
  CHECK(options.decoder.num_heads == 4);
  CHECK(options.ratio() == 0.75);
  const auto network = network_of(fixture.file("weights.safetensors"), {});
  vit::MaeOptions deeper = options;
  deeper.decoder.depth = 3;
  vit::MaeNetwork other(
      vit::create_model([&] {
        vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
        std::get<vit::ViTOptions>(spec.options) =
            dynamic_cast<const vit::VisionTransformerImpl&>(network->backbone()).options;
        return spec;
      }()),
      deeper);
  const auto error = vit::test::error_of(
      [&] { vit::load_autoencoder(other, fixture.file("weights.safetensors")); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::weights);
  CHECK_THAT(error->what(), Catch::Contains("decoder.decoder_blocks.2.norm1.weight"));
}
