#include "vit/weights/source_pixels.h"

#include <array>
#include <cmath>
#include <string_view>

#include "vit/image/pixel_statistics.h"

namespace vit {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

/// Pillow's numbers of its resampling filters.
constexpr std::array<const char*, 6> kFilters = {"nearest", "lanczos", "bilinear",
                                                 "bicubic", "box",     "hamming"};

void untold(Recognised& result, const std::string& what) {
  result.assumptions.push_back("preprocessing: " + what);
}

/// A list of numbers, or one number for all channels.
std::optional<Numbers> numbers_of(const Json& value, std::size_t channels = 3) {
  if (value.is_number()) return Numbers(channels, value.get<double>());
  if (!value.is_array() || value.empty()) return std::nullopt;
  Numbers numbers;
  for (const Json& each : value) {
    if (!each.is_number()) return std::nullopt;
    numbers.push_back(each.get<double>());
  }
  return numbers;
}

/// The value under a key, where it is a number, text and so on as the fallback is; else that.
template <class Value>
Value value_or(const Json& object, const char* key, const Value& fallback) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if constexpr (std::is_same_v<Value, std::string>)
    return found->is_string() ? found->template get<std::string>() : fallback;
  else if constexpr (std::is_same_v<Value, bool>)
    return found->is_boolean() ? found->template get<bool>() : fallback;
  else
    return found->is_number() ? found->template get<Value>() : fallback;
}

/// `random` is for training; evaluation has no such filter.
void set_filter(const std::string& name, Recognised& result) {
  for (const char* known : kFilters)
    if (name == known) {
      result.interpolation = name;
      return;
    }
  untold(result, "interpolation `" + name + "` is not known; bicubic");
  result.interpolation = "bicubic";
}

/// The part of `resized` pixels that a crop of `cropped` keeps, such that dividing by it and
/// rounding down gives `resized` again.
double crop_part(double cropped, double resized) {
  double part = cropped / resized;
  while (std::floor(cropped / part) < resized) part = std::nextafter(part, 0.0);
  while (std::floor(cropped / part) > resized) part = std::nextafter(part, 1e9);
  return part;
}

}  // namespace

void read_timm_pixels(const Json& config, Recognised& result) {
  result.mean = numbers_of(config.value("mean", Json())).value_or(kImageNetPixels.mean);
  result.std = numbers_of(config.value("std", Json())).value_or(kImageNetPixels.std);
  set_filter(value_or<std::string>(config, "interpolation", "bicubic"), result);
  result.crop_pct = value_or(config, "crop_pct", 0.875);
  const std::string mode = value_or<std::string>(config, "crop_mode", "center");
  result.crop_mode = mode == "squash" || mode == "border" ? mode : "center";
  if (mode != result.crop_mode) untold(result, "crop_mode `" + mode + "` is not known; center");
}

void read_open_clip_pixels(const Json& config, Recognised& result) {
  result.mean = numbers_of(config.value("mean", Json())).value_or(kClipPixels.mean);
  result.std = numbers_of(config.value("std", Json())).value_or(kClipPixels.std);
  set_filter(value_or<std::string>(config, "interpolation", "bicubic"), result);
  result.crop_pct = 1.0;
  const std::string mode = value_or<std::string>(config, "resize_mode", "shortest");
  if (mode == "longest") {
    result.crop_mode = "border";
    result.crop_fill = Numbers(3, value_or(config, "fill_color", 0.0));
  } else {
    result.crop_mode = mode == "squash" ? "squash" : "center";
    if (mode != "squash" && mode != "shortest")
      untold(result, "resize_mode `" + mode + "` is not known; shortest");
  }
}

namespace {

/// What a class of image processors does where its file does not say.
struct Processor {
  std::string_view type;  ///< before `ImageProcessor` or `FeatureExtractor`
  bool crops, square;  ///< do_center_crop; whether `size: 224` is both sides, not the shorter one
  int resample;
  const Numbers &mean, &std;
  std::int64_t size;
};

const Processor kProcessors[] = {
    {"ViT", false, true, 2, kInceptionPixels.mean, kInceptionPixels.mean, 224},
    {"DeiT", true, true, 3, kInceptionPixels.mean, kInceptionPixels.mean, 256},
    {"Beit", false, true, 3, kInceptionPixels.mean, kInceptionPixels.mean, 224},
    {"Bit", true, false, 3, kClipPixels.mean, kClipPixels.std, 224},
    {"CLIP", true, false, 3, kClipPixels.mean, kClipPixels.std, 224},
    {"ChineseCLIP", true, false, 3, kClipPixels.mean, kClipPixels.std, 224},
    {"Siglip", false, false, 3, kInceptionPixels.mean, kInceptionPixels.mean, 224},
    {"DINOv3ViT", false, true, 2, kImageNetPixels.mean, kImageNetPixels.std, 224},
    {"ConvNext", false, false, 3, kInceptionPixels.mean, kInceptionPixels.mean, 384},
};

/// The processor that transformers pairs with a model where a file names none.
std::string_view processor_of(std::string_view model_type) {
  if (model_type == "deit") return "DeiT";
  if (model_type == "beit" || model_type == "data2vec-vision") return "Beit";
  if (model_type.starts_with("dinov2")) return "Bit";
  if (model_type == "dinov3_vit") return "DINOv3ViT";
  if (model_type.starts_with("clip") || model_type.starts_with("metaclip")) return "CLIP";
  if (model_type.starts_with("siglip")) return "Siglip";
  if (model_type == "convnext" || model_type == "resnet") return "ConvNext";
  return "ViT";
}

/// Reads one image processor.
class ProcessorReader {
 public:
  ProcessorReader(const SourceConfig& config, Recognised& result)
      : config_(config), json_(config.preprocessor), result_(result) {}

  void run() {
    find_class();
    result_.crop_offset = "floor";
    result_.exif_orientation = value_or(json_, "exif_orientation", false);
    normalisation();
    filter();
    geometry();
  }

 private:
  void find_class() {
    std::string name = value_or<std::string>(
        json_, "image_processor_type", value_or<std::string>(json_, "feature_extractor_type", ""));
    for (const std::string_view end : {"Fast", "Pil", "ImageProcessor", "FeatureExtractor"})
      if (name.ends_with(end)) name = name.substr(0, name.size() - end.size());
    if (name.empty()) name = processor_of(config_.model_type);
    for (const Processor& processor : kProcessors)
      if (processor.type == name) processor_ = &processor;
    if (processor_ != nullptr) return;
    processor_ = &kProcessors[0];
    untold(result_, config_.preprocessor_path.string() + " is of `" + name +
                        "`, which is not known: read as ViT's");
  }

  /// (x * factor - mean) / std, in terms of x / 255.
  void normalisation() {
    Numbers mean = numbers_of(json_.value("image_mean", Json())).value_or(processor_->mean);
    Numbers std = numbers_of(json_.value("image_std", Json())).value_or(processor_->std);
    if (!value_or(json_, "do_normalize", true)) {
      mean.assign(mean.size(), 0.0);
      std.assign(std.size(), 1.0);
    }
    const double factor =
        value_or(json_, "do_rescale", true) ? value_or(json_, "rescale_factor", 1.0 / 255.0) : 1.0;
    const double scale = factor * 255.0;
    if (!(scale > 0)) return untold(result_, "rescale_factor makes no sense: not used");
    if (std::abs(scale - 1.0) > 1e-12) {
      for (double& each : mean) each /= scale;
      for (double& each : std) each /= scale;
    }
    result_.mean = mean;
    result_.std = std;
    if (value_or(json_, "rescale_offset", false) || value_or(json_, "offset", false))
      untold(result_, "rescale_offset is not supported");
    if (value_or(json_, "do_flip_channel_order", false))
      untold(result_, "do_flip_channel_order is not supported");
    if (value_or(json_, "do_pad", false)) untold(result_, "do_pad is not supported");
  }

  void filter() {
    const Json resample = json_.value("resample", Json());
    if (resample.is_string()) return set_filter(resample.get<std::string>(), result_);
    const std::int64_t number =
        resample.is_number_integer() ? resample.get<std::int64_t>() : processor_->resample;
    if (number >= 0 && number < static_cast<std::int64_t>(kFilters.size()))
      result_.interpolation = kFilters.at(static_cast<std::size_t>(number));
    else
      untold(result_, vit::str("resample ", number, " is not known"));
  }

  /// Sides that images are brought to; `shortest` where the longer side follows.
  struct Resize {
    Size2 sides;
    bool shortest = false;
  };

  [[nodiscard]] std::optional<Resize> resize() const {
    const auto whole = [](const Json& value) {
      return value.is_number() && value.get<double>() >= 1
                 ? std::optional(static_cast<std::int64_t>(value.get<double>()))
                 : std::nullopt;
    };
    const Json size = json_.value("size", Json());
    if (size.is_null()) return Resize{{processor_->size, processor_->size}, !processor_->square};
    if (const auto side = whole(size)) return Resize{{*side, *side}, !processor_->square};
    if (const auto sides = size_of(size)) return Resize{*sides, false};
    if (!size.is_object()) return std::nullopt;
    const auto height = whole(size.value("height", Json())),
               width = whole(size.value("width", Json()));
    if (height && width) return Resize{{*height, *width}, false};
    const auto shortest = whole(size.value("shortest_edge", Json()));
    if (shortest && !whole(size.value("longest_edge", Json())))
      return Resize{{*shortest, *shortest}, true};
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Size2> crop() const {
    const Json size = json_.value("crop_size", Json());
    if (size.is_number()) return size_of(Json(static_cast<std::int64_t>(size.get<double>())));
    if (size.is_object() && size.contains("height") && size.contains("width"))
      return size_of(Json::array({size.at("height"), size.at("width")}));
    return size_of(size);
  }

  void geometry() {
    const std::optional<Resize> resized = resize();
    if (!resized)
      return untold(result_, "size " + json_.value("size", Json()).dump() + " is not supported");
    const bool resizes = value_or(json_, "do_resize", true);
    if (processor_->type == "ConvNext" && resizes) return of_convnext(*resized);
    const bool crops = value_or(json_, "do_center_crop", processor_->crops);
    std::optional<Size2> cropped = crops ? crop() : std::nullopt;
    if (crops && !cropped) {
      cropped = Size2{224, 224};
      if (json_.contains("crop_size")) untold(result_, "crop_size is not understood: 224");
    }
    if (!resizes) {
      // Images come at the size of the model, which is left as it is, or are cut to it.
      result_.crop_mode = crops ? "crop" : "squash";
      result_.crop_pct = 1.0;
      if (cropped) result_.pixels_size = *cropped;
      return;
    }
    result_.crop_mode = resized->shortest ? "center" : "squash";
    if (!cropped) {
      // Without a crop, images of another shape than the model's would not fit it.
      result_.crop_pct = 1.0;
      result_.pixels_size = resized->sides;
      if (resized->shortest)
        untold(result_, "images keep their shape there, and are cropped to the model's here");
      return;
    }
    result_.pixels_size = *cropped;
    result_.crop_pct =
        crop_part(static_cast<double>(cropped->height), static_cast<double>(resized->sides.height));
    const double width = std::floor(static_cast<double>(cropped->width) / *result_.crop_pct);
    if (width != static_cast<double>(resized->sides.width))
      untold(result_, vit::str("a resize to ", resized->sides.height, "x", resized->sides.width,
                               " before a crop to ", cropped->height, "x", cropped->width,
                               " has two scales, and data.crop_pct one"));
  }

  /// Below 384 pixels the shorter side is scaled to size / crop_pct and the centre is cropped; from
  /// there on images are squashed.
  void of_convnext(const Resize& resized) {
    const std::int64_t side = resized.sides.height;
    const double part = value_or(json_, "crop_pct", 224.0 / 256.0);
    const bool crops = side < 384;
    result_.crop_mode = crops ? "center" : "squash";
    result_.pixels_size = Size2{side, side};
    const double scaled = std::trunc(static_cast<double>(side) / part);
    result_.crop_pct = crops && scaled >= 1 ? crop_part(static_cast<double>(side), scaled) : 1.0;
  }

  const SourceConfig& config_;
  const Json& json_;
  Recognised& result_;
  const Processor* processor_ = nullptr;
};

}  // namespace

void read_processor(const SourceConfig& config, Recognised& result) {
  ProcessorReader(config, result).run();
}

void forget_foreign_labels(const SourceConfig& config, Recognised& result) {
  const auto classes = result.options.find("num_classes");
  if (classes == result.options.end() || result.labels.empty() ||
      std::to_string(result.labels.size()) == classes->second)
    return;
  if (classes->second != "0")
    result.assumptions.push_back(vit::str(config.path.string(), " names ", result.labels.size(),
                                          " classes, and the head has ", classes->second,
                                          " outputs: the names are not used"));
  result.labels.clear();
}

}  // namespace vit
