#include "vit/models/linear.h"

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {

void describe(FieldVisitor& visitor, LinearModelOptions& o) {
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
  visitor.field({"in_chans", &o.in_chans, "input channels: 3 RGB, 1 luma", kAtLeastOne});
  visitor.field(
      {"num_classes", &o.num_classes, "outputs; training takes it from the data", kAtLeastOne});
}

LinearModelImpl::LinearModelImpl(const LinearModelOptions& options_) : options(options_) {
  reset_whole(*this);
}

void LinearModelImpl::reset() {
  const std::int64_t pixels = options.in_chans * options.img_size.height * options.img_size.width;
  head = register_module("head", Linear(LinearOptions{pixels, options.num_classes}));
}

torch::Tensor LinearModelImpl::forward_features(const torch::Tensor& x) {
  const auto [height, width] = options.img_size;
  if (x.dim() != 4 || x.size(1) != options.in_chans || x.size(2) != height || x.size(3) != width)
    throw Error(ErrorKind::usage, "linear",
                vit::str("expected x [B, ", options.in_chans, ", ", height, ", ", width, "], got ",
                         x.sizes()),
                "set model.img_size and model.in_chans to what the data has");
  return x.flatten(1).unsqueeze(1);
}

torch::Tensor LinearModelImpl::forward_head(const torch::Tensor& features) {
  return head(features.squeeze(1));
}

void LinearModelImpl::init_weights(std::uint64_t seed) {
  init::trunc_normal(head->weight, 0.01, Rng(seed, Stream::init));
  init::constant(head->bias, 0);
}

}  // namespace vit
