#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/image/image.h"
#include "vit/image/sample.h"

namespace vit {

/// What a model's input looks like: how a picture becomes numbers when it is evaluated. Each model
/// variant carries its own (a wrong mean costs accuracy without a word), and so does a checkpoint.
struct InputSpec {
  Size2 img_size{224, 224};
  std::int64_t in_chans = 3;                ///< 3: RGB, 1: luma (ITU-R 601, as Pillow's "L")
  std::vector<double> mean{0.5, 0.5, 0.5};  ///< of pixels scaled to [0, 1], for each channel
  std::vector<double> std{0.5, 0.5, 0.5};
  std::string interpolation = "bicubic";  ///< nearest, bilinear, bicubic, lanczos
  double crop_pct = 0.9;                  ///< part of the resized image that the centre crop keeps
  /// How an image is resized before the crop: `center` so that the shorter side fits, `squash` so
  /// that both do, `border` so that the longer one does, `crop` not at all. With `whole` the
  /// shorter side fits img_size itself, and there is no crop: the result keeps the image's shape.
  std::string crop_mode = "center";
  /// Grey levels of what lies outside the image, for each channel of the file's image; empty:
  /// black, and for `border` the mean, as timm has it.
  std::vector<double> crop_fill{};
  /// Where half pixels of the crop's offset go: `round` to the even one, as torchvision does, or
  /// `floor`, as transformers does.
  std::string crop_offset = "round";
  bool exif_orientation = false;  ///< images are turned upright as EXIF says before all else
};

/// timm's evaluation transform: the side that crop_mode says is resized to img_size / crop_pct,
/// then the centre is cropped (but see crop_mode `whole`); so too where the image has the model's
/// size already. With crop_pct 1, such an image stays as it is.
[[nodiscard]] Image eval_transform(const Image& image, const InputSpec& preprocessing);

/// The same for a sample: boxes, mask and placement move with the image. What lies outside of the
/// image has no class in the mask.
void eval_transform(Sample& sample, const InputSpec& preprocessing);

/// Writes (pixel / 255 - mean) / std as planes: `out` holds in_chans * height * width floats,
/// [C, H, W]. Throws Error (usage) where the picture is not of the model's size.
void normalize(const Image& image, const InputSpec& preprocessing, float* out);

/// As above, for an image of any size: `out` holds as many floats as it has pixels in in_chans
/// planes.
void normalize(const Image& image, const InputSpec& preprocessing, std::span<float> out);

/// The inverse of `normalize`, for looking at what a model was given.
[[nodiscard]] Image denormalize(const float* planes, const InputSpec& preprocessing);

}  // namespace vit
