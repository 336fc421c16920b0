#pragma once

#include <torch/utils.h>

#include <map>
#include <string>

#include "vit/io/safetensors.h"
#include "vit/nn/decoder.h"
#include "vit/weights/tensors.h"

namespace vit::test {

using TensorsByName = std::map<std::string, torch::Tensor>;

inline TensorsByName tensors_in(const std::filesystem::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  TensorsByName all;
  for (const TensorInfo& info : file.tensors()) all[info.name] = read_tensor(file, info);
  return all;
}

/// A small decoder: 7 tokens of up to 6, width 12, over a memory of width 20.
inline DecoderOptions small_decoder() {
  return {.vocab_size = 7,
          .length = 6,
          .depth = 2,
          .block = {.dim = 12, .memory_dim = 20, .num_heads = 3, .mlp_ratio = 2.0}};
}

/// The decoder of fixtures/models/captioner, whose attentions are torch.nn.MultiheadAttention.
inline Decoder captioner_decoder(TensorsByName weights) {
  const auto of = [&](const char* name) { return weights.at(std::string("decoder.") + name); };
  const std::int64_t dim = of("pos_embed").size(2);
  Decoder decoder(DecoderOptions{
      .vocab_size = of("token_embed.weight").size(0),
      .length = of("pos_embed").size(1),
      .depth = 2,
      .block = {.dim = dim,
                .memory_dim = of("blocks.0.cross_attn.k_proj_weight").size(1),
                .num_heads = 4,
                .mlp_ratio = static_cast<double>(of("blocks.0.mlp.fc1.weight").size(0)) /
                             static_cast<double>(dim)},
      .tied = !weights.contains("decoder.head.weight")});
  const torch::NoGradGuard no_grad;
  for (const auto& item : decoder->named_parameters()) {
    const std::string& name = item.key();
    const std::size_t at = name.find("_attn.");
    if (at == name.npos) {
      item.value().copy_(of(name.c_str()));
      continue;
    }
    const std::string attention = name.substr(0, at + 6), own = name.substr(at + 6),
                      kind = own.substr(own.find('.') + 1);
    if (own.starts_with("proj.")) {
      item.value().copy_(of((attention + "out_proj." + kind).c_str()));
    } else if (weights.contains("decoder." + attention + own.substr(0, 6) + "_" + kind)) {
      item.value().copy_(of((attention + own.substr(0, 6) + "_" + kind).c_str()));
    } else {
      const std::int64_t part = own[0] == 'q' ? 0 : own[0] == 'k' ? 1 : 2;
      item.value().copy_(of((attention + "in_proj_" + kind).c_str()).narrow(0, part * dim, dim));
    }
  }
  decoder->eval();
  return decoder;
}

}  // namespace vit::test
