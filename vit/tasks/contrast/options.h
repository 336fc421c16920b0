#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/contrast/text_tower.h"
#include "vit/tasks/texts.h"

namespace vit {

/// How images and texts learn to be alike.
struct ContrastOptions {
  std::string loss = "siglip";
  std::int64_t embed_dim = 0;  ///< of both; 0: the image tower's pooled features, unprojected
  TextTowerOptions text;
  VocabularyOptions words;
  std::vector<std::string> templates{"a photo of a {}."};
  bool lock_image = false;
  std::optional<double> init_logit_scale{};
  double init_logit_bias = -10;
};
void describe(FieldVisitor& visitor, ContrastOptions& options);

}  // namespace vit
