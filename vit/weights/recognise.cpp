#include "vit/weights/recognise.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/image/pixel_statistics.h"
#include "vit/io/json.h"
#include "vit/weights/recognise_families.h"
#include "vit/weights/recognise_open_clip.h"
#include "vit/weights/recognise_timm.h"
#include "vit/weights/recognise_transformers.h"
#include "vit/weights/source_config.h"
#include "vit/weights/source_pixels.h"
#include "vit/weights/transformers_options.h"

namespace vit {
namespace {

void set_pixels(std::string_view kind, Recognised& result) {
  const auto set = [&](const PixelStatistics& pixels) {
    result.mean = pixels.mean;
    result.std = pixels.std;
  };
  if (kind == "imagenet") set(kImageNetPixels);
  if (kind == "inception") set(kInceptionPixels);
  if (kind == "clip") set(kClipPixels);
}

[[noreturn]] void refuse_unknown(const Translation& names) {
  std::vector<std::string> found;
  for (const TensorMap* tensors : {&names.source, &names.tensors})
    for (const auto& [name, tensor] : *tensors) found.push_back(name);
  throw Error(ErrorKind::weights, "",
              found.empty()
                  ? "there are no weights of a model in it"
                  : "the tensors are of no model that is known here: " + first_names(found),
              "`vit models` lists what is known; `vit weights show` what is in the file");
}

}  // namespace

std::string option_text(Size2 size) {
  return size.height == size.width ? std::to_string(size.height)
                                   : vit::str("[", size.height, ", ", size.width, "]");
}

std::string option_text(const std::vector<std::int64_t>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text + "]";
}

std::string option_text(double value) { return nlohmann::json(value).dump(); }

std::int64_t Shapes::size(const std::string& name, std::int64_t axis) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() || axis >= found->second.dim() ? 0 : found->second.size(axis);
}

std::int64_t Shapes::count(const std::string& prefix) const {
  std::int64_t number = 0;
  const auto there = [&] {
    const std::string start = prefix + std::to_string(number) + ".";
    const auto found = tensors_.lower_bound(start);
    return found != tensors_.end() && found->first.starts_with(start);
  };
  while (there()) ++number;
  return number;
}

Recognised recognise_shapes(const NamedWeights& weights, std::optional<Size2> picture) {
  Recognised result;
  result.source = vit::str("names (", weights.convention->name, ") and shapes");
  const Shapes shapes(weights.names.tensors);
  result.assumptions = weights.names.assumptions;
  if (shapes.has("patch_embed.proj.weight") && shapes.count("blocks.") > 0)
    recognise_vit(weights, picture, result);
  else if (shapes.has("conv1.weight") && shapes.has("bn1.weight") && shapes.count("layer1.") > 0)
    recognise_resnet(weights, result);
  else if (shapes.has("stem.0.weight") && shapes.count("stages.") > 0)
    recognise_convnext(weights, result);
  else
    refuse_unknown(weights.names);
  set_pixels(weights.convention->pixels, result);
  return result;
}

namespace {

Recognised by_config(const SourceConfig& config, const WeightsFile& file,
                     std::optional<Size2> picture) {
  const NamedWeights& weights = file.weights;
  switch (config.kind) {
    case ConfigKind::timm: return recognise_timm(config, weights);
    case ConfigKind::transformers: {
      check_model_type(config);
      // The size that the file is for.
      if (const auto size = transformers_img_size(config)) picture = size;
      Recognised result = recognise_shapes(weights, picture);
      apply_transformers(config, weights, result);
      check_transformers_options(config, weights.names.tensors);
      return result;
    }
    case ConfigKind::open_clip: {
      if (const auto tower = timm_tower(config)) {
        Recognised result = recognise_timm(*tower, weights);
        read_open_clip_pixels(config.json.value("preprocess_cfg", nlohmann::json::object()),
                              result);
        return result;
      }
      Recognised result = recognise_shapes(weights, picture);
      apply_open_clip(config, weights, result);
      return result;
    }
  }
  VIT_ASSERT(false);
  return {};
}

}  // namespace

Recognised recognise(const WeightsFile& file, std::optional<Size2> picture) {
  const std::optional<SourceConfig> config = find_config(file.path, *file.weights.convention);
  try {
    if (config) return by_config(*config, file, picture);
    Recognised result = recognise_shapes(file.weights, picture);
    const std::filesystem::path beside = file.path.parent_path() / "config.json";
    if (std::error_code missing; std::filesystem::is_regular_file(beside, missing))
      result.assumptions.push_back(beside.string() + " names no model: it is not used");
    return result;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::weights, config->path.string(), plain_json_message(error),
                "take it away to have the model recognised by the tensors alone");
  } catch (const Error& error) {
    if (!error.where().empty()) throw;
    throw Error(error.kind(), file.path.string(), error.problem(), error.remedy());
  }
}

}  // namespace vit
