#pragma once

#include <filesystem>
#include <memory>

#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

/// CIFAR-10 (Krizhevsky 2009), 50,000 training and 10,000 test pictures of 32x32 in ten classes.
/// `root` holds the binary version (`data_batch_1.bin` … `test_batch.bin`, also inside
/// `cifar-10-batches-bin/`) or the Python version (`data_batch_1` … `test_batch`, also inside
/// `cifar-10-batches-py/`, as torchvision downloads it), which are read into memory, or pictures as
/// `train/CLASS/x.png` and `test/CLASS/x.png` (any format). Throws Error (data), saying how to get
/// it, where it has neither.
std::unique_ptr<Dataset> cifar10(const std::filesystem::path& root, Split split);

/// CIFAR-100 with its hundred fine labels; the same for `train.bin` and `test.bin` (also inside
/// `cifar-100-binary/`), and `train` and `test` (also inside `cifar-100-python/`).
std::unique_ptr<Dataset> cifar100(const std::filesystem::path& root, Split split);

}  // namespace vit
