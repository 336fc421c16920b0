#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// BEiT and Data2Vec (vision) in the names of timm and of their own repositories.
namespace vit {

void take_relative_positions(Translation& names) {
  constexpr std::string_view kTable = "relative_position_bias_table";
  const auto learned = [&](const torch::Tensor& table) {  // [distances, H]
    if (table.dim() == 2) names.options["num_heads"] = std::to_string(table.size(1));
    return table;
  };
  const std::string own = ".attn." + std::string(kTable),
                    shared = "rel_pos_bias." + std::string(kTable);
  const std::vector<std::string> blocks = names.numbers("blocks.*.");
  for (const std::string& i : blocks) {
    const std::string block = "blocks." + i;
    names.drop(block + ".attn.relative_position_index", "computed, not learned");
    if (const auto table = names.take(block + own))
      names.put(block + ".attn.rel_pos." + std::string(kTable), learned(*table), block + own);
  }
  names.drop("rel_pos_bias.relative_position_index", "computed, not learned");
  const auto table = names.take(shared);
  if (!table) return;
  for (const std::string& i : blocks) {  // each block has the same, beside its own or in its place
    const std::string name = "blocks." + i + ".attn.rel_pos." + std::string(kTable);
    const auto beside = names.tensors.find(name);
    torch::Tensor sum = learned(table->clone());
    if (beside != names.tensors.end() && beside->second.sizes() == table->sizes()) {
      sum += beside->second;
      names.tensors.erase(beside);
    }
    names.put(name, sum, shared);
  }
}

const Convention kBeit{
    "BEiT",
    [](const TensorMap& file) {
      const auto prefix = prefix_of(file, kPatchEmbed);
      return prefix && (file.contains(*prefix + "blocks.0.attn.relative_position_bias_table") ||
                        file.contains(*prefix + "rel_pos_bias.relative_position_bias_table"));
    },
    [](Translation& names) {
      choose_encoder(names, kPatchEmbed);
      names.drop("mask_token", "stands for masked patches in pretraining");
      names.drop("lm_head.", "the head of pretraining");
      names.options["norm_eps"] = "1e-6";
      take_relative_positions(names);
      take_timm_names(names);
    },
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "",
};

}  // namespace vit
