#pragma once

#include <optional>
#include <string>

#include "vit/weights/naming/translation.h"

namespace vit {

/// Which source's names a text tower has.
enum class TextSource { ours, transformers, open_clip, big_vision };

/// The tensors of a text tower under our names, and what stands beside it.
struct TextTensors {
  TextSource source = TextSource::ours;
  std::string convention;  ///< as the load report says it
  std::string prefix;      ///< that the names of both towers had, as in `clip.`; "": none
  bool siglip = false;     ///< else CLIP
  TensorMap tensors;       ///< `token_embed.weight`, `pos_embed`, `blocks.*`, `norm.*`, `head.*`
  std::optional<torch::Tensor> logit_scale, logit_bias;
  std::int64_t heads = 0;  ///< where the shapes say it
};

/// Finds the text tower of a file with a tower for images beside it; nothing where there is none.
/// Throws Error (weights) at `where` where tensors do not have the shapes of their names.
[[nodiscard]] std::optional<TextTensors> text_tensors(const TensorMap& file,
                                                      const std::string& where);

}  // namespace vit
