#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vit {

/// Strings by their prefixes: from a place in a text, every string of a set that begins there.
class ByteTrie {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// A string that is there already takes the new value.
  void insert(std::string_view text, std::uint32_t value);

  [[nodiscard]] static constexpr std::uint32_t root() { return 0; }
  /// The node behind `node` by one more byte; kNone where no string goes on so.
  [[nodiscard]] std::uint32_t step(std::uint32_t node, char byte) const {
    const std::uint32_t key = node << 8 | static_cast<unsigned char>(byte);
    for (std::size_t at = hash(key) & mask();; at = (at + 1) & mask())
      if (edges_[at].key == key || edges_[at].node == kNone) return edges_[at].node;
  }
  /// The value of the string that ends at a node; kNone where none does.
  [[nodiscard]] std::uint32_t value(std::uint32_t node) const { return values_[node]; }

  /// The length of the longest string that `text` begins with, 0 where there is none.
  [[nodiscard]] std::size_t longest_prefix(std::string_view text) const;

 private:
  struct Edge {
    std::uint32_t key = 0, node = kNone;  // key: the node before, and the byte
  };
  [[nodiscard]] std::size_t mask() const { return edges_.size() - 1; }
  [[nodiscard]] static std::size_t hash(std::uint32_t key) {
    return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15ULL >> 32);
  }
  void add_edge(std::uint32_t key, std::uint32_t node);

  std::vector<std::uint32_t> values_ = {kNone};  // by node
  std::vector<Edge> edges_ = std::vector<Edge>(16);
};

}  // namespace vit
