#include "vit/models/registry.h"

#include <algorithm>
#include <span>

#include "vit/core/error.h"
#include "vit/models/pixels.h"
#include "vit/models/variants.h"

namespace vit {
namespace {

/// A row of any family's table.
struct Variant {
  std::string_view name;
  ModelOptions options;
  Pixels pixels;
  double crop_pct;
  std::string_view interpolation;
  std::string_view paper;
};

struct Family {
  std::vector<Variant> variants;
  std::shared_ptr<ImageModel> (*create)(const ModelOptions&);
};

/// `rows` are structs with name, pixels, crop_pct, interpolation and paper; options_of(row) gives
/// the options.
template <class Model, class Rows>
Family family(const Rows& rows) {
  Family result;
  for (const auto& row : rows)
    result.variants.push_back(
        {row.name, options_of(row), row.pixels, row.crop_pct, row.interpolation, row.paper});
  result.create = [](const ModelOptions& options) -> std::shared_ptr<ImageModel> {
    return std::make_shared<Model>(std::get<decltype(Model::options)>(options));
  };
  return result;
}

struct LinearVariant {
  std::string_view name = "linear";
  Pixels pixels = Pixels::inception;
  double crop_pct = 0.9;
  std::string_view interpolation = "bicubic";
  std::string_view paper = "baseline: logistic regression on the pixels";
};
constexpr LinearVariant kLinear[] = {{}};
LinearModelOptions options_of(const LinearVariant& /*variant*/) { return {}; }

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      family<VisionTransformerImpl>(vit_variants()),
      family<LinearModelImpl>(kLinear),
  };
  return all;
}

const Variant* find_variant(std::string_view name) {
  for (const Family& family : families()) {
    const auto found = std::find_if(family.variants.begin(), family.variants.end(),
                                    [&](const Variant& variant) { return variant.name == name; });
    if (found != family.variants.end()) return &*found;
  }
  return nullptr;
}

bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches(pattern.substr(1), text.substr(1));
}

void set_pixels(Preprocessing& input, Pixels pixels) {
  switch (pixels) {
    case Pixels::inception: input.mean = input.std = {0.5, 0.5, 0.5}; break;
    case Pixels::imagenet:
      input.mean = {0.485, 0.456, 0.406};
      input.std = {0.229, 0.224, 0.225};
      break;
    case Pixels::cifar:
      input.mean = {0.4914, 0.4822, 0.4465};
      input.std = {0.2470, 0.2435, 0.2616};
      break;
  }
}

}  // namespace

ModelSpec model_spec(const std::string& name) {
  const Variant* variant = find_variant(name);
  if (variant == nullptr) {
    const std::string near = nearest(name, model_names());
    throw Error(
        ErrorKind::usage, "model.name", str("there is no model `", name, "`"),
        str(near.empty() ? "" : str("did you mean ", near, "? "), "`vit models` lists all"));
  }
  return {name, variant->options};
}

std::vector<std::string> model_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (const Family& family : families())
    for (const Variant& variant : family.variants)
      if (matches(pattern, variant.name)) names.emplace_back(variant.name);
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
  const auto& all = families();
  const auto family = std::find_if(all.begin(), all.end(), [&](const Family& candidate) {
    return candidate.variants.front().options.index() == spec.options.index();
  });
  VIT_ASSERT(family != all.end(), spec.name);
  return family->create(spec.options);
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
  if (const Variant* variant = find_variant(spec.name)) {
    result.crop_pct = variant->crop_pct;
    result.interpolation = variant->interpolation;
    set_pixels(result, variant->pixels);
  }
  if (result.in_chans != 3) {
    result.mean.assign(static_cast<std::size_t>(result.in_chans), 0.5);
    result.std.assign(static_cast<std::size_t>(result.in_chans), 0.5);
  }
  return result;
}

std::string_view paper(std::string_view name) {
  const Variant* variant = find_variant(name);
  return variant ? variant->paper : std::string_view();
}

}  // namespace vit
