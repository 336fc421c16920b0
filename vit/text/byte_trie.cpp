#include "vit/text/byte_trie.h"

#include <utility>

#include "vit/core/error.h"

namespace vit {

void ByteTrie::insert(std::string_view text, std::uint32_t value) {
  std::uint32_t node = root();
  for (const char byte : text) {
    std::uint32_t next = step(node, byte);
    if (next == kNone) {
      next = static_cast<std::uint32_t>(values_.size());
      if (next >= 1U << 24)
        throw Error(ErrorKind::weights, "a tokenizer", "has pieces of more than 16 million bytes");
      values_.push_back(kNone);
      if (values_.size() * 2 > edges_.size()) {
        const std::vector<Edge> old = std::exchange(edges_, std::vector<Edge>(edges_.size() * 2));
        for (const Edge& edge : old)
          if (edge.node != kNone) add_edge(edge.key, edge.node);
      }
      add_edge(node << 8 | static_cast<unsigned char>(byte), next);
    }
    node = next;
  }
  values_[node] = value;
}

void ByteTrie::add_edge(std::uint32_t key, std::uint32_t node) {
  std::size_t at = hash(key) & mask();
  while (edges_[at].node != kNone) at = (at + 1) & mask();
  edges_[at] = {key, node};
}

std::size_t ByteTrie::longest_prefix(std::string_view text) const {
  std::size_t longest = 0;
  std::uint32_t node = root();
  for (std::size_t i = 0; i < text.size(); ++i) {
    node = step(node, text[i]);
    if (node == kNone) break;
    if (value(node) != kNone) longest = i + 1;
  }
  return longest;
}

}  // namespace vit
