#include "vit/models/vit_init.h"

#include <torch/utils.h>

#include <cmath>
#include <string>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/models/vit.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

/// Number after `blocks.`; the block a parameter belongs to.
std::int64_t block_of(const std::string& name) { return std::stoll(name.substr(7)); }

class Initializer {
 public:
  explicit Initializer(const ViTOptions& options)
      : options_(options),
        jax_(options.weight_init.starts_with("jax")),
        moco_(options.weight_init == "moco"),
        eva_(options.weight_init == "eva") {}

  void operator()(const std::string& name, const torch::Tensor& parameter, const Rng& rng) const {
    const auto is = [&](std::string_view part) { return name.find(part) != std::string::npos; };
    if (name.starts_with("patch_embed.proj."))
      patch_projection(parameter, rng);
    else if (name.ends_with("attn.rel_pos_h") || name.ends_with("attn.rel_pos_w"))
      init::constant(parameter, 0);  // as ViTDet starts them
    else if (name == "pos_embed" || name == "dist_token" || is("rel_pos") ||
             (eva_ && (name == "cls_token" || name == "reg_token")))
      init::trunc_normal(parameter, 0.02, rng);
    else if (name == "cls_token" || name == "reg_token")
      init::normal(parameter, 1e-6, rng);
    else if (name == "attn_pool.latent")
      init::trunc_normal_tf(parameter, 1 / std::sqrt(static_cast<double>(options_.embed_dim)), rng);
    else if (name.ends_with(".gamma") || is(".gamma_"))
      init::constant(parameter, *options_.init_values);
    else if (is("norm"))
      norm(name, parameter);
    else if (parameter.dim() == 2)
      linear_weight(name, parameter, rng);
    else
      bias(name, parameter, rng);
    if (!eva_) gate(name, parameter, rng);
    if (options_.fix_init || eva_) scale_by_depth(name, parameter);
  }

 private:
  void patch_projection(const torch::Tensor& parameter, const Rng& rng) const {
    const double fan_in = static_cast<double>(options_.in_chans * options_.patch_size.height *
                                              options_.patch_size.width);
    if (!jax_)
      init::uniform(parameter, 1 / std::sqrt(fan_in), rng);
    else if (parameter.dim() == 1)
      init::constant(parameter, 0);
    else
      init::lecun_normal(parameter, fan_in, rng);
  }

  void norm(const std::string& name, const torch::Tensor& parameter) const {
    const bool scaled =
        options_.block_fn == "ResPostBlock" && options_.init_values && name.starts_with("blocks.");
    const double weight = scaled ? *options_.init_values : 1;
    init::constant(parameter, name.ends_with(".bias") ? 0 : weight);
  }

  void linear_weight(const std::string& name, const torch::Tensor& weight, const Rng& rng) const {
    const auto out = weight.size(0), in = weight.size(1);
    const auto xavier = [&](std::int64_t rows) {
      init::uniform(weight, std::sqrt(6.0 / static_cast<double>(rows + in)), rng);
    };
    if (jax_ && name.starts_with("head"))
      init::constant(weight, 0);
    else if (moco_ && name.find("qkv") != std::string::npos)
      xavier(out / 3);
    else if (jax_ || moco_)
      xavier(out);
    else
      init::trunc_normal(weight, 0.02, rng);
    if (eva_ && name.starts_with("head")) {
      constexpr double kHeadScale = 0.001;  // timm's head_init_scale
      const torch::NoGradGuard no_grad;
      weight.mul_(kHeadScale);
    }
  }

  void bias(const std::string& name, const torch::Tensor& bias, const Rng& rng) const {
    VIT_ASSERT(bias.dim() == 1, name);
    if (options_.weight_init == "jax_nlhb" && name.starts_with("head"))
      init::constant(bias, -std::log(static_cast<double>(options_.num_classes)));
    else if (jax_ && name.find("mlp") != std::string::npos)
      init::normal(bias, 1e-6, rng);
    else
      init::constant(bias, 0);
  }

  /// A gated MLP starts as if it had no gate: the gate's weights are close to 0, its bias is 1.
  /// (timm takes the second half of a packed layer for the gate here.)
  void gate(const std::string& name, const torch::Tensor& parameter, const Rng& rng) const {
    const bool separate = name.find("mlp.fc1_g.") != std::string::npos;
    const bool packed = options_.mlp_layer == "swiglu_packed" && name.starts_with("blocks.") &&
                        name.find("mlp.fc1.") != std::string::npos;
    if (!separate && !packed) return;
    const torch::Tensor part =
        packed ? parameter.detach().slice(0, parameter.size(0) / 2) : parameter;
    if (part.dim() == 1)
      init::constant(part, 1);
    else
      init::normal(part, 1e-6, rng);
  }

  static void scale_by_depth(const std::string& name, const torch::Tensor& parameter) {
    if (!name.starts_with("blocks.") ||
        (!name.ends_with(".attn.proj.weight") && !name.ends_with(".mlp.fc2.weight")))
      return;
    const torch::NoGradGuard no_grad;
    parameter.div_(std::sqrt(2.0 * static_cast<double>(block_of(name) + 1)));
  }

  const ViTOptions& options_;
  bool jax_, moco_, eva_;
};

}  // namespace

void init_vit_weights(VisionTransformerImpl& model, std::uint64_t seed) {
  const Initializer initialize(model.options);
  std::uint64_t index = 0;
  for (auto& item : model.named_parameters())
    initialize(item.key(), item.value(), Rng(seed, Stream::init, 0, index++));
}

}  // namespace vit
