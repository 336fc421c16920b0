#include "vit/text/sentencepiece_model.h"

#include <limits>

#include "tests/catch.h"
#include "tests/text/sentencepiece_bytes.h"
#include "vit/core/error.h"

using vit::SentencePieceModel;
using vit::test::model_bytes;
using vit::test::PieceOf;

namespace {

const std::vector<PieceOf> kFew = {{"<unk>", 0, 2}, {"</s>", 0, 3}, {"<pad>", 0, 3}, {"a", -1.5F}};

std::string refused(const std::string& bytes) {
  try {
    static_cast<void>(SentencePieceModel::parse(bytes, "x.model"));
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a model says its pieces, its kind and its special ids") {
  const auto model = SentencePieceModel::parse(model_bytes(kFew, 1, false), "x.model");
  REQUIRE(model.pieces.size() == 4);
  CHECK(model.pieces[3].text == "a");
  CHECK(model.pieces[3].score == -1.5F);
  CHECK(model.kind == SentencePieceModel::Kind::unigram);
  CHECK_FALSE(model.add_dummy_prefix);
  CHECK(model.unk_id() == 0);
  CHECK(model.control_id(model.pad_piece) == 2);
  CHECK(model.control_id("a") == -1);
  CHECK(vit::byte_of_piece("<0x0A>") == 10);
  CHECK(vit::byte_of_piece("<0x0a>") == -1);
}

TEST_CASE("what is damaged, or of a kind that is not read, is refused by name") {
  const std::string sound = model_bytes(kFew, 1);
  for (std::size_t length = 0; length < sound.size(); ++length) refused(sound.substr(0, length));
  CHECK_THAT(refused(model_bytes(kFew, 3)), Catch::Contains("words"));
  CHECK_THAT(refused(model_bytes(kFew, 2)), Catch::Contains("0 of them"));
  CHECK_THAT(refused(model_bytes({{"a", -1}}, 1)), Catch::Contains("no unknown piece"));
  auto pieces = kFew;
  pieces.push_back({"a", -2});
  CHECK_THAT(refused(model_bytes(pieces, 1)), Catch::Contains("twice"));
  pieces.back() = {"b", std::numeric_limits<float>::quiet_NaN()};
  CHECK_THAT(refused(model_bytes(pieces, 1)), Catch::Contains("not a number"));
  pieces.back() = {"<0x0A>", 0, 6};
  CHECK_THAT(refused(model_bytes(pieces, 1)), Catch::Contains("<0x0A>"));
}
