#include "vit/models/registry.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/models/variants.h"

namespace vit {
namespace {

constexpr std::string_view kLinear = "linear";

const ViTVariant* find_vit(std::string_view name) {
  const auto variants = vit_variants();
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const ViTVariant& variant) { return variant.name == name; });
  return found == variants.end() ? nullptr : &*found;
}

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches(pattern.substr(1), text.substr(1));
}

}  // namespace

ModelSpec model_spec(const std::string& name) {
  if (name == kLinear) return {name, LinearModelOptions{}};
  const ViTVariant* variant = find_vit(name);
  if (variant == nullptr) {
    const std::string near = nearest(name, model_names());
    throw Error(
        ErrorKind::usage, "model.name", str("there is no model `", name, "`"),
        str(near.empty() ? "" : str("did you mean ", near, "? "), "`vit models` lists all"));
  }
  ViTOptions options;
  options.img_size = {variant->img_size, variant->img_size};
  options.patch_size = {variant->patch_size, variant->patch_size};
  options.embed_dim = variant->embed_dim;
  options.depth = variant->depth;
  options.num_heads = variant->num_heads;
  options.mlp_ratio = variant->mlp_ratio;
  return {name, options};
}

std::vector<std::string> model_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (const ViTVariant& variant : vit_variants())
    if (matches(pattern, variant.name)) names.emplace_back(variant.name);
  if (matches(pattern, kLinear)) names.emplace_back(kLinear);
  return names;
}

void describe(FieldVisitor& visitor, ModelSpec& spec) {
  const std::string before = spec.name;
  visitor.field(
      {"name", &spec.name, "a model of `vit models`; sets the defaults of the keys below"});
  if (spec.name != before) spec = model_spec(spec.name);
  std::visit([&](auto& options) { describe(visitor, options); }, spec.options);
}

std::shared_ptr<ImageModel> create_model(const ModelSpec& spec) {
  struct Build {
    std::shared_ptr<ImageModel> operator()(const ViTOptions& options) const {
      return std::make_shared<VisionTransformerImpl>(options);
    }
    std::shared_ptr<ImageModel> operator()(const LinearModelOptions& options) const {
      return std::make_shared<LinearModelImpl>(options);
    }
  };
  return std::visit(Build{}, spec.options);
}

std::int64_t& num_classes(ModelSpec& spec) {
  return std::visit([](auto& options) -> std::int64_t& { return options.num_classes; },
                    spec.options);
}

Size2& img_size(ModelSpec& spec) {
  return std::visit([](auto& options) -> Size2& { return options.img_size; }, spec.options);
}

std::int64_t in_chans(const ModelSpec& spec) {
  return std::visit([](const auto& options) { return options.in_chans; }, spec.options);
}

Preprocessing preprocessing(const ModelSpec& spec) {
  Preprocessing result;
  result.img_size = std::visit([](const auto& options) { return options.img_size; }, spec.options);
  result.in_chans = in_chans(spec);
  if (const ViTVariant* variant = find_vit(spec.name)) {
    result.crop_pct = variant->crop_pct;
    if (variant->pixels == Pixels::imagenet) {
      result.mean = {0.485, 0.456, 0.406};
      result.std = {0.229, 0.224, 0.225};
    }
  }
  if (result.in_chans != 3) {
    result.mean.assign(static_cast<std::size_t>(result.in_chans), 0.5);
    result.std.assign(static_cast<std::size_t>(result.in_chans), 0.5);
  }
  return result;
}

std::string_view paper(std::string_view name) {
  const ViTVariant* variant = find_vit(name);
  return variant ? variant->paper : "baseline: logistic regression on the pixels";
}

}  // namespace vit
