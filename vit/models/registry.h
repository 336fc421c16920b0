#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vit/core/fields.h"
#include "vit/image/input_spec.h"
#include "vit/models/cct.h"
#include "vit/models/convnext.h"
#include "vit/models/image_model.h"
#include "vit/models/linear.h"
#include "vit/models/resnet.h"
#include "vit/models/vit.h"

namespace vit {

/// The options of each family. A new family is one alternative here and one line in `families()` of
/// registry.cpp.
using ModelOptions =
    std::variant<ViTOptions, ResNetOptions, ConvNeXtOptions, CCTOptions, LinearModelOptions>;

/// A model by name, with the options of its family. Reading the name sets every option to that
/// variant's own; the keys after it change single ones.
struct ModelSpec {
  std::string name = "vit_tiny_patch16_224";
  ModelOptions options;
};
void describe(FieldVisitor& visitor, ModelSpec& spec);

/// The variant's own options. Throws Error (usage), with the nearest known name, where there is
/// none of this name.
[[nodiscard]] ModelSpec model_spec(const std::string& name);

/// All names that `model_spec` knows; `pattern` may hold `*` and `?`.
[[nodiscard]] std::vector<std::string> model_names(std::string_view pattern = "*");

/// Builds the model; its weights are unset: draw them (ImageModel::init_weights) or load them all.
[[nodiscard]] std::shared_ptr<ImageModel> create_model(const ModelSpec& spec);

/// Members that all families have.
[[nodiscard]] std::int64_t& num_classes(ModelSpec& spec);
[[nodiscard]] Size2& img_size(ModelSpec& spec);
[[nodiscard]] std::int64_t in_chans(const ModelSpec& spec);

/// The pixels that the variant was made for, at the spec's own size.
[[nodiscard]] InputSpec preprocessing(const ModelSpec& spec);

/// Where the variant comes from, for lists.
[[nodiscard]] std::string_view paper(std::string_view name);

}  // namespace vit
