#include "vit/text/gemma_tokenizer.h"

#include "tests/catch.h"
#include "tests/text/models.h"
#include "vit/core/error.h"

namespace {

vit::GemmaTokenizer small_gemma() {
  vit::BpeModel model{vit::test::gemma_byte_pieces(), {{"a", "t"}, {"\u2581", "at"}}};
  for (const char* piece : {"a", "t", "\u2581", "at", "\u2581at", "<pad>"})
    model.pieces.emplace_back(piece);
  return {std::move(model), {vit::TextRule::siglip2(), {{"<pad>", 261, false}}}, "test"};
}

}  // namespace

TEST_CASE("blanks are marks, unknown characters bytes, and added tokens stand in the text") {
  const auto tokenizer = small_gemma();
  using Ids = std::vector<std::int64_t>;
  CHECK(tokenizer.encode("AT at") == Ids{259, 260});
  CHECK(tokenizer.encode("<pad>\u00E9") == Ids{261, 0xC3, 0xA9});
  CHECK(tokenizer.decode(Ids{259, 260, 0xC3, 0xA9}) == "at at\u00E9");
  CHECK(tokenizer.decode(Ids{0xC3, 259}) == "\uFFFDat");
}

TEST_CASE("a vocabulary without the bytes is refused") {
  CHECK_THROWS_AS(vit::GemmaTokenizer({{"a"}, {}}, {}, "test"), vit::Error);
}
