#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// Low-rank adaptation (Hu et al. 2022): the weights of some linear layers stay, and the product of
/// two thin matrices is learned beside them.
struct LoraOptions {
  std::int64_t rank = 0;  ///< 0: no adapters
  double alpha = 16;      ///< the product is scaled by alpha / rank
  std::vector<std::string> targets{"attn.qkv", "attn.proj"};  ///< ends of layer names
};
void describe(FieldVisitor& visitor, LoraOptions& options);

/// Gives every Linear layer whose name ends in one of the targets an adapter that changes nothing
/// yet (A drawn from the seed, B zero; section 4.1), and lets nothing else learn but what begins
/// with one of `heads`. Throws Error (usage) for a target that no layer has.
void add_lora(torch::nn::Module& model, const LoraOptions& options,
              const std::vector<std::string>& heads, std::uint64_t seed);

/// Adds every adapter's product to its layer's weights and takes the adapters away. All parameters
/// learn again.
void merge_lora(torch::nn::Module& model);

/// alpha / rank of the adapters in a model; 0 without any.
[[nodiscard]] double lora_scale(torch::nn::Module& model);

/// Named tensors of a model (its own, or averages of them) with the adapters merged into the
/// weights beside them; the same tensors where there are none.
[[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> merged_lora(
    const std::vector<std::pair<std::string, torch::Tensor>>& tensors, double scale);

/// Of named tensors, the adapters and the weights that belong to them.
[[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> lora_tensors(
    const std::vector<std::pair<std::string, torch::Tensor>>& tensors);

}  // namespace vit
