#include "vit/models/layer_rules.h"

namespace vit {

const std::vector<LayerRule>& default_layer_rules() {
  static const std::vector<LayerRule> rules{
      {0,
       "(?:cls_token|dist_token|reg_token|mask_token|pos_embed|patch_embed|norm_pre)",
       {},
       false},
      {0, "(?:conv1|bn1|stem)", {}, false},
      {1, "blocks\\.(\\d+)", {}, false},
      {1, "layer(\\d+)\\.(\\d+)", {}, false},
      {1, "stages\\.(\\d+)\\.downsample", {0}, false},
      {1, "stages\\.(\\d+)\\.blocks\\.(\\d+)", {}, false},
      // The last norm learns with the last block.
      {1, "norm", {}, true},
  };
  return rules;
}

}  // namespace vit
