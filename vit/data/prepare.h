#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "vit/io/archive.h"
#include "vit/io/download.h"

namespace vit {

struct PrepareRequest {
  std::string name;              ///< of `vit data list`
  std::filesystem::path from{};  ///< an archive or a folder with the files that you have; "": fetch
  std::filesystem::path root{};  ///< the folder to make; "": data/NAME
  /// Where the files are instead of their official address: `MIRROR/FILE`.
  std::string mirror{};
  HttpPolicy policy{};
};

struct PreparedData {
  std::filesystem::path root;
  std::int64_t train = 0, val = 0, classes = 0;
};

/// Gets a data set and puts it into `root`, so that `data: {name: NAME, root: ROOT}` reads it.
///
/// From an archive that the user has, from a folder of the published files, or from their official
/// addresses: fetched into `ROOT.download/`, where an interrupted download goes on, verified by
/// their published checksums, and removed when the data set is in place. An archive with one folder
/// around everything loses that folder. Where `root` is there already and complete, nothing is
/// done. The data set is opened before it gets its name, so nothing that cannot be read is left
/// behind.
///
/// Errors: (data) for an archive that is not this data set, or not safe; (resource) for what
/// download_file says; (usage) for data sets without an address.
PreparedData prepare_data(const PrepareRequest& request, const DownloadObserver& downloads = {},
                          const ArchiveObserver& unpacking = {});

}  // namespace vit
