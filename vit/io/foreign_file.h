#pragma once

#include <optional>
#include <string>

#include "vit/io/file.h"
#include "vit/io/zip_directory.h"

namespace vit {

/// What a file is that may be sound, but holds no weights that are read here.
struct ForeignFile {
  std::string what;    ///< with its article: "an ONNX model"
  std::string remedy;  ///< how its weights come here
};

/// Tells files of other programs by their first bytes, where those do not by their ending: ONNX,
/// HDF5, GGUF, TFLite, TensorFlow, Flax, Core ML, archives, images, text, web pages, Git LFS
/// pointers. Nothing for a file of weights, and for bytes that are of no kind known here.
[[nodiscard]] std::optional<ForeignFile> foreign_file(const FileBytes& file);

/// The same for a zip archive that has neither torch.save's data.pkl nor NumPy's arrays.
[[nodiscard]] ForeignFile foreign_zip(const ZipDirectory& zip);

/// The same for a folder: TensorFlow's SavedModel and checkpoints, Orbax, Core ML packages.
[[nodiscard]] std::optional<ForeignFile> foreign_folder(const std::filesystem::path& folder);

}  // namespace vit
