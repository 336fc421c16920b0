#pragma once

#include <cstdint>

namespace vit {

class VisionTransformerImpl;

/// Draws all weights of a Vision Transformer anew, by its option weight_init: timm's default
/// (linear layers N(0, 0.02), the patch convolution as torch.nn.Conv2d), `jax` (Google's: Xavier,
/// zero head), `jax_nlhb` (the same with head bias -ln num_classes), `moco` (MoCo v3: Xavier with
/// q, k and v each by itself) or `eva`. Each parameter has its own sequence of random numbers.
void init_vit_weights(VisionTransformerImpl& model, std::uint64_t seed);

}  // namespace vit
