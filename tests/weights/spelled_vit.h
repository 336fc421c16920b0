#pragma once

#include <torch/types.h>
#include <torch/utils.h>

#include <string>
#include <utility>
#include <vector>

#include "vit/weights/naming/translation.h"

/// Small state dicts with timm's names, and the same tensors as other libraries spell them.
namespace vit::test {

inline constexpr std::int64_t kDim = 8, kHeads = 2, kPatch = 4, kHidden = 12, kClasses = 3,
                              kPatches = 4, kDepth = 2;

/// A tensor whose every element is another number than all those before.
class Numbers {
 public:
  torch::Tensor operator()(std::vector<std::int64_t> shape) {
    const torch::Tensor tensor =
        torch::arange(next_, next_ + c10::multiply_integers(shape), torch::kInt64);
    next_ += tensor.numel();
    return tensor.to(torch::kFloat32).reshape(shape) / 1024;
  }

 private:
  std::int64_t next_ = 1;
};

/// A ViT of two blocks; `layer_scale` and `qkv_bias` as timm's options.
inline TensorMap timm_vit(bool layer_scale = false, bool qkv_bias = true) {
  Numbers numbers;
  TensorMap tensors;
  const auto layer = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    tensors[name + ".weight"] = numbers({out, in});
    tensors[name + ".bias"] = numbers({out});
  };
  const auto norm = [&](const std::string& name) {
    tensors[name + ".weight"] = numbers({kDim});
    tensors[name + ".bias"] = numbers({kDim});
  };
  tensors["cls_token"] = numbers({1, 1, kDim});
  tensors["pos_embed"] = numbers({1, 1 + kPatches, kDim});
  tensors["patch_embed.proj.weight"] = numbers({kDim, 3, kPatch, kPatch});
  tensors["patch_embed.proj.bias"] = numbers({kDim});
  for (int i = 0; i < kDepth; ++i) {
    const std::string block = "blocks." + std::to_string(i) + ".";
    norm(block + "norm1");
    layer(block + "attn.qkv", 3 * kDim, kDim);
    if (!qkv_bias) tensors.erase(block + "attn.qkv.bias");
    layer(block + "attn.proj", kDim, kDim);
    norm(block + "norm2");
    layer(block + "mlp.fc1", kHidden, kDim);
    layer(block + "mlp.fc2", kDim, kHidden);
    if (!layer_scale) continue;
    tensors[block + "ls1.gamma"] = numbers({kDim});
    tensors[block + "ls2.gamma"] = numbers({kDim});
  }
  norm("norm");
  layer("head", kClasses, kDim);
  return tensors;
}

/// The tensors under other names; those that no rule matches keep theirs.
inline TensorMap spelled(const TensorMap& tensors, const std::vector<NameRule>& rules,
                         const std::string& prefix = "") {
  TensorMap result;
  for (const auto& [name, tensor] : tensors) {
    std::string other = name;
    for (const NameRule& rule : rules)
      if (const auto to = other_name(rule, name)) {
        other = *to;
        break;
      }
    result[prefix + other] = tensor;
  }
  return result;
}

/// Replaces the joint queries, keys and values of each block by three tensors.
inline void split_qkv(TensorMap& tensors, const std::string& joint_of_block_0,
                      const std::vector<std::string>& parts_of_block_0) {
  for (int i = 0; i < kDepth; ++i)
    for (const std::string kind : {".weight", ".bias"}) {
      const auto of_block = [&](std::string name) {
        return name.replace(name.find('0'), 1, std::to_string(i)) + kind;
      };
      const auto joint = tensors.find(of_block(joint_of_block_0));
      if (joint == tensors.end()) continue;
      const std::vector<torch::Tensor> pieces = joint->second.chunk(3, 0);
      for (std::size_t part = 0; part < 3; ++part)
        tensors[of_block(parts_of_block_0[part])] = pieces[part];
      tensors.erase(joint);
    }
}

}  // namespace vit::test
