#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vit/image/sample.h"

namespace vit {

/// A set of samples that can be read in any order from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  /// The number of samples.
  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Sample `index`, 0 <= index < size(). Throws Error (data), naming the file, where it cannot be
  /// read. Thread-safe.
  [[nodiscard]] virtual Sample get(std::int64_t index) const = 0;
  /// The label of a sample, without decoding its picture.
  [[nodiscard]] virtual std::int64_t label(std::int64_t index) const = 0;
  /// Names of the classes, by label.
  [[nodiscard]] virtual const std::vector<std::string>& classes() const = 0;
};

}  // namespace vit
