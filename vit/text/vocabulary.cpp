#include "vit/text/vocabulary.h"

#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {

Vocabulary::Vocabulary(std::vector<std::string> pieces, const std::string& where)
    : pieces_(std::move(pieces)) {
  ids_.reserve(pieces_.size());
  for (std::uint32_t id = 0; id < pieces_.size(); ++id) {
    const auto [first, fresh] = ids_.emplace(pieces_[id], id);
    if (!fresh)
      throw Error(ErrorKind::weights, where,
                  str("the piece ", in_quotes(pieces_[id]), " is there twice, as ", first->second,
                      " and ", id));
  }
}

const std::string& Vocabulary::piece(std::int64_t id) const {
  if (id < 0 || id >= size())
    throw Error(ErrorKind::data, str("id ", id),
                str("the vocabulary has the ids from 0 to ", std::int64_t{size()} - 1));
  return pieces_[static_cast<std::size_t>(id)];
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view piece) const {
  const auto found = ids_.find(piece);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

}  // namespace vit
