#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include "vit/io/file_descriptor.h"

namespace vit::fuzz {

/// Ends the run where something that must hold does not.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// A file in memory whose content is replaced for each input.
class MemoryFile {
 public:
  MemoryFile() : memory_(::memfd_create("fuzz", 0)) {}

  /// The file with these bytes.
  std::filesystem::path with(std::span<const std::uint8_t> bytes) {
    require(::ftruncate(memory_.get(), 0) == 0);
    require(::pwrite(memory_.get(), bytes.data(), bytes.size(), 0) ==
            static_cast<ssize_t>(bytes.size()));
    return "/proc/self/fd/" + std::to_string(memory_.get());
  }
  std::filesystem::path with(const std::string& bytes) {
    return with(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  }

 private:
  FileDescriptor memory_;
};

}  // namespace vit::fuzz
