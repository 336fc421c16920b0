#include <array>

#include "vit/weights/naming/convention.h"

/// Google's npz files: vit_jax (augreg) and big_vision. Names are paths, kernels are stored as
/// [in, out], attention's as [D, H, Dh].
namespace vit {
namespace {

constexpr std::string_view kGoogleAnchor = "embedding/kernel";
constexpr std::array<std::string_view, 3> kGoogleQkv = {"query", "key", "value"};
constexpr std::array<std::string_view, 2> kKeyValue = {"key", "value"};

torch::Tensor transposed(const torch::Tensor& kernel) { return kernel.t(); }

/// `encoderblock/…` [L, …] holds all blocks (flax's scan): one tensor a block instead.
void unstack_blocks(Translation& names) {
  constexpr std::string_view kStacked = "Transformer/encoderblock/";
  TensorMap blocks;
  for (const auto& [name, tensor] : names.source) {
    if (!name.starts_with(kStacked)) continue;
    for (std::int64_t i = 0; i < tensor.size(0); ++i)
      blocks["Transformer/encoderblock_" + std::to_string(i) + "/" + name.substr(kStacked.size())] =
          tensor.select(0, i);
  }
  std::erase_if(names.source, [&](const auto& entry) { return entry.first.starts_with(kStacked); });
  names.source.merge(blocks);
}

class Google {
 public:
  explicit Google(Translation& names) : names_(names) {}

  void translate() {
    const std::string prefix = prefix_of(names_.source, kGoogleAnchor).value();
    names_.strip(prefix);
    if (prefix == "params/img/") names_.drop("params/", "the text tower");
    names_.drop("opt/state/", "state of the optimizer");
    names_.drop("pre_logits/", "the representation layer of pretraining is not used");
    unstack_blocks(names_);
    if (auto kernel = names_.take("embedding/kernel"))  // [Ph, Pw, C, D]
      names_.put("patch_embed.proj.weight", kernel->permute({3, 2, 0, 1}), "embedding/kernel");
    names_.move("embedding/bias", "patch_embed.proj.bias");
    names_.move("cls", "cls_token");
    names_.move("pos_embedding", "pos_embed");
    names_.move("Transformer/posembed_input/pos_embedding", "pos_embed");
    norm("Transformer/encoder_norm/", "norm");
    for (const std::string& i : names_.numbers("Transformer/encoderblock_*/"))
      block("Transformer/encoderblock_" + i + "/", "blocks." + i + ".");
    pooling("MAPHead_0/");
    dense("head/", "head");
  }

 private:
  void norm(const std::string& from, const std::string& to) {
    names_.move(from + "scale", to + ".weight");
    names_.move(from + "bias", to + ".bias");
  }

  void dense(const std::string& from, const std::string& to) {
    if (auto kernel = names_.take(from + "kernel"))
      names_.put(to + ".weight", transposed(*kernel), from + "kernel");
    names_.move(from + "bias", to + ".bias");
  }

  /// kernel [D, H, Dh] and bias [H, Dh] as rows of a linear layer.
  void heads_as_rows(const std::string& from) {
    if (auto kernel = names_.take(from + "/kernel")) {
      names_.options["num_heads"] = std::to_string(kernel->size(1));
      names_.source[from + ".weight"] = transposed(kernel->flatten(1));
    }
    if (auto bias = names_.take(from + "/bias")) names_.source[from + ".bias"] = bias->flatten();
  }

  /// kernel [H, Dh, D].
  void output_of_heads(const std::string& from, const std::string& to) {
    if (auto kernel = names_.take(from + "kernel"))
      names_.put(to + ".weight", transposed(kernel->flatten(0, 1)), from + "kernel");
    names_.move(from + "bias", to + ".bias");
  }

  void block(const std::string& from, const std::string& to) {
    // vit_jax counts norms, attention and MLP of a block together, big_vision each kind by itself.
    const bool vit_jax = names_.has(from + "MultiHeadDotProductAttention_1/query/kernel");
    const std::string attention = from + "MultiHeadDotProductAttention_" + (vit_jax ? "1/" : "0/");
    const std::string mlp = from + "MlpBlock_" + (vit_jax ? "3/" : "0/");
    norm(from + "LayerNorm_0/", to + "norm1");
    for (const std::string_view part : kGoogleQkv) heads_as_rows(attention + std::string(part));
    names_.join(attention, kGoogleQkv, to + "attn.qkv");
    output_of_heads(attention + "out/", to + "attn.proj");
    norm(from + (vit_jax ? "LayerNorm_2/" : "LayerNorm_1/"), to + "norm2");
    dense(mlp + "Dense_0/", to + "mlp.fc1");
    dense(mlp + "Dense_1/", to + "mlp.fc2");
  }

  void pooling(const std::string& from) {
    const std::string attention = from + "MultiHeadDotProductAttention_0/";
    names_.move(from + "probe", "attn_pool.latent");
    for (const std::string_view part : kGoogleQkv) heads_as_rows(attention + std::string(part));
    names_.move(attention + "query.weight", "attn_pool.q.weight");
    names_.move(attention + "query.bias", "attn_pool.q.bias");
    names_.join(attention, kKeyValue, "attn_pool.kv");
    output_of_heads(attention + "out/", "attn_pool.proj");
    norm(from + "LayerNorm_0/", "attn_pool.norm");
    dense(from + "MlpBlock_0/Dense_0/", "attn_pool.mlp.fc1");
    dense(from + "MlpBlock_0/Dense_1/", "attn_pool.mlp.fc2");
  }

  Translation& names_;
};

}  // namespace

const Convention kGoogle{
    "Google's npz (vit_jax, big_vision)",
    [](const TensorMap& file) { return prefix_of(file, kGoogleAnchor).has_value(); },
    [](Translation& names) { Google(names).translate(); },
    // As timm loads these files; big_vision itself uses scipy's zoom of order 1.
    Interpolation::bilinear,
    Interpolation::bilinear,
    "inception",
};

}  // namespace vit
