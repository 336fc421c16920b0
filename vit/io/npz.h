#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vit/io/npy.h"
#include "vit/io/zip_directory.h"

namespace vit {

/// One array of a .npz file.
struct NpzArray {
  std::string name;  ///< without .npy; slashes are part of it: "Transformer/encoder_norm/bias"
  NpyHeader header;
  std::uint64_t data_begin = 0;  ///< in the unpacked entry
  const ZipEntry* entry = nullptr;
};

/// An open .npz file: a zip archive of .npy arrays, stored (numpy.savez) or deflated
/// (numpy.savez_compressed). Arrays of Python objects are pickles and are never read.
class NpzFile {
 public:
  /// Whether a zip archive holds .npy arrays and is not one of torch.save. Throws Error(weights)
  /// where its directory cannot be read.
  [[nodiscard]] static bool is_npz(const FileBytes& file);
  /// Throws Error(resource) where the file cannot be read and Error(weights) where it is damaged,
  /// or unpacks to more than 20 times its size (and 64 MiB).
  static NpzFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
  /// In the order of their names.
  [[nodiscard]] const std::vector<NpzArray>& arrays() const noexcept { return arrays_; }
  /// The arrays that are no tensors (texts, objects), with what they are.
  [[nodiscard]] const std::map<std::string, std::string>& others() const noexcept {
    return others_;
  }

  /// Reads an array of this file, in C order and little-endian; `into` has exactly its bytes. Its
  /// checksum is compared.
  void read(const NpzArray& array, std::span<std::byte> into) const;

 private:
  NpzFile(FileBytes file, ZipDirectory zip);
  void read_header(const ZipEntry& entry);

  FileBytes file_;
  ZipDirectory zip_;
  std::vector<NpzArray> arrays_;
  std::map<std::string, std::string> others_;
};

}  // namespace vit
