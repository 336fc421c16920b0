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

  /// Gives the file a name of its own, for readers that go by names.
  void link(const std::filesystem::path& name) const {
    std::filesystem::create_directories(name.parent_path());
    std::filesystem::remove(name);  // of a run that crashed
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(memory_.get()), name);
  }

 private:
  FileDescriptor memory_;
};

}  // namespace vit::fuzz
