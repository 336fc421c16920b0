#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/weights/recognise_families.h"

namespace vit {
namespace {

/// A factor that gives back `rows` when the model multiplies `dim` by it and rounds down.
double ratio(std::int64_t rows, std::int64_t dim) {
  double factor = static_cast<double>(rows) / static_cast<double>(dim);
  while (static_cast<std::int64_t>(static_cast<double>(dim) * factor) < rows)
    factor = std::nextafter(factor, 1e9);
  return factor;
}

bool is_square(std::int64_t number) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(number)));
  return number > 0 && side * side == number;
}

class ViT {
 public:
  ViT(const NamedWeights& weights, std::optional<Size2> picture, Recognised& result)
      : weights_(weights), shapes_(weights.names.tensors), picture_(picture), result_(result) {}

  void run() {
    patch_ = {shapes_.size("patch_embed.proj.weight", 2),
              shapes_.size("patch_embed.proj.weight", 3)};
    if (patch_.height < 1 || patch_.width < 1)
      throw Error(ErrorKind::weights, "", "patch_embed.proj.weight is not [D, C, H, W]",
                  "name the model: `vit models` lists all");
    set("patch_size", option_text(patch_));
    set("embed_dim", dim());
    set("in_chans", shapes_.size("patch_embed.proj.weight", 1));
    set("depth", depth());
    set("num_classes", shapes_.size("head.weight", 0));
    tokens();
    block_kind();
    last_norm();
    positions();
    blocks();
    windows();
    pooling();
    relative_positions();
    nearest_variant();
    heads();
    details();
  }

 private:
  void set(const std::string& key, std::string value) { result_.options[key] = std::move(value); }
  void set(const std::string& key, std::int64_t value) { set(key, std::to_string(value)); }
  void set_flag(const std::string& key, bool value) { set(key, value ? "true" : "false"); }
  void assume(std::string what) { result_.assumptions.push_back(std::move(what)); }

  [[nodiscard]] std::int64_t dim() const { return shapes_.size("patch_embed.proj.weight", 0); }
  [[nodiscard]] std::int64_t depth() const { return shapes_.count("blocks."); }
  [[nodiscard]] bool dinov3() const { return rotary() == "vit_small_patch16_dinov3"; }

  /// A variant whose rotary encoding this model has, "" for none. The encoding is not in the
  /// tensors, but in the models that are built so.
  [[nodiscard]] std::string rotary() const {
    // timm's Eva: LayerScale without a module of its own, or no bias of keys.
    const bool eva = shapes_.has("blocks.0.gamma_1") || shapes_.has("blocks.0.attn.q_bias") ||
                     shapes_.has("blocks.0.attn.q_proj.weight");
    const bool gated = shapes_.has("blocks.0.mlp.fc1_g.weight") ||
                       shapes_.size("blocks.0.mlp.fc1.weight", 0) ==
                           2 * shapes_.size("blocks.0.mlp.fc2.weight", 1);
    // transformers' BEiTs have relative positions, learned ones or none.
    if (!eva || weights_.convention == &kTransformersBeit) return "";
    if (shapes_.has("pos_embed")) return gated ? "eva02_tiny_patch14_224" : "";
    if (!shapes_.has("cls_token")) return "vit_medium_patch16_rope_reg1_gap_256";
    return shapes_.has("blocks.0.attn.qkv.bias") ? "vit_small_patch16_rope_224"
                                                 : "vit_small_patch16_dinov3";
  }

  void rotary_encoding() {
    const std::string like = rotary();
    if (like.empty()) {
      set("rope_type", "none");
      if (weights_.convention == &kDeiT3)
        assume("rope_type: none, as in DeiT-III: the tensors of vit_*_rope_ape_* are the same");
      return;
    }
    const ModelSpec spec = model_spec(like);
    const auto& options = std::get<ViTOptions>(spec.options);
    set("rope_type", options.rope_type);
    set("rope_temperature", option_text(options.rope_temperature));
    set("rope_grid_indexing", options.rope_grid_indexing);
    set_flag("rope_rotate_half", options.rope_rotate_half);
    set("ref_feat_shape", options.ref_feat_shape ? option_text(*options.ref_feat_shape) : "null");
    assume("rope_type: " + options.rope_type + " with rope_temperature " +
           option_text(options.rope_temperature) + ", as in " + like +
           ": a rotary encoding is not in the tensors");
  }

  /// Refuses what may be either of two kinds of block: their tensors have the same names and
  /// shapes.
  void block_kind() const {
    constexpr std::int64_t kEnormous = 1792;  // no other model is as wide
    if (dim() == kEnormous && shapes_.has("cls_token"))
      throw Error(ErrorKind::weights, "",
                  "the tensors fit timm's eva02_enormous_patch14_*, whose blocks normalise behind "
                  "attention and MLP, as well as blocks that do so before them",
                  "name the model by --model, with its options by --set");
    if (shapes_.has("cls_token") || !shapes_.has("fc_norm.weight") ||
        !shapes_.has("blocks.0.attn.qkv.weight") || shapes_.has("blocks.0.attn.qkv.bias") ||
        shapes_.has("blocks.0.ls1.gamma") || shapes_.has("blocks.0.gamma_1") ||
        shapes_.has("blocks.0.attn.q_bias"))
      return;
    throw Error(ErrorKind::weights, "",
                "the tensors fit blocks that normalise before attention and MLP as well as blocks "
                "that do so behind them",
                "name the model: --model vit_base_patch16_rpn_224 (they do so behind), or "
                "vit_base_patch16_224 with --set model.class_token=false, model.global_pool=avg, "
                "model.qkv_bias=false and what else differs");
  }

  /// Refuses patches alone, with positions, that end without a norm's tensors: such is timm's Qwen3
  /// tower, of whose rotary encoding and last norm nothing is in a file.
  void last_norm() const {
    if (shapes_.has("cls_token") || !shapes_.has("pos_embed") ||
        !shapes_.has("blocks.0.norm1.weight") || shapes_.has("norm.weight") ||
        shapes_.has("fc_norm.weight") || weights_.names.options.contains("final_norm"))
      return;
    throw Error(ErrorKind::weights, "",
                "there is no norm behind the blocks (norm or fc_norm): the tensors fit a tower "
                "without it as well as timm's qwen3_vit_*, which has a norm without parameters "
                "there and a rotary encoding, and is not known here",
                "name the model by --model, with model.final_norm: false and what else differs");
  }

  [[nodiscard]] std::int64_t table_rows() const {
    return shapes_.size("blocks.0.attn.rel_pos.relative_position_bias_table", 0);
  }

  /// BEiT's biases (timm's names for the rest of it are Eva's), and what the file's source says.
  void relative_positions() {
    if (table_rows() > 0) {
      if (result_.options.at("init_values") == "null" && !shapes_.has("blocks.0.attn.q_bias"))
        throw Error(ErrorKind::weights, "",
                    "with relative positions and without LayerScale the tensors fit blocks that "
                    "normalise before attention as well as blocks that do so behind it",
                    "name the model by --model, with model.rel_pos: bias and model.block_fn");
      set("rel_pos", "bias");
      set("rope_type", "none");
      std::erase_if(result_.assumptions,
                    [](const std::string& text) { return text.starts_with("rope_type"); });
      if (class_token_) set("global_pool", shapes_.has("fc_norm.weight") ? "avg" : "token");
    }
    set_flag("final_norm", shapes_.has("norm.weight") || shapes_.has("fc_norm.weight"));
    for (const auto& [key, value] : weights_.names.options) set(key, value);
    if (shapes_.has("norm_pre.weight") && shapes_.has("attn_pool.latent"))
      throw Error(ErrorKind::weights, "",
                  "a norm before the blocks (norm_pre) and pooling by attention (attn_pool) are "
                  "together in the Perception Encoder alone, whose rotary encoding is not here",
                  "`vit models` lists what is known");
  }

  /// The grid that a table of relative positions is for.
  [[nodiscard]] std::optional<Size2> grid_of_table() const {
    const std::int64_t rows = table_rows() - (class_token_ || registers_ > 0 ? 3 : 0);
    if (picture_) {
      const std::int64_t height = picture_->height / patch_.height,
                         width = picture_->width / patch_.width;
      if ((2 * height - 1) * (2 * width - 1) == rows) return Size2{height, width};
    }
    if (!is_square(rows)) return std::nullopt;
    const std::int64_t side = (std::llround(std::sqrt(static_cast<double>(rows))) + 1) / 2;
    return Size2{side, side};
  }

  [[nodiscard]] bool decomposed() const { return shapes_.has("blocks.0.attn.rel_pos_h"); }

  /// The grid that the decomposed positions of a block are for.
  [[nodiscard]] Size2 grid_of_block(std::int64_t block) const {
    const std::string attention = "blocks." + std::to_string(block) + ".attn.rel_pos_";
    return {(shapes_.size(attention + "h", 0) + 1) / 2, (shapes_.size(attention + "w", 0) + 1) / 2};
  }

  /// The whole grid among those of the blocks: windows are within it.
  [[nodiscard]] Size2 largest_grid() const {
    Size2 largest;
    for (std::int64_t block = 0; block < depth(); ++block) {
      const auto [height, width] = grid_of_block(block);
      largest = {std::max(largest.height, height), std::max(largest.width, width)};
    }
    return largest;
  }

  /// Windows are told by positions for less than the whole grid, in some of the blocks. (Where no
  /// block sees more than a window, or all windows are the whole grid, all blocks are alike; the
  /// first are taken for whole grids too, and the positions of the patches then do not fit.)
  void windows() {
    set("window_size", std::int64_t{0});
    set("global_attn_indexes", "[]");
    if (!decomposed()) return;
    const Size2 whole = largest_grid();
    std::vector<std::int64_t> global;
    std::int64_t side = 0;
    for (std::int64_t block = 0; block < depth(); ++block) {
      const Size2 grid = grid_of_block(block);
      if (grid == whole) {
        global.push_back(block);
        continue;
      }
      if (grid.height != grid.width || (side > 0 && grid.height != side))
        throw Error(ErrorKind::weights, "",
                    vit::str("the relative positions of block ", block, " are for ", grid.height,
                             "x", grid.width, " patches, which are neither the whole grid of ",
                             whole.height, "x", whole.width, " nor windows of one size"),
                    "name the model by --model, with model.window_size");
      side = grid.height;
    }
    if (side == 0) return;
    set("window_size", side);
    set("global_attn_indexes", option_text(global));
  }

  void tokens() {
    class_token_ = shapes_.has("cls_token");
    distilled_ = shapes_.has("dist_token");
    registers_ = shapes_.size("reg_token", 1);
    set_flag("class_token", class_token_);
    set("reg_tokens", registers_);
    set_flag("dist_token", distilled_);
  }

  /// The grid of positions, and whether class token and registers have one.
  void positions() {
    const std::int64_t count = shapes_.size("pos_embed", 1);
    set("pos_embed", count == 0 ? "none" : "learn");
    if (decomposed() && !class_token_ && !distilled_ && registers_ == 0) {
      const auto [height, width] = largest_grid();  // pos_embed may be that of pretraining
      return img_size({height * patch_.height, width * patch_.width});
    }
    if (count == 0) {
      if (const std::optional<Size2> grid = table_rows() > 0 ? grid_of_table() : std::nullopt)
        return img_size({grid->height * patch_.height, grid->width * patch_.width});
      img_size(picture_.value_or(Size2{224, 224}));
      if (!picture_) assume("pictures of 224 pixels: there are no positions that would tell");
      return;
    }
    const std::int64_t prefix = (class_token_ ? 1 : 0) + (distilled_ ? 1 : 0) + registers_;
    const auto settle = [&](std::int64_t embedded, Size2 size) {
      if (prefix > 0) set_flag("no_embed_class", embedded == 0);
      img_size(size);
    };
    for (const std::int64_t embedded : {prefix, std::int64_t{0}})
      if (picture_ &&
          count - embedded == (picture_->height / patch_.height) * (picture_->width / patch_.width))
        return settle(embedded, *picture_);
    for (const std::int64_t embedded : {prefix, std::int64_t{0}})
      if (is_square(count - embedded)) {
        const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(count - embedded)));
        return settle(embedded, {side * patch_.height, side * patch_.width});
      }
    throw Error(ErrorKind::weights, "",
                vit::str("pos_embed has ", count, " positions, which are no square grid with ",
                         prefix, " tokens before it"),
                "tell the size of the pictures by --set model.img_size=[HEIGHT, WIDTH]");
  }

  void img_size(Size2 size) {
    result_.img_size = size;
    set("img_size", option_text(size));
  }

  void blocks() {
    const std::string block = "blocks.0.", attention = block + "attn.", mlp = block + "mlp.";
    const auto with = [&](const std::string& name) { return shapes_.has(name); };
    const bool fused = !with(attention + "q_proj.weight");
    const bool key_bias = with(attention + "qkv.bias") || with(attention + "k_proj.bias");
    set_flag("qkv_fused", fused);
    set_flag("qkv_bias", key_bias || with(attention + "q_bias") || with(attention + "q_proj.bias"));
    set_flag("k_bias", key_bias || !(with(attention + "q_bias") || dinov3()));
    set_flag("qk_norm", with(attention + "q_norm.weight"));
    set_flag("scale_attn_norm", with(attention + "norm.weight"));
    set_flag("scale_mlp_norm", with(mlp + "norm.weight"));
    set_flag("proj_bias", with(attention + "proj.bias") || !with(attention + "proj.weight"));
    if (decomposed()) set("rel_pos", "decomposed");
    if (with(block + "norm1.weight") && !with(block + "norm1.bias")) set("norm_layer", "rmsnorm");
    const bool gamma = with(block + "gamma_1");
    set("layer_scale", gamma ? "gamma" : "ls");
    set("init_values", gamma || with(block + "ls1.gamma") ? "1e-5" : "null");
    rotary_encoding();
    set_flag("pre_norm", with("norm_pre.weight"));
    feed_forward(mlp);
  }

  void feed_forward(const std::string& mlp) {
    const std::int64_t out = shapes_.size(mlp + "fc2.weight", 1);
    std::int64_t in = shapes_.size(mlp + "fc1.weight", 0);
    if (shapes_.has(mlp + "fc1_g.weight")) {
      in = shapes_.size(mlp + "fc1_g.weight", 0);
      set("mlp_layer", "swiglu");
    } else {
      set("mlp_layer", in > 0 && in == 2 * out ? "swiglu_packed" : "mlp");
    }
    if (in > 0) set("mlp_ratio", option_text(ratio(in, dim())));
  }

  void pooling() {
    const bool map = shapes_.has("attn_pool.latent"), fc_norm = shapes_.has("fc_norm.weight");
    set("global_pool", map ? "map" : fc_norm || !class_token_ || dinov3() ? "avg" : "token");
    set_flag("fc_norm", fc_norm);
    const bool of_open_clip =
        weights_.convention == &kOpenAIClip || weights_.convention == &kOpenClipTimm;
    if (of_open_clip && class_token_ && !map && !fc_norm &&
        !weights_.names.options.contains("global_pool"))
      assume(
          "global_pool: token, as in OpenAI's CLIP: open_clip has towers that are pooled by the "
          "mean of the patches, with the same tensors");
  }

  /// The variant of the table that this is, or that it is built like: a name for it, its pixels,
  /// and what shapes do not tell.
  void nearest_variant() {
    int best = 0;
    for (const std::string& name : model_names()) {
      const ModelSpec spec = model_spec(name);
      const auto* options = std::get_if<ViTOptions>(&spec.options);
      if (options == nullptr || options->embed_dim != dim() || !built_alike(*options)) continue;
      const int points = likeness(*options, name);
      if (points <= best) continue;
      best = points;
      result_.name = name;
      variant_ = *options;
    }
    known_ = best > 0;
    if (!known_) result_.name = "vit_base_patch16_224";
  }

  [[nodiscard]] bool built_alike(const ViTOptions& options) const {
    const auto flag = [&](const char* key) { return result_.options.at(key) == "true"; };
    return options.reg_tokens == registers_ && options.class_token == class_token_ &&
           options.dist_token == distilled_ && options.pre_norm == flag("pre_norm") &&
           options.qk_norm == flag("qk_norm") && options.global_pool == pooled_like() &&
           options.mlp_layer == result_.options.at("mlp_layer") &&
           options.rope_type == result_.options.at("rope_type") && options.block_fn == "Block" &&
           (options.window_size > 0) == (result_.options.at("window_size") != "0") &&
           options.init_values.has_value() == (result_.options.at("init_values") != "null");
  }

  /// A head of its own kind is not what tells variants apart.
  [[nodiscard]] std::string pooled_like() const {
    const std::string& pool = result_.options.at("global_pool");
    return pool == "token_avg" ? "token" : pool;
  }

  /// How much a variant that is built alike has in common with the file.
  [[nodiscard]] int likeness(const ViTOptions& options, const std::string& name) const {
    int points = 1;
    const auto add = [&](bool same, int value) { points += same ? value : 0; };
    add(options.depth == depth(), 16);
    add(options.patch_size == patch_, 8);
    add(options.img_size == result_.img_size, 4);
    // Families with the same architecture differ in their pixels.
    const auto family = [&](std::string_view in_name, std::string_view in_convention) {
      const bool of_file = weights_.convention->name.find(in_convention) != std::string_view::npos;
      add((name.find(in_name) != name.npos) == of_file, 2);
    };
    family("dinov2", "DINOv2");
    family("deit3", "DeiT-III");
    family("siglip", "SigLIP");
    return points;
  }

  void heads() {
    std::int64_t heads = 0;
    const auto told = weights_.names.options.find("num_heads");
    const std::int64_t width = shapes_.size("blocks.0.attn.q_norm.weight", 0);
    const std::int64_t of_offsets = shapes_.size("blocks.0.attn.rel_pos_h", 1);
    const std::int64_t of_table =
        shapes_.size("blocks.0.attn.rel_pos.relative_position_bias_table", 1);
    if (told != weights_.names.options.end()) {
      set("num_heads", told->second);
      return;
    }
    if (of_table > 0) return set("num_heads", of_table);
    if (of_offsets > 0) return set("num_heads", dim() / of_offsets);
    if (width > 0 && width < dim()) {
      heads = dim() / width;
    } else if (known_) {
      heads = variant_.num_heads;
      assume(vit::str(heads, " heads, as in ", result_.name));
    } else {
      std::int64_t assumed = 64;
      while (assumed > 1 && dim() % assumed != 0) assumed /= 2;
      heads = dim() / assumed;
      assume(vit::str(heads, " heads (model.num_heads): of width ", assumed));
    }
    set("num_heads", heads);
  }

  /// What names and shapes cannot tell: the epsilon of the norms, the activation, and what the
  /// pooling by attention reads.
  void details() {
    const bool clip = shapes_.has("norm_pre.weight");
    const auto& told = weights_.names.options;
    if (const auto eps = told.find("norm_eps"); eps != told.end())
      set("norm_eps", eps->second);
    else if (!known_ || dinov3() || clip)
      set("norm_eps", dinov3() || clip ? "1e-5" : "1e-6");
    if (const auto act = told.find("act_layer"); act != told.end()) {
      set("act_layer", act->second);
      assume_act(act->second);
    } else if (clip) {
      set("act_layer", "quick_gelu");
      assume("act_layer: quick_gelu, as in OpenAI's CLIP");
    } else if (result_.options.at("mlp_layer") != "mlp") {
      set("act_layer", "silu");
    } else if (shapes_.has("attn_pool.latent") || like_siglip()) {
      assume_act(known_ ? variant_.act_layer : "gelu");
      if (!known_) set("act_layer", "gelu");
    } else {
      if (!known_) set("act_layer", "gelu");
      assume(vit::str("act_layer: ", known_ ? variant_.act_layer : "gelu", ", norm_eps: ",
                      told.contains("norm_eps") ? told.at("norm_eps")
                      : known_                  ? option_text(variant_.norm_eps)
                                                : "1e-6",
                      pooled_by_habit() ? ", global_pool: token" : "",
                      ", norms before attention and MLP and no rotary encoding, as is usual: the "
                      "tensors are the same with others"));
    }
    if (shapes_.has("attn_pool.latent") && (class_token_ || registers_ > 0)) {
      const bool all = known_ && variant_.pool_include_prefix;
      assume(vit::str("pool_include_prefix: ", all ? "true" : "false", ", as in ", result_.name,
                      ": whether the pooling reads the tokens before the patches is not in the "
                      "tensors"));
    }
  }

  /// Whether nothing says that the class token is what the head reads.
  [[nodiscard]] bool pooled_by_habit() const {
    return result_.options.at("global_pool") == "token" &&
           !weights_.names.options.contains("global_pool");
  }

  /// As the towers of SigLIP without their pooling are built, of which timm has some with the exact
  /// GELU and some with the approximate one.
  [[nodiscard]] bool like_siglip() const {
    return !class_token_ && registers_ == 0 && shapes_.has("blocks.0.attn.qkv.bias") &&
           !shapes_.has("fc_norm.weight");
  }

  void assume_act(const std::string& act) {
    assume("act_layer: " + act + ", as is usual for " + std::string(weights_.convention->name) +
           ": the tensors are the same with another");
  }

  const NamedWeights& weights_;
  Shapes shapes_;
  std::optional<Size2> picture_;
  Recognised& result_;
  Size2 patch_;
  bool class_token_ = false, distilled_ = false, known_ = false;
  std::int64_t registers_ = 0;
  ViTOptions variant_;
};

}  // namespace

void recognise_vit(const NamedWeights& weights, std::optional<Size2> picture, Recognised& result) {
  ViT(weights, picture, result).run();
}

}  // namespace vit
