#pragma once

#include <filesystem>
#include <memory>

#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// SVHN (Netzer et al. 2011), format 2: 73,257 and 26,032 cropped digits of 32x32 from
/// `train_32x32.mat` and `test_32x32.mat`. The file's label 10 is the digit 0. Throws Error (data).
std::unique_ptr<Dataset> svhn(const std::filesystem::path& root, Split split);

}  // namespace vit
