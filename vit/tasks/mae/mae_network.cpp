#include "vit/tasks/mae/mae_network.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/where.h>
#include <torch/utils.h>

#include <cmath>

#include "vit/core/error.h"
#include "vit/loss/masked_image.h"
#include "vit/models/vit.h"

namespace vit {
namespace {

constexpr const char* kMaeDecoder = "decoder";

const VisionTransformerImpl& vision_transformer(const ImageModel& model) {
  const auto* vit = dynamic_cast<const VisionTransformerImpl*>(&model);
  if (vit == nullptr)
    throw Error(ErrorKind::usage, "model.name",
                "masked autoencoders leave patches out, and this model has none",
                "choose a ViT (`vit models vit*`)");
  return *vit;
}

/// `mask` [B, units] over the patches, [B, N].
torch::Tensor of_patches(const torch::Tensor& mask, Size2 units, Size2 by) {
  return mask.reshape({-1, units.height, units.width})
      .repeat_interleave(by.height, 1)
      .repeat_interleave(by.width, 2)
      .flatten(1);
}

}  // namespace

MaeNetwork::MaeNetwork(std::shared_ptr<ImageModel> backbone, const MaeOptions& options)
    : BackboneNetwork(std::move(backbone), {kMaeDecoder}), options_(options) {
  const VisionTransformerImpl& vit = vision_transformer(this->backbone());
  patch_ = vit.options.patch_size;
  const Size2 size = vit.options.img_size;
  units_ = grid();
  if (options_.simmim()) {
    const std::int64_t side = options_.mask_size;
    if (side % patch_.height != 0 || side % patch_.width != 0 || size.height % side != 0 ||
        size.width % side != 0)
      throw Error(
          ErrorKind::usage, "task.mask_size",
          vit::str("is ", side, ", and does not tile images of ", size.height, "x", size.width,
                   " pixels with patches of ", patch_.height, "x", patch_.width),
          "set it to a multiple of model.patch_size that divides model.img_size");
    units_ = {size.height / side, size.width / side};
  }
  const std::int64_t units = num_units();
  const double ratio = options_.ratio();
  // Each as its repository counts.
  kept_ = options_.simmim()
              ? units - static_cast<std::int64_t>(std::ceil(static_cast<double>(units) * ratio))
              : static_cast<std::int64_t>(static_cast<double>(units) * (1 - ratio));
  if (kept_ < 1 || kept_ >= units)
    throw Error(
        ErrorKind::usage, "task.mask_ratio",
        vit::str("is ", ratio, ", which ", kept_ < 1 ? "leaves none" : "masks none", " of the ",
                 units, options_.simmim() ? " squares" : " patches"),
        kept_ < 1 ? "lower it, or set a smaller model.patch_size (task.mask_size)" : "raise it");
  const std::int64_t width = vit.options.embed_dim, channels = vit.options.in_chans;
  if (options_.simmim()) {
    simmim_decoder_ =
        register_module(kMaeDecoder, SimMimDecoder(SimMimDecoderOptions{width, channels, patch_}));
    return;
  }
  MaeDecoderOptions decoder = options_.decoder;
  decoder.encoder_dim = width;
  decoder.prefix_tokens = vit.num_prefix_tokens();
  decoder.patch_values = patch_.height * patch_.width * channels;
  decoder.grid = grid();
  decoder.norm_eps = vit.options.norm_eps;
  decoder.act = activation(vit.options.act_layer);
  mae_decoder_ = register_module(kMaeDecoder, MaeDecoder(decoder));
}

Size2 MaeNetwork::grid() const {
  const Size2 size = backbone().img_size();
  return {size.height / patch_.height, size.width / patch_.width};
}

torch::nn::Module& MaeNetwork::decoder() { return *named_children()[kMaeDecoder]; }

void MaeNetwork::init_parts(std::uint64_t seed) {
  if (mae_decoder_) mae_decoder_->init_weights(seed);
  if (simmim_decoder_) simmim_decoder_->init_weights(seed);
}

std::vector<std::string> MaeNetwork::no_weight_decay() const {
  std::vector<std::string> names = BackboneNetwork::no_weight_decay();
  names.emplace_back("decoder.mask_token");
  return names;
}

torch::Tensor MaeNetwork::order_of(const torch::Tensor& noise) {
  return noise.argsort(/*stable=*/true, /*dim=*/1);
}

MaeNetwork::Output MaeNetwork::forward(const torch::Tensor& x, const torch::Tensor& noise) {
  if (noise.dim() != 2 || noise.size(0) != x.size(0) || noise.size(1) != num_units())
    throw Error(ErrorKind::usage, "noise",
                vit::str("expected a number for each of ", num_units(), " units of ", x.size(0),
                         " images, got ", noise.sizes()));
  const torch::Tensor order = order_of(noise);
  return options_.simmim() ? simmim(x, order) : reconstruct(x, order);
}

MaeNetwork::Output MaeNetwork::reconstruct(const torch::Tensor& x, const torch::Tensor& order) {
  Output out;
  out.restore = order.argsort(/*stable=*/true, /*dim=*/1);
  out.mask = out.restore.ge(kept_).to(torch::kFloat32);
  const torch::Tensor tokens =
      backbone().features(x, {.keep = order.slice(1, 0, kept_)}).front().tokens;
  out.pred = mae_decoder_(tokens, out.restore);
  out.loss =
      masked_mean(patch_errors(out.pred, patchify(x, patch_), options_.norm_pix_loss), out.mask);
  return out;
}

MaeNetwork::Output MaeNetwork::simmim(const torch::Tensor& x, const torch::Tensor& order) {
  Output out;
  const torch::Tensor removed = order.argsort(/*stable=*/true, /*dim=*/1).ge(kept_);
  const torch::Tensor mask = of_patches(
      removed, units_,
      {options_.mask_size / patch_.height, options_.mask_size / patch_.width});  // [B, N]
  out.mask = mask.to(torch::kFloat32);
  out.pred = simmim_decoder_(
      backbone()
          .features(x, {.mask = mask, .mask_token = simmim_decoder_->mask_token.flatten()})
          .front()
          .map());
  out.loss = simmim_loss(out.pred, x, out.mask.reshape({-1, grid().height, grid().width}), patch_);
  return out;
}

torch::Tensor MaeNetwork::describe_images(const torch::Tensor& x, const torch::Tensor& noise) {
  // A trace takes the batch size from x.
  const torch::Tensor order =
      order_of(noise.unsqueeze(0))
          .expand_as(x.flatten(1).narrow(1, 0, 1).expand({-1, num_units()}));
  const Output out = options_.simmim() ? simmim(x, order) : reconstruct(x, order);
  const auto pixels_of = [&](const torch::Tensor& of_patch) {
    return to_pixels(of_patch.reshape({-1, grid().height, grid().width}), patch_);
  };
  const torch::Tensor mask = pixels_of(out.mask);  // [B, 1, H, W]
  torch::Tensor image, errors;
  if (options_.simmim()) {
    image = out.pred.to(torch::kFloat32);
    errors = (image - x).abs().mean(1, /*keepdim=*/true);
  } else {
    const torch::Tensor patches = patchify(x, patch_);
    torch::Tensor pixels = out.pred.to(torch::kFloat32);
    errors = pixels_of(patch_errors(pixels, patches, options_.norm_pix_loss));
    if (options_.norm_pix_loss) {  // as the true patch is light and contrasted
      const PatchStatistics of = patch_statistics(patches);
      pixels = pixels * of.deviation + of.mean;
    }
    image = unpatchify(pixels, patch_, grid());
  }
  image = at::where(mask.gt(0.5), image, x);
  return at::cat({backbone().forward(x).to(torch::kFloat32), image.flatten(1), mask.flatten(1),
                  errors.flatten(1)},
                 1);
}

}  // namespace vit
