#pragma once

#include <string>
#include <vector>

namespace vit {

/// Which layer a parameter belongs to, for layer-wise learning rates. The layers of a model are the
/// distinct keys in their order, where the key of a name is: the number of the first rule whose
/// pattern matches its beginning, the numbers that the pattern captures, then `suffix`. A name that
/// no rule matches belongs to the last layer, with the head. (timm's group_matcher.)
struct LayerRule {
  int group = 0;        ///< 0 the stem, 1 the blocks
  std::string pattern;  ///< regular expression (ECMAScript), matched at the start of the name
  std::vector<int> suffix;
  bool joins_previous = false;  ///< no layer of its own: joins the one before it
};

/// The rules for names as timm's ViT, ResNet and ConvNeXt have them.
[[nodiscard]] const std::vector<LayerRule>& default_layer_rules();

}  // namespace vit
