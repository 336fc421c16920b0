#include "vit/weights/transformers_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "vit/core/str.h"
#include "vit/weights/recognise_families.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Of every model: what PretrainedConfig wrote through its versions, much of it about texts.
constexpr auto kOfEveryModel = std::to_array<std::string_view>({
    "add_cross_attention",
    "architectures",
    "auto_map",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "chunk_size_feed_forward",
    "cross_attention_hidden_size",
    "custom_pipelines",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "gradient_checkpointing",
    "id2label",
    "is_decoder",
    "is_encoder_decoder",
    "label2id",
    "length_penalty",
    "max_length",
    "min_length",
    "model_type",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "pad_token_id",
    "prefix",
    "problem_type",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict",
    "return_dict_in_generate",
    "sep_token_id",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tie_word_embeddings",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers.js_config",
    "transformers_version",
    "typical_p",
    "use_bfloat16",
    "use_cache",
    "xla_device",
});

/// Of models of images: dropout, initial values, losses, what is given out beside the last layer,
/// poolers and heads of pretraining, which are left out.
constexpr auto kWithoutSay = std::to_array<std::string_view>({
    "add_fpn",
    "apply_layernorm",
    "attention_dropout",
    "attention_probs_dropout_prob",
    "auxiliary_channels",
    "auxiliary_concat_input",
    "auxiliary_loss_weight",
    "auxiliary_num_convs",
    "classifier_dropout",
    "decoder_hidden_size",
    "decoder_intermediate_size",
    "decoder_num_attention_heads",
    "decoder_num_hidden_layers",
    "drop_path_rate",
    "dropout",
    "encoder_stride",
    "hidden_dropout_prob",
    "initializer_factor",
    "initializer_range",
    "layerscale_value",
    "mask_ratio",
    "norm_pix_loss",
    "out_features",
    "out_indices",
    "pool_scales",
    "pooler_act",
    "pooler_output_size",
    "pos_embed_jitter",
    "pos_embed_rescale",
    "pos_embed_shift",
    "projection_dim",
    "reshape_hidden_states",
    "semantic_loss_ignore_index",
    "stage_names",
    "use_auxiliary_head",
    "use_mask_token",
    "vocab_size",
});

/// Those that recognition reads, or compares with the tensors by itself.
constexpr auto kRead = std::to_array<std::string_view>({
    "depths",
    "downsample_in_bottleneck",
    "downsample_in_first_stage",
    "hidden_act",
    "hidden_size",
    "hidden_sizes",
    "image_size",
    "intermediate_size",
    "layer_norm_eps",
    "num_attention_heads",
    "num_channels",
    "num_hidden_layers",
    "num_register_tokens",
    "patch_size",
    "rope_parameters",
    "rope_theta",
});

/// Those of `kRead` without which no model is made: null is not the default there.
constexpr auto kNeverNull = std::to_array<std::string_view>({
    "hidden_act",
    "hidden_size",
    "image_size",
    "intermediate_size",
    "layer_norm_eps",
    "num_attention_heads",
    "num_hidden_layers",
    "patch_size",
});

/// What a class takes where config.json leaves a flag out that says whether tensors are there.
struct FlagLeftOut {
  std::string_view model_type, key;
  bool otherwise;
};
constexpr FlagLeftOut kFlagsLeftOut[] = {
    {"beit", "use_absolute_position_embeddings", false},
    {"beit", "use_relative_position_bias", false},
    {"beit", "use_shared_relative_position_bias", false},
    {"data2vec-vision", "use_absolute_position_embeddings", false},
    {"data2vec-vision", "use_relative_position_bias", false},
    {"data2vec-vision", "use_shared_relative_position_bias", false},
    {"dinov2", "use_swiglu_ffn", false},
    {"dinov2_with_registers", "use_swiglu_ffn", false},
};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& sorted, std::string_view key) {
  return std::binary_search(sorted.begin(), sorted.end(), key);
}

class Options {
 public:
  Options(const SourceConfig& config, const TensorMap& tensors)
      : config_(config), json_(config.json), shapes_(tensors) {}

  void check() const {
    grid_of_table();
    for (const auto& [type, key, otherwise] : kFlagsLeftOut)
      if (config_.model_type == type && !json_.contains(key))
        (void)is_flag(std::string(key), Json(otherwise));
    for (const auto& [key, value] : json_.items()) {
      if (value.is_null() && is_among(kNeverNull, key))
        throw refused(config_, text(key, value), "is no value that a model can be made with");
      if (value.is_null() || key.starts_with('_') || is_among(kOfEveryModel, key) ||
          is_among(kWithoutSay, key) || is_among(kRead, key) || is_flag(key, value) ||
          is_size(key, value) || is_other(key, value))
        continue;
      throw refused(config_, text(key, value),
                    "is not understood here, and may change what the model computes");
    }
  }

 private:
  static std::string text(const std::string& key, const Json& value) {
    return key + ": " + value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] bool has(const std::string& in_block) const {
    return shapes_.has("blocks.0." + in_block);
  }

  /// Whether the key says that some tensors are there; throws where they are not, or are though it
  /// says no.
  [[nodiscard]] bool is_flag(const std::string& key, const Json& value) const {
    const bool query_bias = has("attn.qkv.bias") || has("attn.q_bias") || has("attn.q_proj.bias");
    constexpr const char* kRelative = "use_relative_position_bias";
    constexpr const char* kShared = "use_shared_relative_position_bias";
    const bool relative = has("attn.rel_pos.relative_position_bias_table");
    const bool gate = has("mlp.fc1_g.weight") || shapes_.size("blocks.0.mlp.fc1.weight", 0) ==
                                                     2 * shapes_.size("blocks.0.mlp.fc2.weight", 1);
    struct Flag {
      std::string_view key;
      bool found;
      const char* there;
    };
    const Flag flags[] = {
        {"qkv_bias", query_bias, "biases of queries, keys and values"},
        {"query_bias", query_bias, "biases of queries"},
        {"value_bias", query_bias, "biases of values"},
        {"key_bias", has("attn.qkv.bias") || has("attn.k_proj.bias"), "biases of keys"},
        {"proj_bias", has("attn.proj.bias"), "biases behind attention"},
        {"mlp_bias", has("mlp.fc1.bias") || has("mlp.fc1_g.bias"), "biases of the MLP"},
        {"use_gated_mlp", gate, "a gated MLP"},
        {"use_swiglu_ffn", gate, "a gated MLP"},
        {"use_absolute_position_embeddings", shapes_.has("pos_embed"), "positions"},
        {kRelative, relative && (says_true(kRelative) || !says_true(kShared)),
         "relative positions of each block"},
        {kShared, relative && (says_true(kShared) || !says_true(kRelative)),
         "relative positions that the blocks share"},
        // A classifier reads the mean of the patches beside it.
        {"vision_use_head",
         shapes_.has("attn_pool.latent") || (shapes_.has("head.weight") && value == Json(true)),
         "a head that pools by attention"},
    };
    const auto* flag = std::find_if(std::begin(flags), std::end(flags),
                                    [&](const Flag& known) { return known.key == key; });
    if (flag == std::end(flags)) return false;
    if (!value.is_boolean()) throw refused(config_, text(key, value), "is neither true nor false");
    if (value.get<bool>() != flag->found)
      throw contradicted(config_, text(key, value),
                         vit::str(flag->found ? "have " : "lack ", flag->there));
    return true;
  }

  /// Whether the file is of a class that reads all patches and pools none.
  [[nodiscard]] bool is_pretraining() const {
    const std::string classes = json_.value("architectures", Json()).dump();
    return classes.find("ForMaskedImageModeling") != classes.npos;
  }

  [[nodiscard]] bool says_true(const char* key) const {
    return json_.value(key, Json(false)) == Json(true);
  }

  /// Whether the key is a length of a tensor; throws where it is another.
  [[nodiscard]] bool is_size(const std::string& key, const Json& value) const {
    std::int64_t found = 0;
    if (key == "num_labels")
      found = shapes_.size("head.weight", 0);
    else if (key == "embedding_size")
      found = shapes_.size("conv1.weight", 0);
    else if (key == "num_stages")
      found = shapes_.count("stages.");
    else
      return false;
    if (!value.is_number_integer()) throw refused(config_, text(key, value), "is no whole number");
    if (found != 0 && value.get<std::int64_t>() != found)
      throw contradicted(config_, text(key, value), vit::str("have ", found));
    return true;
  }

  [[nodiscard]] bool is_other(const std::string& key, const Json& value) const {
    if (key == "use_mean_pooling") {
      if (!value.is_boolean())
        throw refused(config_, text(key, value), "is neither true nor false");
      if (!value.get<bool>() && shapes_.has("fc_norm.weight"))
        throw contradicted(config_, text(key, value), "have the norm behind mean pooling");
      if (value.get<bool>() && shapes_.has("norm.weight") && !shapes_.has("fc_norm.weight") &&
          !is_pretraining())
        throw contradicted(config_, text(key, value), "have a norm before pooling");
      return true;
    }
    if (key == "mlp_ratio") {
      if (!value.is_number()) throw refused(config_, text(key, value), "is no number");
      const std::int64_t width = shapes_.size("patch_embed.proj.weight", 0),
                         hidden = shapes_.size("blocks.0.mlp.fc1.weight", 0);
      const bool gate = hidden == 2 * shapes_.size("blocks.0.mlp.fc2.weight", 1);
      if (hidden > 0 && !gate &&
          static_cast<std::int64_t>(static_cast<double>(width) * value.get<double>()) != hidden)
        throw contradicted(config_, text(key, value), vit::str("have an MLP of ", hidden));
      return true;
    }
    if (key == "layer_type") {
      const bool bottleneck = shapes_.has("layer1.0.conv3.weight");
      if (value != Json("basic") && value != Json("bottleneck"))
        throw refused(config_, text(key, value), "is no kind of layer that is known here");
      if ((value == Json("bottleneck")) != bottleneck)
        throw contradicted(config_, text(key, value),
                           bottleneck ? "have bottlenecks" : "have no bottlenecks");
      return true;
    }
    if (key == "layer_scale_init_value") {  // none is made for 0
      const bool scaled =
          has("gamma_1") || has("ls1.gamma") || shapes_.has("stages.0.blocks.0.gamma");
      if (!value.is_number()) throw refused(config_, text(key, value), "is no number");
      if ((value.get<double>() > 0) != scaled)
        throw contradicted(config_, text(key, value),
                           scaled ? "have LayerScale" : "lack LayerScale");
      return true;
    }
    if (key == "pruned_heads") {
      if (!value.empty()) throw refused(config_, text(key, value), "is not supported");
      return true;
    }
    return false;
  }

  /// Relative positions are of one size of images, and are not resampled there.
  void grid_of_table() const {
    const std::int64_t rows = shapes_.size("blocks.0.attn.rel_pos.relative_position_bias_table", 0);
    const auto image = size_of(json_.value("image_size", Json())),
               patch = size_of(json_.value("patch_size", Json()));
    if (rows == 0 || !image || !patch || patch->height < 1 || patch->width < 1) return;
    constexpr std::int64_t kOfClassToken = 3;
    const std::int64_t height = image->height / patch->height, width = image->width / patch->width;
    if ((2 * height - 1) * (2 * width - 1) + kOfClassToken != rows)
      throw contradicted(config_, text("image_size", json_.at("image_size")),
                         vit::str("have ", rows, " relative positions"));
  }

  const SourceConfig& config_;
  const Json& json_;
  const Shapes shapes_;
};

static_assert(std::is_sorted(kOfEveryModel.begin(), kOfEveryModel.end()));
static_assert(std::is_sorted(kWithoutSay.begin(), kWithoutSay.end()));
static_assert(std::is_sorted(kRead.begin(), kRead.end()));
static_assert(std::is_sorted(kNeverNull.begin(), kNeverNull.end()));

}  // namespace

void check_transformers_options(const SourceConfig& config, const TensorMap& tensors) {
  Options(config, tensors).check();
}

bool is_of_every_transformers_model(std::string_view key) { return is_among(kOfEveryModel, key); }

}  // namespace vit
