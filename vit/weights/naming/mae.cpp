#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"

/// Masked autoencoders in the names of their own repository: an encoder with timm's names and,
/// before fine-tuning, a decoder.
namespace vit {
namespace {

constexpr std::string_view kDecoder = "decoder_embed.weight";

void translate_mae(Translation& names) {
  names.strip(prefix_of(names.source, kDecoder).value());
  const std::string reason = "the decoder of pretraining: the encoder is taken";
  for (const char* part : {"mask_token", "decoder_embed.", "decoder_pos_embed", "decoder_blocks.*.",
                           "decoder_norm.", "decoder_pred."})
    names.drop(part, reason);
  take_timm_names(names);
}

}  // namespace

const Convention kMAE{
    "MAE",
    [](const TensorMap& file) {
      return prefix_of(file, kDecoder).has_value() && prefix_of(file, kPatchEmbed).has_value();
    },
    translate_mae,
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
