#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"

namespace vit {

struct CacheOptions {
  std::string cache = "none";  ///< none, memory or disk
  double cache_gb = 8;         ///< at most so many GB (10^9 bytes) of decoded pixels for each split
  std::string cache_dir = "cache";
};
void describe(FieldVisitor& visitor, CacheOptions& options);

/// Keeps decoded pictures, so that epochs after the first need not decode: samples come out as
/// without it, bit for bit. Takes the data set over. What no longer fits is decoded each time.
///
/// `memory`: in this process. `disk`: in `cache_dir/NAME.pixels` and its index, for later runs,
/// too; a picture whose file has another size or time since is decoded anew, and a record that was
/// cut off or damaged (it has a checksum) is not used. Two processes must not fill one cache: the
/// second reads it only. Masks are kept as well; boxes and labels are the data set's own.
[[nodiscard]] std::unique_ptr<Dataset> cached(std::unique_ptr<Dataset> data,
                                              const CacheOptions& options, const std::string& name);

}  // namespace vit
