#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// A piece that is found in a text as it stands, before the text is cut into words.
struct AddedToken {
  std::string content;
  std::int64_t id = 0;
  bool normalized = false;  ///< found after the text rule, not before it
};

/// Finds added tokens in texts as the tokenizers library does: the leftmost first, of those that
/// begin at one place the longest.
class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  /// Calls `text` and `token` for the parts of `all` in their order.
  void split(std::string_view all, const std::function<void(std::string_view)>& text,
             const std::function<void(std::int64_t)>& token) const;
  [[nodiscard]] const std::vector<AddedToken>& tokens() const noexcept { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;
  std::array<std::vector<std::size_t>, 256> by_first_byte_;  // longest first
};

}  // namespace vit
