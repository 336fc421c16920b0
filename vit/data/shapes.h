#pragma once

#include <cstdint>
#include <memory>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"

namespace vit {

/// The embedded data set: coloured shapes on textured backgrounds, drawn from the seed when asked
/// for, so that it needs no download and no disk. The class of a picture is the kind of its largest
/// shape; place, size, angle, colour and background are random, so that single pixels tell nothing.
struct ShapesOptions {
  std::int64_t image_size = 32;    ///< pixels, square
  std::int64_t num_train = 10000;  ///< pictures in the training split
  std::int64_t num_val = 2000;     ///< pictures in the validation split
  std::int64_t max_objects = 1;    ///< 1 to this many shapes in a picture
  std::int64_t seed = 0;
};
void describe(FieldVisitor& visitor, ShapesOptions& options);

enum class Split { train, val };

/// The pictures of `split`; sample i is a pure function of (seed, split, i).
std::unique_ptr<Dataset> shapes(const ShapesOptions& options, Split split);

}  // namespace vit
