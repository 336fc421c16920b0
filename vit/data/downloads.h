#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace vit {

/// A file that a data set is published in.
struct DatasetFile {
  std::string_view url;
  std::string_view md5;  ///< as its publisher or torchvision states it; "": none is known
};

/// What `vit data prepare NAME` fetches. Archives are unpacked, everything else is put into the
/// root as it is.
struct DatasetDownload {
  std::string_view name;   ///< of `vit data list`
  std::string_view terms;  ///< under what it may be used, or who made it
  std::span<const DatasetFile> files;
};

/// Nothing where the data set has no address, as with your own pictures.
[[nodiscard]] std::optional<DatasetDownload> dataset_download(std::string_view name);

}  // namespace vit
