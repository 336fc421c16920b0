#include "vit/tasks/detect/draw_objects.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vit/image/draw.h"
#include "vit/report/number.h"

namespace vit {
namespace {

/// Black or white, whichever is easier to read on it.
Colour ink_on(const Colour& plate) {
  constexpr double kRed = 0.299, kGreen = 0.587, kBlue = 0.114, kMiddle = 140;
  const bool is_light = kRed * plate[0] + kGreen * plate[1] + kBlue * plate[2] > kMiddle;
  return is_light ? Colour{0, 0, 0, 255} : Colour{255, 255, 255, 255};
}

}  // namespace

void draw_object(Image& image, const Box& box, const ObjectStyle& style) {
  const int longest = std::max(image.width, image.height);
  const int line = std::max(1, longest / 300) * (style.bold ? 2 : 1);
  const int letters = std::clamp(longest / 45, 6, 40);
  // Corners may lie anywhere; what is drawn lies on the image.
  const auto pixel = [](float value, int side) {
    return static_cast<int>(std::lround(std::clamp(value, 0.0F, static_cast<float>(side))));
  };
  const int x0 = pixel(box.x0, image.width), y0 = pixel(box.y0, image.height);
  const int x1 = pixel(box.x1, image.width), y1 = pixel(box.y1, image.height);
  draw_rectangle(image, x0, y0, std::max(x1, x0 + 1), std::max(y1, y0 + 1), style.colour, line);
  if (style.text.empty()) return;
  const int plate = letters * 7 / 4;  // what a label takes, above the box where there is room
  draw_label(image, style.text, x0, y0 >= plate ? y0 - plate : y0, ink_on(style.colour),
             style.colour, letters);
}

std::string object_text(const Box& object, const std::vector<std::string>& classes) {
  const auto label = static_cast<std::size_t>(object.label);
  return label < classes.size() ? classes[label] : std::to_string(object.label);
}

std::string object_text(const FoundObject& object, const std::vector<std::string>& classes) {
  return object_text(object.box, classes) + " " + fixed(object.score, 2);
}

Image with_objects(const Image& image, const std::vector<FoundObject>& objects,
                   const std::vector<std::string>& classes, double confidence) {
  Image drawn = image;
  std::vector<const FoundObject*> order;
  for (const FoundObject& object : objects)
    if (object.score >= confidence) order.push_back(&object);
  std::stable_sort(order.begin(), order.end(),
                   [](const FoundObject* a, const FoundObject* b) { return a->score < b->score; });
  for (const FoundObject* object : order) {  // below all frames and names
    if (object->mask.empty()) continue;
    Image mask(image.width, image.height, 1);
    paint_runs(mask, object->mask, 1, "the mask of an object");
    tint_mask(drawn, mask, 1, distinct_colour(static_cast<int>(object->box.label)));
  }
  for (const FoundObject* object : order)
    draw_object(
        drawn, object->box,
        {object_text(*object, classes), distinct_colour(static_cast<int>(object->box.label))});
  return drawn;
}

Image with_objects(const Image& image, const std::vector<Box>& objects,
                   const std::vector<std::string>& classes) {
  Image drawn = image;
  for (const Box& object : objects)
    draw_object(drawn, object,
                {object_text(object, classes), distinct_colour(static_cast<int>(object.label))});
  return drawn;
}

}  // namespace vit
