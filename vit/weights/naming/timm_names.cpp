#include "vit/weights/naming/timm_names.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/weights/naming/unwrapping.h"

namespace vit {

void take_timm_names(Translation& names) {
  // Left over from ImageNet-21k training; timm leaves it out as well.
  names.drop("pre_logits.fc.", "the representation layer of pretraining is not used");
  TensorMap beside;
  for (auto& [name, tensor] : names.source)
    (name.starts_with(kBeside) ? beside : names.tensors)[name] = std::move(tensor);
  names.source = std::move(beside);
}

void fold_class_position(Translation& names) {
  auto& tensors = names.tensors;
  const auto position = tensors.find("pos_embed");
  const auto token = tensors.find("cls_token");
  if (position == tensors.end() || token == tensors.end()) return;
  // Added in the type that the model computes in, not in half precision.
  const torch::Tensor all = position->second.to(torch::kFloat32);
  token->second = token->second.to(torch::kFloat32) + all.narrow(1, 0, 1);
  position->second = all.narrow(1, 1, all.size(1) - 1);
  names.renamed.push_back({"pos_embed of the class token", "cls_token (added)"});
}

void split_qkv_bias(Translation& names, KeyBias keys) {
  TensorMap biases;
  for (const auto& [name, tensor] : names.tensors)
    if (other_name({"blocks.*.attn.qkv.bias", "blocks.*.attn."}, name)) biases[name] = tensor;
  const bool all_zero = std::all_of(biases.begin(), biases.end(), [](const auto& entry) {
    return entry.second.count_nonzero().template item<std::int64_t>() == 0;
  });
  for (const auto& [name, bias] : biases) {
    names.tensors.erase(name);
    if (all_zero) {
      names.dropped.push_back({name, "all zeros: the same as no bias"});
      continue;
    }
    const std::int64_t dim = bias.size(0) / 3;
    if (keys == KeyBias::none && bias.narrow(0, dim, dim).count_nonzero().item<std::int64_t>() > 0)
      throw Error(ErrorKind::weights, "",
                  name + ": keys have a bias, which this model has not here",
                  "name a model that is built alike by --model (or model.name)");
    const std::string attention = name.substr(0, name.size() - std::string_view("qkv.bias").size());
    names.put(attention + "q_bias", bias.narrow(0, 0, dim), name);
    names.put(attention + "v_bias", bias.narrow(0, 2 * dim, dim), name);
  }
}

}  // namespace vit
