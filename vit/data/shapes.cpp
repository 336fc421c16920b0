#include "vit/data/shapes.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/data/shapes_background.h"
#include "vit/data/shapes_colour.h"
#include "vit/data/shapes_combinations.h"
#include "vit/data/shapes_outline.h"

namespace vit {
namespace {

constexpr std::uint8_t kHalfCovered = 128;

/// A shape in its place.
struct Shape {
  std::size_t kind = 0;
  double extent = 0;  ///< the longer side of its box, as a fraction of the picture's
  Coverage coverage;
  Box box;
};

/// Encloses the pixels that are at least half covered.
Box tight_box(const Coverage& coverage, std::size_t kind) {
  const Image& amount = coverage.amount;
  int left = amount.width, top = amount.height, right = 0, bottom = 0;
  for (int y = 0; y < amount.height; ++y) {
    for (int x = 0; x < amount.width; ++x) {
      if (*amount.pixel(x, y) < kHalfCovered) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  VIT_ASSERT(left < right, "a shape of no pixels");
  const auto edge = [](int origin, int offset) { return static_cast<float>(origin + offset); };
  return {edge(coverage.left, left), edge(coverage.top, top), edge(coverage.left, right),
          edge(coverage.top, bottom), static_cast<std::int64_t>(kind)};
}

Shape draw_shape(Rng& rng, std::size_t kind, double extent, double max_turn, int size) {
  const double drawn = rng.uniform();
  const double turns = max_turn >= 0.5 ? drawn : (2 * drawn - 1) * max_turn;
  const Point place{rng.uniform(), rng.uniform()};
  Shape shape{kind, extent, {}, {}};
  shape.coverage =
      cover(place_shape(unit_shape(kind), turns, extent * size, place, size), size, size);
  shape.box = tight_box(shape.coverage, kind);
  return shape;
}

float area(float width, float height) { return std::max(width, 0.0F) * std::max(height, 0.0F); }

/// Whether two boxes share more than a tenth of the smaller one.
bool collide(const Box& a, const Box& b) {
  constexpr float kMost = 0.1F;
  const float shared = area(std::min(a.x1, b.x1) - std::max(a.x0, b.x0),
                            std::min(a.y1, b.y1) - std::max(a.y0, b.y0));
  return shared > kMost * std::min(area(a.x1 - a.x0, a.y1 - a.y0), area(b.x1 - b.x0, b.y1 - b.y0));
}

/// The largest shape, which is of the class, and up to `count` - 1 more that found room.
std::vector<Shape> draw_shapes(Rng& rng, std::size_t label, std::int64_t count,
                               const ShapesOptions& options) {
  const int size = static_cast<int>(options.image_size);
  std::vector<Shape> shapes;
  const double extent =
      count == 1 ? rng.uniform(options.min_extent, options.max_extent) : rng.uniform(0.38, 0.55);
  shapes.push_back(draw_shape(rng, label, extent, options.max_turn, size));
  constexpr int kAttempts = 20;
  constexpr double kLeastPixels = 8;  // fewer, and the kinds cannot be told apart
  for (std::int64_t i = 1; i < count; ++i) {
    const std::size_t kind = rng.below(kShapeNames.size());
    const double smaller = std::max(extent * rng.uniform(0.4, 0.7), kLeastPixels / size);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      Shape shape = draw_shape(rng, kind, std::min(smaller, 0.75 * extent), options.max_turn, size);
      const bool has_room = std::none_of(shapes.begin(), shapes.end(), [&](const Shape& other) {
        return collide(shape.box, other.box);
      });
      if (!has_room) continue;
      shapes.push_back(std::move(shape));
      break;
    }
  }
  return shapes;
}

void mark(Image& mask, const Shape& shape) {
  const auto value = static_cast<std::uint8_t>(shape.kind + 1);
  const Image& amount = shape.coverage.amount;
  for (int y = 0; y < amount.height; ++y) {
    for (int x = 0; x < amount.width; ++x) {
      if (*amount.pixel(x, y) < kHalfCovered) continue;
      *mask.pixel(shape.coverage.left + x, shape.coverage.top + y) = value;
    }
  }
}

/// The shape's pixels in a picture of this size.
Image own_mask(const Shape& shape, int size) {
  Image mask(size, size, 1);
  mark(mask, shape);
  for (std::uint8_t& pixel : mask.pixels) pixel = pixel == 0 ? 0 : 1;
  return mask;
}

/// Takes out of the masks of the boxes what a shape that is drawn later hides.
void hide_behind(std::vector<Box>& boxes, const Image& shown) {
  for (Box& box : boxes) {
    Image left = *box.mask;
    for (std::size_t i = 0; i < left.pixels.size(); ++i)
      if (shown.pixels[i] != 0) left.pixels[i] = 0;
    box.mask = std::make_shared<const Image>(std::move(left));
  }
}

std::string in_words(const Shape& shape, std::string_view colour) {
  const std::string_view size = shape.extent < 0.35  ? "small"
                                : shape.extent < 0.6 ? "medium-sized"
                                                     : "large";
  return str("a ", size, ' ', colour, ' ', kShapeNames[shape.kind]);
}

/// Where the first box lies, seen from the second one.
std::string_view relation(const Box& first, const Box& second) {
  const float across = (first.x0 + first.x1) - (second.x0 + second.x1),
              down = (first.y0 + first.y1) - (second.y0 + second.y1);
  if (std::abs(across) > std::abs(down)) return across < 0 ? "left of" : "right of";
  return down < 0 ? "above" : "below";
}

/// The class is the first number drawn, so that it is known without the picture.
std::size_t draw_label(Rng& rng) { return rng.below(kShapeNames.size()); }

class Shapes : public Dataset {
 public:
  Shapes(const ShapesOptions& options, Split split)
      : options_(options),
        split_(split),
        combinations_(options.hold_out, static_cast<std::uint64_t>(options.seed)),
        classes_(kShapeNames.begin(), kShapeNames.end()) {
    mask_classes_ = classes_;
    mask_classes_.insert(mask_classes_.begin(), "background");
  }

  [[nodiscard]] std::int64_t size() const override {
    return split_ == Split::train ? options_.num_train : options_.num_val;
  }
  [[nodiscard]] Sample get(std::int64_t index) const override;
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    Rng rng = rng_of(index);
    return static_cast<std::int64_t>(draw_label(rng));
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const std::vector<std::string>& mask_classes() const override {
    return mask_classes_;
  }

 private:
  [[nodiscard]] Rng rng_of(std::int64_t index) const {
    VIT_ASSERT(index >= 0 && index < size(), index, " of ", size());
    return Rng(static_cast<std::uint64_t>(options_.seed), Stream::dataset,
               static_cast<std::uint64_t>(split_), static_cast<std::uint64_t>(index));
  }

  /// Whether a shape may have this colour; `first`: the one of the class.
  [[nodiscard]] bool allows(std::size_t kind, std::string_view colour, bool first) const {
    const bool validates = split_ != Split::train;
    if (validates && (!first || options_.val_combinations == "all")) return true;
    const bool unseen = validates && options_.val_combinations == "unseen";
    return combinations_.is_held_out(kind, colour) == unseen;
  }

  ShapesOptions options_;
  Split split_;
  ShapeCombinations combinations_;
  std::vector<std::string> classes_, mask_classes_;
};

Sample Shapes::get(std::int64_t index) const {
  Rng rng = rng_of(index);
  const int size = static_cast<int>(options_.image_size);
  const std::size_t label = draw_label(rng);
  const std::int64_t count = options_.max_objects == 1 ? 1 : rng.between(1, options_.max_objects);
  Background background = draw_background(rng, size);

  Sample sample;
  sample.label = static_cast<std::int64_t>(label);
  sample.source = str("shapes/", split_ == Split::train ? "train/" : "val/", index);
  sample.image = std::move(background.image);
  sample.mask = Image(size, size, 1);
  for (const Shape& shape : draw_shapes(rng, label, count, options_)) {
    const bool first = sample.boxes.empty();
    const NamedColour colour = draw_contrast(rng, background.colours, [&](std::string_view name) {
      return allows(shape.kind, name, first);
    });
    paint(sample.image, shape.coverage, colour.rgb);
    mark(sample.mask, shape);
    if (!first && options_.relations)
      sample.caption +=
          str(sample.boxes.size() == 1 ? " " : " and ", relation(sample.boxes[0], shape.box), ' ');
    else if (!first)
      sample.caption += sample.boxes.size() == 1 ? " with " : " and ";
    sample.caption += in_words(shape, colour.name);
    Box box = shape.box;
    if (options_.object_masks) {
      auto mask = std::make_shared<const Image>(own_mask(shape, size));
      hide_behind(sample.boxes, *mask);
      box.mask = std::move(mask);
    }
    sample.boxes.push_back(std::move(box));
  }
  sample.caption += str(" on a ", background.words, " background");
  return sample;
}

}  // namespace

void describe(FieldVisitor& visitor, ShapesOptions& options) {
  // Below 16 pixels shapes lose their form; above 4096 the fixed-point patterns would overflow.
  visitor.field(
      {"image_size", &options.image_size, "side of the square pictures in pixels", {16, 4096}});
  visitor.field({"num_train", &options.num_train, "pictures in the training split", {1, 1e8}});
  visitor.field({"num_val", &options.num_val, "pictures in the validation split", {1, 1e8}});
  visitor.field({"max_objects",
                 &options.max_objects,
                 "most shapes in a picture; the largest gives the class",
                 {1, 8}});
  visitor.field(
      {"min_extent", &options.min_extent, "a lone shape's least side by the picture's", {0.2, 1}});
  visitor.field({"max_extent", &options.max_extent, "its largest", {0.2, 1}});
  visitor.field({"max_turn",
                 &options.max_turn,
                 "largest rotation either way, in whole turns; 0.5: any",
                 {0, 0.5}});
  visitor.field({"hold_out",
                 &options.hold_out,
                 "share of the combinations of kind and colour that no training picture shows, as "
                 "0.2: whether a model puts together what it has never seen together",
                 {0, 0.9}});
  visitor.field({"val_combinations",
                 &options.val_combinations,
                 "which of them the largest shape has in validation: all, those seen in training, "
                 "or unseen ones",
                 {},
                 {"all", "seen", "unseen"}});
  visitor.field({"relations", &options.relations,
                 "captions of several shapes say where the largest lies: `left of`, `above`"});
  if (options.val_combinations == "unseen" && options.hold_out == 0)
    throw Error(ErrorKind::usage, "", "val_combinations is unseen, and hold_out holds none out",
                "set hold_out, as 0.2");
  if (options.min_extent > options.max_extent)
    throw Error(
        ErrorKind::usage, "",
        str("min_extent ", options.min_extent, " is above max_extent ", options.max_extent));
  visitor.field({"seed", &options.seed, "another seed gives other pictures", kNonNegative});
}

std::unique_ptr<Dataset> shapes(const ShapesOptions& options, Split split) {
  return std::make_unique<Shapes>(options, split);
}

}  // namespace vit
