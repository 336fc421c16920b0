#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/catch.h"

namespace vit::test {

/// Packs what is in `folder` by the system's tar.
inline void pack_tar(const std::filesystem::path& folder, const std::filesystem::path& archive,
                     const std::string& format = "ustar") {
  const std::string command = "tar --format=" + format + " --sort=name -C '" + folder.string() +
                              "' -cf '" + archive.string() + "' .";
  REQUIRE(std::system(command.c_str()) == 0);
}

}  // namespace vit::test
