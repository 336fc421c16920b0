#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/safetensors_header.h"

namespace vit {

/// An open safetensors file. Opening reads and checks the header; a tensor's bytes go from the file
/// into the caller's buffer and nowhere else. Reading is safe from several threads.
class SafetensorsFile {
 public:
  /// Throws Error(resource) where the file cannot be read and Error(weights) where it is not a
  /// sound safetensors file.
  static SafetensorsFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
  /// In the order of their data.
  [[nodiscard]] const std::vector<TensorInfo>& tensors() const noexcept { return header_.tensors; }
  [[nodiscard]] const SafetensorsMetadata& metadata() const noexcept { return header_.metadata; }

  /// Null where there is no such tensor.
  [[nodiscard]] const TensorInfo* find(std::string_view name) const;
  /// Throws Error(weights), with the nearest name, where there is no such tensor.
  [[nodiscard]] const TensorInfo& at(std::string_view name) const;

  /// Reads a tensor of this file, C order, little-endian; `into` has exactly its size.
  void read(const TensorInfo& tensor, std::span<std::byte> into) const;
  [[nodiscard]] std::vector<std::byte> read(const TensorInfo& tensor) const;

 private:
  SafetensorsFile(FileBytes file, SafetensorsHeader header, std::uint64_t data_start);

  FileBytes file_;
  SafetensorsHeader header_;
  std::uint64_t data_start_;
  std::vector<std::size_t> by_name_;  // indices into the tensors
};

/// Collects tensors and writes them as one safetensors file.
///
/// The layout is the reference implementation's: by alignment, largest first, then by name, with
/// the data at a multiple of 8 bytes; so the same tensors give the same bytes. Metadata is sorted
/// by its keys.
class SafetensorsWriter {
 public:
  /// `data` (C order, little-endian, of the size that dtype and shape give) is not copied and must
  /// live until write().
  void add(std::string name, DType dtype, std::vector<std::int64_t> shape,
           std::span<const std::byte> data);
  void set_metadata(std::string key, std::string value);

  /// Puts the file in place, all or nothing (AtomicFile), past the system's cache. Throws
  /// Error(resource) where it cannot be written and Error(weights) where the format cannot hold it:
  /// two tensors of one name, text that is not UTF-8, a header above the limit.
  void write(const std::filesystem::path& path) const;

 private:
  struct Entry {
    TensorInfo info;
    std::span<const std::byte> data;
  };
  std::vector<Entry> entries_;
  SafetensorsMetadata metadata_;
};

}  // namespace vit
