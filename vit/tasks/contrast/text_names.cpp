#include "vit/tasks/contrast/text_names.h"

#include <c10/util/Exception.h>

#include <array>

#include "vit/core/error.h"
#include "vit/weights/naming/convention.h"

namespace vit {
namespace {

/// The tensors below a prefix, without it.
TensorMap tensors_below(const TensorMap& file, std::string_view prefix) {
  TensorMap found;
  for (auto at = file.lower_bound(std::string(prefix));
       at != file.end() && at->first.starts_with(prefix); ++at)
    found.emplace(at->first.substr(prefix.size()), at->second);
  return found;
}

std::optional<torch::Tensor> find(const TensorMap& file, const std::string& name) {
  const auto found = file.find(name);
  return found == file.end() ? std::nullopt : std::optional(found->second);
}

constexpr std::array kTransformersText = {
    NameRule{"embeddings.token_embedding.", "token_embed."},
    NameRule{"encoder.layers.*.layer_norm1.", "blocks.*.norm1."},
    NameRule{"encoder.layers.*.layer_norm2.", "blocks.*.norm2."},
    NameRule{"encoder.layers.*.self_attn.out_proj.", "blocks.*.attn.proj."},
    NameRule{"encoder.layers.*.mlp.", "blocks.*.mlp."},
    NameRule{"final_layer_norm.", "norm."},
    NameRule{"head.", "head."},
};

std::optional<TextTensors> of_transformers(const TensorMap& file) {
  const auto prefix = prefix_of(file, "text_model.embeddings.token_embedding.weight");
  if (!prefix) return std::nullopt;
  TextTensors found{.source = TextSource::transformers};
  found.prefix = *prefix;
  Translation names(tensors_below(file, *prefix + "text_model."));
  constexpr std::array<std::string_view, 3> kParts = {"q_proj", "k_proj", "v_proj"};
  for (const std::string& i : names.numbers("encoder.layers.*."))
    names.join("encoder.layers." + i + ".self_attn.", kParts, "blocks." + i + ".attn.qkv");
  if (auto positions = names.take("embeddings.position_embedding.weight"))  // [L, D]
    names.put("pos_embed", positions->unsqueeze(0), "position_embedding");
  names.rename(kTransformersText);
  found.tensors = std::move(names.tensors);
  if (auto projection = find(file, *prefix + "text_projection.weight"))
    found.tensors["head.weight"] = *projection;
  found.logit_scale = find(file, *prefix + "logit_scale");
  found.logit_bias = find(file, *prefix + "logit_bias");
  found.siglip = found.logit_bias.has_value();
  found.convention = found.siglip ? "SigLIP of transformers" : "CLIP of transformers";
  return found;
}

constexpr std::array kOpenClipText = {
    NameRule{"token_embedding.", "token_embed."},
    NameRule{"ln_final.", "norm."},
    NameRule{"transformer.resblocks.*.ln_1.", "blocks.*.norm1."},
    NameRule{"transformer.resblocks.*.ln_2.", "blocks.*.norm2."},
    NameRule{"transformer.resblocks.*.attn.in_proj_weight", "blocks.*.attn.qkv.weight"},
    NameRule{"transformer.resblocks.*.attn.in_proj_bias", "blocks.*.attn.qkv.bias"},
    NameRule{"transformer.resblocks.*.attn.out_proj.", "blocks.*.attn.proj."},
    NameRule{"transformer.resblocks.*.mlp.c_fc.", "blocks.*.mlp.fc1."},
    NameRule{"transformer.resblocks.*.mlp.c_proj.", "blocks.*.mlp.fc2."},
    NameRule{"text_projection.", "head."},
};

std::optional<TextTensors> of_open_clip(const TensorMap& file) {
  const auto prefix = prefix_of(file, "token_embedding.weight");
  if (!prefix) return std::nullopt;
  TextTensors found{.source = TextSource::open_clip};
  // With a text tower of its own (`text.`), what belongs to both stands one level higher.
  const bool nested = prefix->ends_with("text.");
  const std::string parent = nested ? prefix->substr(0, prefix->size() - 5) : *prefix;
  Translation names(tensors_below(file, *prefix));
  if (auto positions = names.take("positional_embedding"))  // [L, D]
    names.put("pos_embed", positions->unsqueeze(0), "positional_embedding");
  if (auto projection = names.take("text_projection"))  // [D, E]
    names.put("head.weight", projection->t().contiguous(), "text_projection");
  names.rename(kOpenClipText);
  found.tensors = std::move(names.tensors);
  if (nested)
    for (const char* other : {"cls_emb", "attn_pool.query"})
      if (names.has(other))
        throw Error(ErrorKind::weights, "", str("its text tower has `", other, "`, as CoCa's"),
                    "text towers of CLIP and SigLIP are read");
  found.logit_scale = find(file, parent + "logit_scale");
  found.logit_bias = find(file, parent + "logit_bias");
  found.siglip = found.logit_bias.has_value();
  found.convention = found.siglip ? "SigLIP of open_clip" : "CLIP (OpenAI, open_clip)";
  return found;
}

/// big_vision's text towers are its image towers behind an embedding: their names are translated as
/// those are.
std::optional<TextTensors> of_big_vision(const TensorMap& file) {
  const auto prefix = prefix_of(file, "txt/Embed_0/embedding");
  if (!prefix) return std::nullopt;
  TextTensors found{.source = TextSource::big_vision, .convention = "big_vision's npz"};
  TensorMap tower = tensors_below(file, *prefix + "txt/"), as_image;
  const torch::Tensor embedding = tower.at("Embed_0/embedding");  // [V, D]
  tower.erase("Embed_0/embedding");
  for (const auto& [name, tensor] : tower)
    as_image[name.starts_with("Encoder_0/") ? "Transformer/" + name.substr(10) : name] = tensor;
  // Files of before have a second table of positions, to be added (big_vision's text_transformer).
  if (const auto second = find(as_image, "Transformer/pos_embedding")) {
    as_image["pos_embedding"] = as_image.at("pos_embedding") + *second;
    as_image.erase("Transformer/pos_embedding");
  }
  as_image["embedding/kernel"] = embedding.narrow(0, 0, 1).unsqueeze(0).unsqueeze(0);
  Translation names(std::move(as_image));
  kGoogle.translate(names);
  found.tensors = std::move(names.tensors);
  found.tensors.erase("patch_embed.proj.weight");
  found.tensors["token_embed.weight"] = embedding;
  if (const auto heads = names.options.find("num_heads"); heads != names.options.end())
    found.heads = std::stoll(heads->second);
  found.logit_scale = find(file, *prefix + "t");
  found.logit_bias = find(file, *prefix + "b");
  found.siglip = found.logit_bias.has_value();
  return found;
}

std::optional<TextTensors> of_ours(const TensorMap& file) {
  if (!file.contains("text.token_embed.weight")) return std::nullopt;
  TextTensors found{.source = TextSource::ours, .convention = "vit"};
  found.tensors = tensors_below(file, "text.");
  found.logit_scale = find(file, "logit_scale");
  found.logit_bias = find(file, "logit_bias");
  found.siglip = found.logit_bias.has_value();
  return found;
}

}  // namespace

std::optional<TextTensors> text_tensors(const TensorMap& file, const std::string& where) {
  try {
    for (const auto& read : {of_ours, of_transformers, of_open_clip, of_big_vision})
      if (std::optional<TextTensors> found = read(file)) return found;
    return std::nullopt;
  } catch (const Error& error) {
    throw Error(error.kind(), error.where().empty() ? where : error.where(), error.problem(),
                error.remedy());
  } catch (const std::exception& error) {  // of tensors of other shapes than their names say
    throw Error(ErrorKind::weights, where,
                str("its text tower does not have the shapes of its names: ",
                    std::string_view(error.what()).substr(0, 200)),
                "the file may be damaged, or of a model that is not supported");
  }
}

}  // namespace vit
