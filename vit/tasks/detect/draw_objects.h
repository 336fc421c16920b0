#pragma once

#include <string>
#include <vector>

#include "vit/image/image.h"
#include "vit/image/prediction.h"

namespace vit {

/// How one object is drawn.
struct ObjectStyle {
  std::string text{};  ///< on a plate at the box; "": none
  Colour colour{};
  bool bold = false;
};
/// Draws the frame of a box, in pixels of the image, with its text; lines and letters are as large
/// as the image suggests.
void draw_object(Image& image, const Box& box, const ObjectStyle& style);

/// The image with a frame around each object, in the colour of its class and with its name, and its
/// mask, where it has one, tinted in the same colour; the surest lie on top, and those below
/// `confidence` are left out. Boxes and masks are in pixels of the image.
[[nodiscard]] Image with_objects(const Image& image, const std::vector<FoundObject>& objects,
                                 const std::vector<std::string>& classes, double confidence = 0);
/// The same of objects that are known, without scores.
[[nodiscard]] Image with_objects(const Image& image, const std::vector<Box>& objects,
                                 const std::vector<std::string>& classes);

/// `cat 0.87`; a class without a name is its number.
[[nodiscard]] std::string object_text(const FoundObject& object,
                                      const std::vector<std::string>& classes);
[[nodiscard]] std::string object_text(const Box& object, const std::vector<std::string>& classes);

}  // namespace vit
