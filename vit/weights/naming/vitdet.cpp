#include <array>
#include <cmath>

#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// Plain ViTs with windows and decomposed relative positions: the backbones of detectron2's ViTDet
/// and the image encoders of Segment Anything.
namespace vit {
namespace {

constexpr std::string_view kRelPos = "blocks.0.attn.rel_pos_h";

/// The prefix of an encoder that has such blocks.
std::optional<std::string> prefix_of_windowed(const TensorMap& file) {
  const auto prefix = prefix_of(file, kPatchEmbed);
  return prefix && file.contains(*prefix + std::string(kRelPos)) ? prefix : std::nullopt;
}

bool fills_a_square(std::int64_t number) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(number)));
  return side * side == number;
}

/// What no tensor says: eps of the norms, and that the last block has none behind it.
void set_details(Translation& names, const char* norm_eps) {
  names.options["norm_eps"] = norm_eps;
  names.options["act_layer"] = "gelu";
  names.options["final_norm"] = "false";
}

/// detectron2 keeps the positions of pretraining with the class token's, and skips it in each
/// forward pass.
void drop_class_position(Translation& names) {
  const auto positions = names.take("pos_embed");
  if (!positions) return;
  const std::int64_t count = positions->dim() == 3 ? positions->size(1) : 0;
  const bool with_class = count > 1 && !fills_a_square(count) && fills_a_square(count - 1);
  names.put("pos_embed", with_class ? positions->narrow(1, 1, count - 1).clone() : *positions,
            with_class ? "pos_embed without the class token's" : "pos_embed");
}

void translate_vitdet(Translation& names) {
  for (const char* pattern : {"proposal_generator.", "roi_heads."})
    names.drop(pattern, "the detector's head: the backbone is taken");
  for (const char* pattern : {"pixel_mean", "pixel_std"})
    names.drop(pattern, "how pixels are normalised, as for ImageNet");
  const std::string net = prefix_of_windowed(names.source).value();
  const std::string backbone = net.substr(0, net.size() - std::string_view("net.").size());
  names.drop(backbone + "simfp_*.", "the feature pyramid: the ViT is taken");
  names.strip(net);
  set_details(names, "1e-6");
  drop_class_position(names);
  take_timm_names(names);
}

bool has_sam_neck(const TensorMap& file) {
  const auto prefix = prefix_of_windowed(file);
  return prefix && file.contains(*prefix + "neck.0.weight");
}

void translate_sam(Translation& names) {
  for (const char* pattern : {"prompt_encoder.", "mask_decoder."})
    names.drop(pattern, "prompts and masks: the image encoder is taken");
  for (const char* pattern : {"pixel_mean", "pixel_std"})
    names.drop(pattern, "how pixels are normalised, as for ImageNet");
  const std::string prefix = prefix_of_windowed(names.source).value();
  names.strip(prefix);
  names.drop("neck.", "the neck behind the last block: its features are taken before it");
  // timm's model of these weights has the eps of torch.nn.LayerNorm.
  set_details(names, names.has("blocks.0.mlp.lin1.weight") ? "1e-6" : "1e-5");
  constexpr std::array kSamRules = {
      NameRule{"blocks.*.mlp.lin1.", "blocks.*.mlp.fc1."},
      NameRule{"blocks.*.mlp.lin2.", "blocks.*.mlp.fc2."},
  };
  names.rename(kSamRules);
  if (const auto positions = names.take("pos_embed"))  // [1, h, w, D]
    names.put("pos_embed", positions->dim() == 4 ? positions->flatten(1, 2) : *positions,
              "pos_embed");
  take_timm_names(names);
}

}  // namespace

const Convention kViTDet{
    "detectron2's ViTDet",
    [](const TensorMap& file) {
      const auto prefix = prefix_of_windowed(file);
      return prefix && prefix->ends_with("net.");
    },
    translate_vitdet,
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "imagenet",
};

const Convention kSam{
    "Segment Anything",
    has_sam_neck,
    translate_sam,
    Interpolation::bicubic_antialias,
    Interpolation::bicubic_antialias,
    "imagenet",
    /*square=*/false,
};

}  // namespace vit
