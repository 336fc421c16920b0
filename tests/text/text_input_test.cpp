#include "vit/text/text_input.h"

#include "tests/catch.h"
#include "tests/text/models.h"
#include "vit/core/error.h"

using Numbers = std::vector<std::int64_t>;

TEST_CASE("a text is cut with its end kept, or padded, to exactly the length") {
  vit::TextInput input = vit::TextInput::clip(vit::test::small_clip_model());
  input.length = 5;
  input.pad = 0;
  CHECK(input.ids("cat cat") == Numbers{515, 513, 513, 516, 0});
  CHECK(input.ids("cat cat cat cat") == Numbers{515, 513, 513, 513, 516});
  CHECK(input.ids("") == Numbers{515, 516, 0, 0, 0});
  CHECK(input.whole_ids("cat cat cat cat").size() == 6);
  CHECK(input.text(input.ids("Cat at")) == "cat at");
  input.length = 1;
  CHECK(input.ids("cat") == Numbers{516});
  input.begin = input.end = std::nullopt;
  input.length = 2;
  CHECK(input.ids("cat cat cat") == Numbers{513, 513});
}

TEST_CASE("weights of another vocabulary are refused with both sizes") {
  const vit::TextInput input = vit::TextInput::clip(vit::test::small_clip_model());
  CHECK_NOTHROW(input.require_embeddings(517, "clip.safetensors"));
  try {
    input.require_embeddings(49408, "clip.safetensors");
    FAIL("another vocabulary was taken");
  } catch (const vit::Error& error) {
    CHECK(error.exit_code() == 4);
    CHECK_THAT(error.what(), Catch::Contains("49408") && Catch::Contains("517"));
  }
}
