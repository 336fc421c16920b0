#pragma once

#include "vit/tasks/texts.h"

namespace vit::test {

/// A vocabulary of bytes and a few merges.
inline VocabularyOptions small_vocabulary() {
  return {.tokenizer = "", .vocabulary = {"c a", "ca t</w>", "d o", "do g</w>"}};
}

/// Texts of up to 12 tokens.
inline TextInput small_words() { return text_input(small_vocabulary(), 12); }

}  // namespace vit::test
