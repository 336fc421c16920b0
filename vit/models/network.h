#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vit/models/layer_rules.h"

namespace vit {

/// What is trained, whatever its task: all that optimizers, moving averages, checkpoints, freezing
/// and adapters know of it. Beside being a torch::nn::Module.
class Network {
 public:
  virtual ~Network() = default;

  virtual torch::nn::Module& module() = 0;
  /// Draws all weights anew from the seed.
  virtual void init_weights(std::uint64_t seed) = 0;
  /// Parameters without weight decay beside biases and other one-dimensional ones (timm's
  /// no_weight_decay()).
  [[nodiscard]] virtual std::vector<std::string> no_weight_decay() const { return {}; }
  /// How parameters belong to layers, for layer-wise learning rates; by their names unless the
  /// network says otherwise.
  [[nodiscard]] virtual std::vector<LayerRule> layer_rules() const { return default_layer_rules(); }
  /// The modules that map features to what the task asks for, by name: adaptive clipping leaves
  /// them alone, and they learn beside adapters.
  [[nodiscard]] virtual std::vector<std::string> heads() const = 0;
};

/// Whether a parameter of this name is in one of the modules `heads`.
[[nodiscard]] inline bool is_in_heads(const std::string& name,
                                      const std::vector<std::string>& heads) {
  for (const std::string& head : heads)
    if (name.starts_with(head + ".")) return true;
  return false;
}

}  // namespace vit
