#include "vit/augment/random_iou_crop.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

bool holds_centre(const PixelBox& part, const Box& box) {
  const float x = 0.5F * (box.x0 + box.x1), y = 0.5F * (box.y0 + box.y1);
  return static_cast<float>(part.left) < x && x < static_cast<float>(part.left + part.width) &&
         static_cast<float>(part.top) < y && y < static_cast<float>(part.top + part.height);
}

float overlap(const PixelBox& part, const Box& box) {
  const auto left = static_cast<float>(part.left), top = static_cast<float>(part.top),
             width = static_cast<float>(part.width), height = static_cast<float>(part.height);
  const float shared = std::max(std::min(box.x1, left + width) - std::max(box.x0, left), 0.0F) *
                       std::max(std::min(box.y1, top + height) - std::max(box.y0, top), 0.0F);
  return shared / ((box.x1 - box.x0) * (box.y1 - box.y0) + width * height - shared);
}

void require_pair(const std::vector<double>& values, const char* name) {
  if (values.size() == 2 && values[0] > 0 && values[0] <= values[1]) return;
  throw Error(ErrorKind::usage, str("augment.train: random_iou_crop.", name),
              "expected [low, high] with 0 < low <= high", "write for example [0.5, 1.0]");
}

}  // namespace

void RandomIouCrop::adapt(const InputSpec& /*input*/) {
  require_pair(scale, "scale");
  require_pair(aspect_ratio, "aspect_ratio");
  if (sampler_options.empty())
    throw Error(ErrorKind::usage, "augment.train: random_iou_crop.sampler_options", "names none",
                "write for example [0, 0.5, 1]");
}

void RandomIouCrop::describe(FieldVisitor& visitor) {
  visitor.field({"scale", &scale, "least and largest part of each side", kProbability});
  visitor.field({"aspect_ratio", &aspect_ratio, "least and largest width by height", {1e-3, 1e3}});
  visitor.field({"sampler_options", &sampler_options,
                 "least overlaps of the part with a box, of which one is chosen; 1: no crop",
                 kNonNegative});
  visitor.field({"trials", &trials, "parts that are drawn for an overlap", kAtLeastOne});
}

std::optional<PixelBox> RandomIouCrop::accepted_part(const Sample& sample, double least_overlap,
                                                     const std::array<float, 4>& drawn) const {
  const auto side = [&](int all, float number) {
    const auto low = static_cast<float>(scale[0]), range = static_cast<float>(scale[1] - scale[0]);
    return static_cast<int>(static_cast<float>(all) * (low + range * number));
  };
  PixelBox part;
  part.width = side(sample.image.width, drawn[0]);
  part.height = side(sample.image.height, drawn[1]);
  if (part.width < 1 || part.height < 1) return {};
  const double ratio = static_cast<double>(part.width) / part.height;
  if (ratio < aspect_ratio[0] || ratio > aspect_ratio[1]) return {};
  part.left = static_cast<int>(static_cast<float>(sample.image.width - part.width) * drawn[2]);
  part.top = static_cast<int>(static_cast<float>(sample.image.height - part.height) * drawn[3]);
  const bool fits = std::any_of(sample.boxes.begin(), sample.boxes.end(), [&](const Box& box) {
    return holds_centre(part, box) && overlap(part, box) >= static_cast<float>(least_overlap);
  });
  return fits ? std::optional(part) : std::nullopt;
}

void RandomIouCrop::apply(Sample& sample, Rng& rng) const {
  if (sample.boxes.empty()) return;
  constexpr int kMostChoices = 50;
  for (int choice = 0; choice < kMostChoices; ++choice) {
    const double least = sampler_options[rng.below(sampler_options.size())];
    if (least >= 1) return;
    for (std::int64_t trial = 0; trial < trials; ++trial) {
      std::array<float, 4> drawn{};
      for (float& number : drawn) number = static_cast<float>(rng.u32() >> 8) * 0x1p-24F;
      const std::optional<PixelBox> part = accepted_part(sample, least, drawn);
      if (!part) continue;
      std::erase_if(sample.boxes, [&](const Box& box) { return !holds_centre(*part, box); });
      return crop_sample(sample, part->left, part->top, part->width, part->height);
    }
  }
}

}  // namespace vit
