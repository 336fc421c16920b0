#pragma once

#include <map>
#include <string>

#include "vit/models/network.h"
#include "vit/optim/options.h"

namespace vit {

/// The factor of the learning rate of every parameter: layer_decay ^ (last layer - its layer), at
/// least layer_decay_min_scale (Bao et al. 2022, BEiT; timm's param_groups_layer_decay). Style
/// `mae` puts the last norm with the head (He et al. 2022).
[[nodiscard]] std::map<std::string, double> layer_lr_scales(Network& network,
                                                            const OptimOptions& options);

}  // namespace vit
