#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "vit/io/file_descriptor.h"

namespace vit {

/// The bytes of a regular file, read where they are asked for.
///
/// It reads with pread(2) and maps nothing: a file that another process cuts short while it is read
/// gives an Error, where a mapping would give SIGBUS. Opening never waits: a pipe, socket, device
/// or folder is an Error(resource). Reading is safe from several threads.
class FileBytes {
 public:
  /// Throws Error(resource).
  static FileBytes open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// In bytes, when it was opened.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Reads from `offset` (bytes) until `into` is full or the file ends; returns how many bytes it
  /// read. Throws Error(resource) where the system cannot read.
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) const;
  /// Fills `into`; a file that ends before is an Error(resource).
  void read(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  FileBytes(std::filesystem::path path, FileDescriptor fd, std::uint64_t size);

  std::filesystem::path path_;
  FileDescriptor fd_;
  std::uint64_t size_;
};

inline constexpr std::uint64_t kMaxWholeFile = std::uint64_t{1} << 30;

/// A whole regular file. Errors (resource): it cannot be read, or it is larger than `max_bytes`.
[[nodiscard]] std::vector<std::byte> read_file(const std::filesystem::path& path,
                                               std::uint64_t max_bytes = kMaxWholeFile);
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path,
                                         std::uint64_t max_bytes = kMaxWholeFile);

}  // namespace vit
