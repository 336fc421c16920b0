#include "vit/text/sentencepiece_normalizer.h"

#include "tests/catch.h"
#include "vit/core/error.h"

namespace {

vit::SentencePieceNormalizer normalizer(const vit::SentencePieceModel& model) {
  return {model, "x.model"};
}

/// A table of one rule: A becomes "bc".
std::string one_rule() {
  std::vector<std::uint32_t> units(512, 0x80000000);  // leaves that point to the first replacement
  units[0] = 256 << 10;
  units[256 ^ 'A'] = 'A' | 1U << 8 | 4U << 10;
  std::string table;
  const auto put = [&](std::uint32_t number) {
    for (int i = 0; i < 4; ++i) table += static_cast<char>(number >> (8 * i));
  };
  put(2048);
  for (const std::uint32_t unit : units) put(unit);
  return table + std::string("bc\0", 3);
}

}  // namespace

TEST_CASE("blanks become marks, one in front, and those in a row one") {
  vit::SentencePieceModel model;
  CHECK(normalizer(model).normalize("  a  b ") == "\u2581a\u2581b");
  CHECK(normalizer(model).normalize("   ").empty());
  CHECK(normalizer(model).normalize("a\xFF\xE2") == "\u2581a\uFFFD\uFFFD");
  model.treat_whitespace_as_suffix = true;
  CHECK(normalizer(model).normalize("a b") == "a\u2581b\u2581");
  model.add_dummy_prefix = model.remove_extra_whitespaces = false;
  CHECK(normalizer(model).normalize(" a  ") == "\u2581a\u2581\u2581");
}

TEST_CASE("characters are replaced by the model's table, but for those of a user's symbol") {
  vit::SentencePieceModel model;
  model.precompiled_charsmap = one_rule();
  CHECK(normalizer(model).normalize("xAA") == "\u2581xbcbc");
  model.pieces.push_back({"xA", 0, vit::SentencePieceModel::Type::user_defined});
  CHECK(normalizer(model).normalize("xAA") == "\u2581xAbc");
}

TEST_CASE("a table that would lead out of itself is refused") {
  vit::SentencePieceModel model;
  const std::string sound = one_rule();
  for (const std::size_t length :
       {std::size_t{3}, std::size_t{4}, std::size_t{900}, sound.size() - 1}) {
    model.precompiled_charsmap = sound.substr(0, length);
    CHECK_THROWS_AS(normalizer(model), vit::Error);
  }
  for (std::size_t at = 4; at < 4 + 2048; at += 4) {
    std::string changed = sound;
    changed[at + 1] = '\x7F';  // an offset far away
    changed[at + 3] = '\x7F';
    model.precompiled_charsmap = changed;
    CHECK_THROWS_AS(normalizer(model), vit::Error);
  }
}
