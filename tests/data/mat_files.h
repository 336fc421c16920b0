#pragma once

#include <string>

namespace vit::test {

/// A file of level 5: 128 bytes of text, version and byte order, then elements.
inline std::string mat(const std::string& hex) {
  std::string bytes(124, ' ');
  bytes += std::string("\0\1IM", 4);
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace vit::test
