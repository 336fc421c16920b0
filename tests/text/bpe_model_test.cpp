#include "vit/text/bpe_model.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/text/models.h"
#include "vit/core/error.h"

using vit::BpeModel;
using vit::test::put;

TEST_CASE("vocab.json and merges.txt give back the model that they were written of") {
  const vit::test::ScratchFolder folder;
  const BpeModel model = vit::test::small_clip_model();
  model.write(folder.path());
  const BpeModel read = BpeModel::read(folder / "vocab.json", folder / "merges.txt");
  CHECK(read.pieces == model.pieces);
  CHECK(read.merges == model.merges);
}

TEST_CASE("CLIP's table of merges makes the vocabulary") {
  const vit::test::ScratchFolder folder;
  put(folder / "t.txt", "#version: 0.2\na t</w>\nc at</w>");
  const BpeModel model = BpeModel::read_table(folder / "t.txt");
  REQUIRE(model.pieces.size() == 516);
  CHECK(model.pieces[0] == "!");
  CHECK(model.pieces[512] == "at</w>");
  CHECK(model.pieces[515] == "<end_of_text>");
  put(folder / "t.txt", "#version: 0.2\na t</w>\n");
  CHECK(BpeModel::read_table(folder / "t.txt").pieces.size() == 516);  // the end counts as a piece
}

TEST_CASE("files that are no byte pair encoding are refused with their line") {
  const vit::test::ScratchFolder folder;
  put(folder / "t.txt", "#version: 0.2\na t</w>\na b c");
  try {
    static_cast<void>(BpeModel::read_table(folder / "t.txt"));
    FAIL("three pieces were taken");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK_THAT(error.where(), Catch::EndsWith("t.txt:3"));
  }
  for (const char* vocabulary : {"[]", R"({"a": 1})", R"({"a": 0, "b": 0})", R"({"a": -1})",
                                 R"({"a": 99999999999999999999})", R"({"a": "0"})"}) {
    INFO(vocabulary);
    put(folder / "vocab.json", vocabulary);
    put(folder / "merges.txt", "");
    CHECK_THROWS_AS(BpeModel::read(folder / "vocab.json", folder / "merges.txt"), vit::Error);
  }
}
