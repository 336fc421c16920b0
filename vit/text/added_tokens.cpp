#include "vit/text/added_tokens.h"

#include <algorithm>
#include <utility>

namespace vit {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    if (!tokens_[i].content.empty())
      by_first_byte_[static_cast<unsigned char>(tokens_[i].content.front())].push_back(i);
  for (auto& same : by_first_byte_)
    std::stable_sort(same.begin(), same.end(), [&](std::size_t a, std::size_t b) {
      return tokens_[a].content.size() > tokens_[b].content.size();
    });
}

void AddedTokens::split(std::string_view all, const std::function<void(std::string_view)>& text,
                        const std::function<void(std::int64_t)>& token) const {
  std::size_t from = 0;
  for (std::size_t at = 0; at < all.size();) {
    const auto& same = by_first_byte_[static_cast<unsigned char>(all[at])];
    const auto found = std::find_if(same.begin(), same.end(), [&](std::size_t i) {
      return all.substr(at).starts_with(tokens_[i].content);
    });
    if (found == same.end()) {
      ++at;
      continue;
    }
    if (at > from) text(all.substr(from, at - from));
    token(tokens_[*found].id);
    from = at += tokens_[*found].content.size();
  }
  if (from < all.size()) text(all.substr(from));
}

}  // namespace vit
