#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/data/dataset.h"

namespace vit {

/// A data set that lies in memory as decoded pixels, all pictures of one size.
class PixelRecords final : public Dataset {
 public:
  /// `pixels`: for each picture, height * width * channels values, channels interleaved; one
  /// channel becomes grey RGB. `name` is what samples are called by: `NAME/17`.
  PixelRecords(std::string name, int height, int width, int channels,
               std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels,
               std::vector<std::string> classes);

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] Sample get(std::int64_t index) const override;
  [[nodiscard]] std::int64_t label(std::int64_t index) const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::string name_;
  int height_, width_, channels_;
  std::vector<std::uint8_t> pixels_, labels_;
  std::vector<std::string> classes_;
};

}  // namespace vit
