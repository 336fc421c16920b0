#include "vit/augment/named_op.h"

#include <algorithm>

#include "vit/image/enhance.h"
#include "vit/image/gaussian_blur.h"
#include "vit/image/lookup.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

using Options = NamedOpOptions;

/// An operation that changes colours and moves nothing.
template <Image (*Change)(const Image&, double)>
void colour(Sample& sample, double argument, const Options& /*options*/) {
  sample.image = Change(sample.image, argument);
}
template <Image (*Change)(const Image&)>
void colour(Sample& sample, double /*argument*/, const Options& /*options*/) {
  sample.image = Change(sample.image);
}

Image posterized(const Image& image, double bits) {
  return posterize(image, static_cast<int>(bits));
}
Image brightened(const Image& image, double added) {
  return solarize_add(image, static_cast<int>(added));
}
Image gamma(const Image& image, double exponent) { return adjust_gamma(image, exponent); }
/// 0 keeps the colours, 1 leaves grey.
Image desaturated(const Image& image, double part) {
  return adjust_saturation(image, std::clamp(1.0 - part, 0.0, 1.0));
}

void shear_x(Sample& sample, double factor, const Options& options) {
  transform_sample(sample, {1, factor, 0, 0, 1, 0}, options.filter, options.fill);
}
void shear_y(Sample& sample, double factor, const Options& options) {
  transform_sample(sample, {1, 0, 0, factor, 1, 0}, options.filter, options.fill);
}
void translate_x(Sample& sample, double pixels, const Options& options) {
  transform_sample(sample, {1, 0, pixels, 0, 1, 0}, options.filter, options.fill);
}
void translate_y(Sample& sample, double pixels, const Options& options) {
  transform_sample(sample, {1, 0, 0, 0, 1, pixels}, options.filter, options.fill);
}
void translate_x_rel(Sample& sample, double part, const Options& options) {
  translate_x(sample, part * sample.image.width, options);
}
void translate_y_rel(Sample& sample, double part, const Options& options) {
  translate_y(sample, part * sample.image.height, options);
}
void turn(Sample& sample, double degrees, const Options& options) {
  rotate_sample(sample, degrees, options.filter, options.fill);
}
void mirror(Sample& sample, double /*argument*/, const Options& /*options*/) {
  hflip_sample(sample);
}
void upend(Sample& sample, double /*argument*/, const Options& /*options*/) {
  vflip_sample(sample);
}
void nothing(Sample& /*sample*/, double /*argument*/, const Options& /*options*/) {}

constexpr NamedOp kNamedOps[] = {
    {"Identity", false, nothing},
    {"AutoContrast", false, colour<autocontrast>},
    {"Equalize", false, colour<equalize>},
    {"Invert", false, colour<invert>},
    {"Rotate", true, turn},
    {"Posterize", true, colour<posterized>},
    {"Solarize", true, colour<solarize>},
    {"SolarizeAdd", true, colour<brightened>},
    {"Color", true, colour<adjust_saturation>},
    {"Contrast", true, colour<adjust_contrast>},
    {"Brightness", true, colour<adjust_brightness>},
    {"Sharpness", true, colour<adjust_sharpness>},
    {"ShearX", true, shear_x},
    {"ShearY", true, shear_y},
    {"TranslateX", true, translate_x},
    {"TranslateY", true, translate_y},
    {"TranslateXRel", true, translate_x_rel},
    {"TranslateYRel", true, translate_y_rel},
    {"Desaturate", true, colour<desaturated>},
    {"GaussianBlur", true, colour<gaussian_blur>},
    {"tv.adjust_brightness", true, colour<adjust_brightness>},
    {"tv.adjust_contrast", true, colour<adjust_contrast>},
    {"tv.adjust_saturation", true, colour<adjust_saturation>},
    {"tv.adjust_hue", true, colour<adjust_hue>},
    {"tv.adjust_gamma", true, colour<gamma>},
    {"tv.rgb_to_grayscale", false, colour<to_grey>},
    {"tv.hflip", false, mirror},
    {"tv.vflip", false, upend},
};

}  // namespace

const NamedOp* find_named_op(std::string_view name) {
  const auto* found = std::find_if(std::begin(kNamedOps), std::end(kNamedOps),
                                   [&](const NamedOp& op) { return op.name == name; });
  return found == std::end(kNamedOps) ? nullptr : found;
}

std::vector<std::string> named_ops() {
  std::vector<std::string> names;
  for (const NamedOp& op : kNamedOps) names.emplace_back(op.name);
  return names;
}

}  // namespace vit
