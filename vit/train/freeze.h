#pragma once

#include <string>
#include <vector>

#include "vit/models/network.h"

namespace vit {

/// The parameters that `patterns` name: `patch_embed` and `blocks.0` stand for all that is in them,
/// `*` and `?` may be used, and `!NAME` takes out of what the ones before it named. Throws Error
/// (usage) for a pattern that names nothing.
[[nodiscard]] std::vector<std::string> frozen_parameters(Network& network,
                                                         const std::vector<std::string>& patterns);

/// Lets these parameters learn, or not; ones that the model has are left as they are otherwise.
void set_learning(Network& network, const std::vector<std::string>& parameters, bool learn);

/// Puts the model in training mode, but modules of which no own parameter learns (a frozen batch
/// norm) in evaluation mode.
void train_mode(Network& network);

}  // namespace vit
