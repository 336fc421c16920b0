#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "vit/io/file_descriptor.h"

namespace vit {

/// A file that is being fetched: `NAME.part`, which outlives the process so that the next one goes
/// on where this one stopped, and `NAME.part.etag`, the server's name for the version that its
/// bytes are from. Locked while the object lives. Errors are Error(resource).
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& target);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Empty where the server named none; weak ones (`W/…`) do not say that bytes are the same.
  [[nodiscard]] const std::string& etag() const noexcept { return etag_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Throws the bytes away; those that follow are of the version `etag`.
  void restart(std::string_view etag);
  void append(std::span<const std::byte> bytes);
  /// Removes it.
  void discard() noexcept;
  /// Syncs it and gives it the target's name; the last call.
  void commit();

 private:
  [[nodiscard]] std::filesystem::path etag_path() const;

  std::filesystem::path target_, path_;
  FileDescriptor fd_;
  std::uint64_t size_ = 0;
  std::string etag_;
};

}  // namespace vit
