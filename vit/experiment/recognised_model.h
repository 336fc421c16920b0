#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vit/config/yaml_document.h"
#include "vit/core/fields.h"
#include "vit/weights/load.h"
#include "vit/weights/recognise.h"

namespace vit {

/// The model of a weights file, and the file, so that it is read once.
struct RecognisedModel {
  WeightsFile file;
  Recognised found;
};

/// Opens the weights that init.weights names; `place` is where it does so, or "". Throws Error
/// (usage) where the name is empty, Error (weights) where there is no such file, with `vit weights
/// fetch` for the name of a pretrained model, and as open_weights does.
[[nodiscard]] WeightsFile open_initial_weights(const std::string& path,
                                               const std::string& place = {});

/// Whether the document has this key of this section.
[[nodiscard]] bool gives(const YamlDocument& document, std::string_view section,
                         std::string_view key);

/// Where `model.name` is `auto`, or init.weights is given and model.name is not: recognises the
/// weights and writes what was found into the document, under every key that it does not give.
/// Null where there is nothing to recognise. Throws Error (usage) for `auto` without init.weights,
/// Error (weights) where the file cannot be read or recognised.
std::shared_ptr<const RecognisedModel> recognise_model(YamlDocument& document,
                                                       std::optional<Size2> picture);

}  // namespace vit
