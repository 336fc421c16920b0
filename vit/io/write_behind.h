#pragma once

#include <cstdint>

namespace vit {

/// Sends a large file to the disk while it is being written, and out of the system's cache: a
/// gigabyte of weights that nobody reads soon would push out the pictures that are read all the
/// time, and fresh cache pages cost more processor time than everything else about the write.
class WriteBehind {
 public:
  /// To be called when `size` bytes in all have been written to `file`, one piece after another;
  /// pieces well below kWindow. Returns the errno with which the disk refused some of them, or 0.
  [[nodiscard]] int wrote(int file, std::uint64_t size);

  static constexpr std::uint64_t kWindow = std::uint64_t{8} << 20;

 private:
  std::uint64_t sent_ = 0;     // up to here the disk has been told to begin,
  std::uint64_t dropped_ = 0;  // and up to here it is done
  bool possible_ = true;       // not every file system can
};

}  // namespace vit
