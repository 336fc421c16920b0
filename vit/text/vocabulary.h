#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vit {

/// The pieces of a tokenizer; the id of each is its place.
class Vocabulary {
 public:
  /// A piece that is there twice is an Error(weights) at `where`.
  Vocabulary(std::vector<std::string> pieces, const std::string& where);
  Vocabulary(Vocabulary&&) = default;  // what the views in ids_ see stays where it is
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  [[nodiscard]] const std::vector<std::string>& pieces() const noexcept { return pieces_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(pieces_.size()); }
  /// An id outside the vocabulary is an Error(data).
  [[nodiscard]] const std::string& piece(std::int64_t id) const;
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view piece) const;

 private:
  std::vector<std::string> pieces_;
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

}  // namespace vit
