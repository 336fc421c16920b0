#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "vit/io/file_descriptor.h"
#include "vit/io/write_behind.h"

namespace vit {

/// Writes a file so that, whatever happens and whenever it happens (an exception, `kill -9`, a full
/// disk, a power cut), the name holds either the whole old file or the whole new one.
///
/// The bytes go to `NAME.tmp.PID` beside it; `commit()` syncs them, renames the file and syncs the
/// folder. Without a commit the destructor removes the temporary; what a killed process left is
/// removed when the same file is next written. A symbolic link is followed, the permissions of an
/// old file are kept.
///
/// Every failure is an Error(resource) with path, reason and remedy.
class AtomicFile {
 public:
  /// The folder must be there, and what stands at `path`, if anything, must be a regular file.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Takes disk space for `bytes` in all, so that a full disk is found before the work is done.
  void reserve(std::uint64_t bytes);
  /// Keeps what is written from the first byte on out of the system's cache: for large files that
  /// are not read soon.
  void bypass_cache() { behind_.emplace(); }
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Puts the file in place; the last call.
  void commit();

  /// How many bytes have been written to it.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void open_temporary(int mode);
  void write_through(std::span<const std::byte> bytes);
  void flush();

  std::filesystem::path path_, temporary_;  // temporary_ is empty while there is none to remove
  FileDescriptor fd_;
  std::vector<std::byte> buffer_;
  std::uint64_t size_ = 0, reserved_ = 0, written_ = 0;
  std::optional<WriteBehind> behind_;
};

/// Puts `text` at `path`, all or nothing, as AtomicFile does.
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace vit
