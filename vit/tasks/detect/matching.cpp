#include "vit/tasks/detect/matching.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/image/resize.h"
#include "vit/loss/box_ops.h"
#include "vit/report/number.h"

namespace vit {
namespace {

constexpr int kReadableSide = 320;  ///< pixels, below which an image is enlarged for its labels

Image as_image(const torch::Tensor& planes, InputSpec input) {
  input.img_size = {planes.size(1), planes.size(2)};
  const torch::Tensor whole = planes.to(torch::kCPU, torch::kFloat32).contiguous();
  return denormalize(whole.const_data_ptr<float>(), input);
}

/// Draws the frame of a box [4] that is `factor` times as large.
void draw_box(Image& image, const torch::Tensor& box, int factor, const Colour& colour,
              int thickness, const std::string& label) {
  const auto at = [&](int i, int most) {
    const double value = factor * box[i].item<double>();
    return static_cast<int>(std::lround(
        std::clamp(std::isfinite(value) ? value : 0.0, 0.0, static_cast<double>(most))));
  };
  const int x0 = at(0, image.width), y0 = at(1, image.height), x1 = at(2, image.width),
            y1 = at(3, image.height);
  draw_rectangle(image, x0, y0, x1, y1, colour, thickness);
  if (!label.empty()) draw_label(image, label, x0, y0, {255, 255, 255, 255}, colour, 9);
}

std::string class_name(const MatchedImage& image, std::int64_t object,
                       const std::vector<std::string>& classes) {
  const auto label = image.objects.labels[object].item<std::int64_t>();
  const bool named = label >= 0 && label < static_cast<std::int64_t>(classes.size());
  return named ? classes[static_cast<std::size_t>(label)] : str("class ", label);
}

Image drawn(const MatchedImage& matched) {
  Image image = matched.image;
  const int factor = std::max(1, kReadableSide / std::max({image.width, image.height, 1}));
  if (factor > 1)
    image = resize(image, factor * image.width, factor * image.height, Filter::nearest);
  const auto colour = [&](std::size_t pair) { return distinct_colour(static_cast<int>(pair)); };
  const auto& matches = matched.matches;
  for (std::size_t i = 0; i < matches.size(); ++i)
    draw_box(image, matched.objects.boxes[matches[i].object], factor, colour(i), 1, "");
  for (std::size_t i = 0; i < matches.size(); ++i)
    draw_box(image, matched.queries[matches[i].query], factor, colour(i), 3,
             std::to_string(matches[i].query));
  return image;
}

/// The parts that any of the matches has, in their order.
std::vector<std::string> cost_names(const std::vector<MatchedImage>& images) {
  std::vector<std::string> names;
  for (const MatchedImage& image : images)
    for (const ObjectMatch& match : image.matches)
      for (const auto& [name, cost] : match.costs)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

}  // namespace

std::vector<MatchedImage> matched_images(Detector& detector, const torch::Tensor& x,
                                         const std::vector<ObjectTargets>& targets, InputSpec input,
                                         const std::vector<std::string>& sources) {
  const torch::NoGradGuard no_grad;
  const auto matches = detector.matches(x, targets);
  if (matches.empty()) return {};
  torch::Tensor boxes;
  for (const auto& [name, tensor] : detector.forward(x))
    if (name == "pred_boxes") boxes = tensor;  // [B, Q, 4]: cx, cy, w, h in 0..1
  VIT_ASSERT(boxes.defined() && matches.size() == targets.size());
  const auto width = static_cast<float>(x.size(3)), height = static_cast<float>(x.size(2));
  boxes = corners_of(boxes).to(torch::kCPU, torch::kFloat32) *
          torch::tensor({width, height, width, height});
  std::vector<MatchedImage> images;
  for (std::size_t b = 0; b < matches.size(); ++b) {
    const auto row = static_cast<std::int64_t>(b);
    images.push_back({as_image(x[row], input),
                      b < sources.size() ? sources[b] : "",
                      {targets[b].boxes.to(torch::kCPU), targets[b].labels.to(torch::kCPU)},
                      boxes[row],
                      matches[b]});
  }
  return images;
}

std::vector<Section> matching_sections(const std::vector<MatchedImage>& images,
                                       const std::vector<std::string>& classes) {
  if (images.empty()) return {};
  const std::vector<std::string> parts = cost_names(images);
  Gallery gallery{.about =
                      "Each object has a thin frame, and the query that is to find it a bold "
                      "one of the same colour, with its number.",
                  .items = {}};
  Table table{.header = {"Image", "Query", "Object", "IoU"}, .rows = {}};
  table.header.insert(table.header.end(), parts.begin(), parts.end());
  if (!parts.empty()) table.header.emplace_back("Sum of the costs");
  for (std::size_t i = 0; i < images.size(); ++i) {
    const MatchedImage& image = images[i];
    gallery.items.push_back({drawn(image),
                             str(i + 1, ": ", image.objects.labels.size(0), " objects, ",
                                 image.queries.size(0), " queries"),
                             image.source});
    for (const ObjectMatch& match : image.matches) {
      const double iou =
          box_iou(image.queries[match.query], image.objects.boxes[match.object]).item<double>();
      std::vector<std::string> row{std::to_string(i + 1), std::to_string(match.query),
                                   class_name(image, match.object, classes), fixed(iou, 2)};
      double sum = 0;
      for (const std::string& part : parts) {
        const auto found = std::find_if(match.costs.begin(), match.costs.end(),
                                        [&](const auto& cost) { return cost.first == part; });
        row.push_back(found == match.costs.end() ? "" : fixed(found->second, 3));
        if (found != match.costs.end()) sum += found->second;
      }
      if (!parts.empty()) row.push_back(fixed(sum, 3));
      table.rows.push_back(std::move(row));
    }
  }
  return {{"Which query takes which object", std::move(gallery)}, {"", std::move(table)}};
}

}  // namespace vit
