#pragma once

#include <filesystem>

#include "vit/tasks/caption/network.h"
#include "vit/weights/load_report.h"
#include "vit/weights/naming/translation.h"

namespace vit {

/// Whether these are weights of an encoder for images (`encoder.*`) and a decoder for words
/// (`decoder.*`), ours or with torch.nn.MultiheadAttention inside.
[[nodiscard]] bool has_decoder(const std::filesystem::path& weights);

/// The tensors of a file below `prefix`, without it; averages in place of a checkpoint's weights,
/// where it has some. The attentions of torch.nn.MultiheadAttention are under our names.
[[nodiscard]] TensorMap caption_part(const TensorMap& file, const std::string& prefix);

/// Loads all of it. Throws Error (weights) that lists what does not fit.
LoadReport load_captioner(CaptionNetwork& network, const std::filesystem::path& weights);

/// What the weights say of the decoder's sizes; the heads of its attentions stay as they are.
void take_decoder_from(const std::filesystem::path& weights, CaptionOptions& options);

}  // namespace vit
