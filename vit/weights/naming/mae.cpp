#include "vit/weights/naming/convention.h"
#include "vit/weights/naming/timm_names.h"
#include "vit/weights/naming/unwrapping.h"

/// Masked autoencoders in the names of their own repository: an encoder with timm's names and,
/// before fine-tuning, a decoder. Runs of task: mae have both below a name, `backbone` and
/// `decoder` (of SimMIM, a token and a convolution).
namespace vit {
namespace {

constexpr std::string_view kDecoder = "decoder_embed.weight";

/// Of a run of ours.
bool has_simmim(const TensorMap& file) {
  return file.contains("decoder.mask_token") && file.contains("decoder.0.weight");
}

void translate_mae(Translation& names) {
  if (const auto prefix = prefix_of(names.source, kDecoder)) names.strip(*prefix);
  const std::string reason = "the decoder of pretraining: the encoder is taken";
  for (const char* part : {"mask_token", "decoder_embed.", "decoder_pos_embed", "decoder_blocks.*.",
                           "decoder_norm.", "decoder_pred."})
    names.drop(part, reason);
  names.drop("decoder.", reason);
  choose_encoder(names, kPatchEmbed);
  take_timm_names(names);
}

}  // namespace

const Convention kMAE{
    "MAE",
    [](const TensorMap& file) {
      return (prefix_of(file, kDecoder).has_value() || has_simmim(file)) &&
             prefix_of(file, kPatchEmbed).has_value();
    },
    translate_mae,
    Interpolation::bicubic,
    Interpolation::bicubic_antialias,
    "imagenet",
};

}  // namespace vit
