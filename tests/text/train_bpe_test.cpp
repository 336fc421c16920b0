#include "vit/text/train_bpe.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/text/models.h"
#include "vit/core/error.h"
#include "vit/text/text_input.h"

using Texts = std::vector<std::string>;

TEST_CASE("the most frequent pair becomes a piece first, of equals the one that sorts first") {
  const auto model = vit::train_bpe(Texts{"ab ab ab cd cd", "ef"}, 516);
  using Merge = std::pair<std::string, std::string>;
  CHECK(model.merges == std::vector<Merge>{{"a", "b</w>"}, {"c", "d</w>"}});
  CHECK(vit::train_bpe(Texts{"dc dc ba ba"}, 515).merges == std::vector<Merge>{{"b", "a</w>"}});
  // No pair is left long before there are so many pieces; a run is merged from its left.
  CHECK(vit::train_bpe(Texts{"aaab"}, 5000).merges ==
        std::vector<Merge>{{"a", "a"}, {"a", "b</w>"}, {"aa", "ab</w>"}});
}

TEST_CASE("the order of the texts has no say, and what was learned serves as a tokenizer") {
  Texts texts = {"a photo of a red ring", "the red star left of a ring",
                 "Photos, caf\u00E9s & stars"};
  const auto model = vit::train_bpe(texts, 600);
  std::reverse(texts.begin(), texts.end());
  const auto again = vit::train_bpe(texts, 600);
  CHECK(model.pieces == again.pieces);
  CHECK(model.merges == again.merges);
  const vit::TextInput input = vit::TextInput::clip(model);
  CHECK(input.text(input.ids("A red caf\u00E9")) == "a red caf\u00E9");
  CHECK(input.whole_ids("red ring").size() == 4);
}

TEST_CASE("fewer pieces than there are bytes cannot be asked for") {
  CHECK_THROWS_AS(vit::train_bpe(Texts{"a"}, 513), vit::Error);
}
