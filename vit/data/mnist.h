#pragma once

#include <filesystem>
#include <memory>

#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// MNIST (LeCun et al. 1998): 60,000 and 10,000 handwritten digits of 28x28 in grey. `root` holds
/// the four IDX files (`train-images-idx3-ubyte` …), also gzipped (`.gz`), also inside `MNIST/raw/`
/// as torchvision lays them out. Throws Error (data) where a file is missing, damaged or longer or
/// shorter than its header says.
std::unique_ptr<Dataset> mnist(const std::filesystem::path& root, Split split);

/// Fashion-MNIST (Xiao et al. 2017), in the same files; also inside `FashionMNIST/raw/`.
std::unique_ptr<Dataset> fashion_mnist(const std::filesystem::path& root, Split split);

}  // namespace vit
