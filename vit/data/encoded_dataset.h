#pragma once

#include "vit/data/dataset.h"

namespace vit {

/// A set whose samples lie there as encoded pictures: `read` gives them so, and `get` decodes what
/// `read` gave.
class EncodedDataset : public Dataset {
 public:
  [[nodiscard]] Sample get(std::int64_t index) const final;
  [[nodiscard]] Sample read(std::int64_t index) const override = 0;
};

}  // namespace vit
