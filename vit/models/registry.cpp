#include "vit/models/registry.h"

#include <algorithm>
#include <span>

#include "vit/core/error.h"
#include "vit/core/glob.h"
#include "vit/image/pixel_statistics.h"
#include "vit/models/cct_variants.h"
#include "vit/models/convnext_variants.h"
#include "vit/models/former_names.h"
#include "vit/models/pixels.h"
#include "vit/models/pretrained.h"
#include "vit/models/resnet_variants.h"
#include "vit/models/variants.h"
#include "vit/nn/initial_weights.h"

namespace vit {
namespace {

/// A row of any family's table.
struct Variant {
  std::string_view name;
  ModelOptions options;
  PixelInput input;
  std::string_view paper;
};

struct Family {
  std::vector<Variant> variants;
  std::shared_ptr<ImageModel> (*create)(const ModelOptions&);
};

/// `rows` are structs with name and paper; options_of(row) and input_of(row) give the rest.
template <class Model, class Rows>
Family family(const Rows& rows) {
  Family result;
  for (const auto& row : rows)
    result.variants.push_back({row.name, options_of(row), input_of(row), row.paper});
  result.create = [](const ModelOptions& options) -> std::shared_ptr<ImageModel> {
    return std::make_shared<Model>(std::get<decltype(Model::options)>(options));
  };
  return result;
}

struct LinearVariant {
  std::string_view name = "linear";
  std::string_view paper = "baseline: logistic regression on the pixels";
};
constexpr LinearVariant kLinear[] = {{}};
LinearModelOptions options_of(const LinearVariant& /*variant*/) { return {}; }
PixelInput input_of(const LinearVariant& /*variant*/) { return {}; }

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      family<VisionTransformerImpl>(vit_variants()),
      family<ResNetImpl>(resnet_variants()),
      family<ConvNeXtImpl>(convnext_variants()),
      family<CCTImpl>(cct_variants()),
      family<LinearModelImpl>(kLinear),
  };
  return all;
}

/// The variant of `model` or `model.tag`; null where there is none.
const Variant* find_variant(std::string_view name) {
  if (name.find('.') != name.npos && find_pretrained(name) == nullptr) return nullptr;
  name = name.substr(0, name.find('.'));
  for (const Family& family : families()) {
    const auto found = std::find_if(family.variants.begin(), family.variants.end(),
                                    [&](const Variant& variant) { return variant.name == name; });
    if (found != family.variants.end()) return &*found;
  }
  return nullptr;
}

void set_input(InputSpec& result, const PixelInput& input) {
  result.interpolation = input.interpolation;
  result.crop_pct = input.crop_pct;
  result.crop_mode = input.crop_mode;
  const auto set = [&](const PixelStatistics& pixels) {
    result.mean = pixels.mean;
    result.std = pixels.std;
  };
  switch (input.pixels) {
    case Pixels::inception: return set(kInceptionPixels);
    case Pixels::imagenet: return set(kImageNetPixels);
    case Pixels::clip: return set(kClipPixels);
    case Pixels::cifar: return set({{0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}});
    case Pixels::satellite: return set({{0.43, 0.411, 0.296}, {0.213, 0.156, 0.143}});
    case Pixels::unit: return set({{0, 0, 0}, {1, 1, 1}});
  }
}

/// What to write for a name that is no model's: timm's present name of it, what a name of the hub
/// stands for, a tag that there is, or the nearest name.
std::string answer_to(const std::string& name) {
  if (const std::string_view present = present_name(name); !present.empty())
    return find_variant(present) != nullptr
               ? str("timm calls it ", present, " now: set model.name: ", present)
               : str("timm calls it ", present, " now; no model of this family is here");
  if (const std::size_t slash = name.rfind('/');
      slash != name.npos || name.starts_with("hf-hub:") || name.starts_with("hf_hub:")) {
    const std::string last = name.substr(slash == name.npos ? sizeof("hf-hub:") - 1 : slash + 1);
    const std::string model = find_variant(last) != nullptr ? last : "auto";
    return str("weights of the hub are named in init.weights (--weights): set model.name: ", model,
               " and init.weights: ", name, "; `vit weights fetch ", name, "` gets them");
  }
  std::vector<std::string> known = model_names();
  if (const std::size_t dot = name.find('.');
      dot != name.npos && find_variant(name.substr(0, dot)) != nullptr) {
    known.clear();
    std::string tags;
    for (const PretrainedWeights& weights : pretrained_weights())
      if (weights.model == name.substr(0, dot)) {
        known.push_back(weights.name());
        tags += (tags.empty() ? "" : ", ") + std::string(weights.tag);
      }
    const std::string near = nearest(name, known);
    return str(near.empty() ? "" : str("did you mean ", near, "? "), "its tags are ",
               tags.empty() ? "none" : tags);
  }
  const std::string near = nearest(name, known);
  return str(near.empty() ? "" : str("did you mean ", near, "? "), "`vit models` lists all");
}

}  // namespace

ModelSpec model_spec(const std::string& name) {
  const Variant* variant = find_variant(name);
  if (variant == nullptr)
    throw Error(ErrorKind::usage, "model.name", str("there is no model `", name, "`"),
                answer_to(name));
  ModelSpec spec{name, variant->options};
  if (const PretrainedWeights* weights = find_pretrained(name)) {
    num_classes(spec) = weights->num_classes;
    img_size(spec) = {weights->img_size, weights->img_size};
  }
  return spec;
}

std::vector<std::string> model_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (const Family& family : families())
    for (const Variant& variant : family.variants)
      if (matches_glob(pattern, variant.name)) names.emplace_back(variant.name);
  return names;
}

void describe(FieldVisitor& visitor, ModelSpec& spec) {
  const std::string before = spec.name;
  visitor.field({"name", &spec.name,
                 "a model of `vit models`, or auto: the one that init.weights is for; sets the "
                 "defaults of the keys below"});
  if (spec.name != before) spec = model_spec(spec.name);
  std::visit([&](auto& options) { describe(visitor, options); }, spec.options);
}

std::shared_ptr<ImageModel> create_model(const ModelSpec& spec) {
  const auto& all = families();
  const auto family = std::find_if(all.begin(), all.end(), [&](const Family& candidate) {
    return candidate.variants.front().options.index() == spec.options.index();
  });
  VIT_ASSERT(family != all.end(), spec.name);
  const InitialWeights unset = InitialWeights::unset();
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

InputSpec preprocessing(const ModelSpec& spec) {
  InputSpec result;
  result.img_size = std::visit([](const auto& options) { return options.img_size; }, spec.options);
  result.in_chans = in_chans(spec);
  const Variant* variant = find_variant(spec.name);
  if (const PretrainedWeights* weights = find_pretrained(spec.name))
    set_input(result, weights->input);
  else if (variant != nullptr)
    set_input(result, variant->input);
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
