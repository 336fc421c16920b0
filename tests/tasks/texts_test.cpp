#include "vit/tasks/texts.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/tasks/words.h"
#include "vit/core/error.h"
#include "vit/data/registry.h"

namespace {

vit::Sample said(const std::string& caption) {
  vit::Sample sample;
  sample.caption = caption;
  sample.source = "x.jpg";
  sample.label = 3;
  return sample;
}

}  // namespace

TEST_CASE("A vocabulary learned from captions has words for what they say, and is an option") {
  const vit::DataSplits data = vit::open_data(vit::default_data("shapes"));
  vit::VocabularyOptions words;
  vit::learn_vocabulary(words, *data.val, 0);
  REQUIRE_FALSE(words.vocabulary.empty());
  CHECK(words.vocabulary.size() <= 1024 - 514);
  const vit::TextInput input = vit::text_input(words, 24);
  CHECK(input.tokenizer->vocab_size() == 514 + static_cast<std::int64_t>(words.vocabulary.size()));
  const auto ids = input.whole_ids("a large red star on a striped green background");
  CHECK(ids.size() == 11);  // nine words, begin and end
  CHECK(input.text(ids) == "a large red star on a striped green background");
  const std::vector<std::string> before = words.vocabulary;
  vit::learn_vocabulary(words, *data.train, 0);  // it is known already
  CHECK(words.vocabulary == before);
}

TEST_CASE("Captions become tokens of one length, with what the evaluation wants to know") {
  const vit::TextCollator collator(vit::test::small_words());
  const auto annotations = collator.allocate(2, {8, 8}, torch::TensorOptions());
  collator.put(*annotations, 0, said("a cat"));
  collator.put(*annotations, 1, said("a dog and a cat and a dog and more"));
  const auto& texts = dynamic_cast<const vit::Texts&>(*annotations);
  CHECK(texts.ids.sizes() == at::IntArrayRef({2, 12}));
  CHECK(texts.captions[0] == "a cat");
  CHECK(texts.sources[1] == "x.jpg");
  CHECK(texts.labels[0] == 3);
  CHECK(collator.caption(*annotations, 0, {}) == "a cat");
  const vit::TextInput input = vit::test::small_words();
  CHECK(texts.ids[0][0].item<std::int64_t>() == input.begin);
  CHECK(texts.ids[1][11].item<std::int64_t>() == input.end);  // a cut text keeps its end
  CHECK(torch::equal(vit::ids_of(input, {"a cat"})[0], texts.ids[0]));
}

TEST_CASE("What has no caption, no tokenizer or no merge is refused by name") {
  const vit::TextCollator collator(vit::test::small_words());
  const auto annotations = collator.allocate(1, {8, 8}, torch::TensorOptions());
  CHECK_THROWS_WITH(collator.put(*annotations, 0, said("")),
                    Catch::Contains("x.jpg") && Catch::Contains("has no caption"));
  CHECK_THROWS_WITH(vit::text_input({}, 8), Catch::Contains("task.tokenizer"));
  CHECK_THROWS_WITH(vit::text_input({.tokenizer = "", .vocabulary = {"ab"}}, 8),
                    Catch::Contains("`ab` is no merge"));
}
