#pragma once

#include <filesystem>

#include "vit/tasks/mae/mae_network.h"
#include "vit/weights/load_report.h"

namespace vit {

/// Whether these are weights of a whole autoencoder, decoder included: of our own checkpoints, of
/// MAE's repository, or of transformers' ViTMAEForPreTraining.
[[nodiscard]] bool is_autoencoder(const std::filesystem::path& weights);

/// Loads them by name; averages in their place, where a checkpoint has some. The decoder's fixed
/// positions stay the network's own where the grid differs. Throws Error (weights) that lists all
/// that does not fit.
LoadReport load_autoencoder(MaeNetwork& network, const std::filesystem::path& weights);

/// What the weights, and the config.json beside them, say of the decoder and the mask. What the
/// user may have set himself (the number of heads, the ratio) is taken where he has not.
void take_decoder_from(const std::filesystem::path& weights, MaeOptions& options);

}  // namespace vit
