#include "vit/text/sentencepiece.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "tests/text/sentencepiece_bytes.h"
#include "vit/core/error.h"
#include "vit/io/file.h"
#include "vit/text/text_input.h"

namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;
using vit::test::model_bytes;
using vit::test::PieceOf;

vit::SentencePiece open(std::string bytes) {
  return {vit::SentencePieceModel::parse(std::move(bytes), "test.model"), "test.model"};
}

vit::SentencePiece open_file(const fs::path& path) { return open(vit::read_text_file(path)); }

std::vector<PieceOf> unigram_pieces() {
  return {{"<unk>", 0, 2}, {"</s>", 0, 3}, {"\u2581", -2}, {"\u2581ab", -3}, {"a", -2},
          {"b", -2},       {"abc", -4},    {"bc", -1.5},   {"<u>", 0, 4},    {"c", -9}};
}

}  // namespace

TEST_CASE("a unigram model takes the likeliest pieces, and its unknown characters are one") {
  const auto tokenizer = open(model_bytes(unigram_pieces(), 1));
  CHECK(tokenizer.encode("ab") == Ids{3});
  CHECK(tokenizer.encode("abc") == Ids{2, 4, 7});  // -2 -2 -1.5 beats -3 -9 and -2 -4
  CHECK(tokenizer.encode("xyz ab") == Ids{2, 0, 3});
  CHECK(tokenizer.encode("  ab   ab ") == Ids{3, 3});
  CHECK(tokenizer.encode("a<u>b") == Ids{2, 4, 8, 5});
  CHECK(tokenizer.encode("") == Ids{});
  CHECK(tokenizer.encode("</s>") == Ids{2, 0});  // a control piece is never found in a text
  CHECK(tokenizer.decode(Ids{3, 3, 1}) == "ab ab");
}

TEST_CASE("a BPE merges the best score first, and its unknown characters become bytes") {
  std::vector<PieceOf> pieces = {{"<unk>", 0, 2}, {"</s>", 0, 3}};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto i = static_cast<std::size_t>(byte);
    pieces.push_back({std::string("<0x") + kDigits[i / 16] + kDigits[i % 16] + ">", 0, 6});
  }
  for (const char* text : {"ab", "bc", "abc", "a", "b", "c"})
    pieces.push_back({text, -static_cast<float>(pieces.size())});
  const std::int64_t first = 258;
  const auto tokenizer = open(model_bytes(pieces, 2, false));
  CHECK(tokenizer.encode("bc") == Ids{first + 1});
  CHECK(tokenizer.encode("abc") == Ids{first + 2});
  CHECK(tokenizer.encode("abbc") == Ids{first, first + 1});
  CHECK(tokenizer.encode("\u00E9") == Ids{2 + 0xC3, 2 + 0xA9});
  CHECK(tokenizer.decode(Ids{2 + 0xC3, 2 + 0xA9, first, 2 + 0xC3}) == "\u00E9ab\uFFFD");
}

TEST_CASE("damaged models are refused, and those that are not read by name") {
  const std::string sound = model_bytes(unigram_pieces(), 1);
  for (std::size_t length = 0; length < sound.size(); length += 7) {
    INFO(length);
    try {
      static_cast<void>(open(sound.substr(0, length)));
    } catch (const vit::Error& error) {
      CHECK(error.kind() == vit::ErrorKind::weights);
    }
  }
  CHECK_THROWS_AS(open(model_bytes(unigram_pieces(), 3)), vit::Error);  // of words
  auto twice = unigram_pieces();
  twice.push_back({"a", -1});
  CHECK_THROWS_AS(open(model_bytes(twice, 1)), vit::Error);
  CHECK_THROWS_AS(open(model_bytes({{"a", -1}}, 1)), vit::Error);  // nothing for the unknown
}

TEST_CASE("every string of the fixture has sentencepiece's ids, and decodes as it does") {
  const auto folder = vit::test::shared("fixtures/text/sentencepiece");
  if (!folder) return;
  const auto unigram = open_file(*folder / "unigram.model");
  const auto bpe = open_file(*folder / "bpe_bytes.model");
  const auto strings = nlohmann::json::parse(std::ifstream(*folder / "strings.json"));
  CHECK(unigram.vocab_size() == strings["sizes"]["unigram"]);
  CHECK(bpe.vocab_size() == strings["sizes"]["bpe"]);
  for (const auto& row : strings["rows"]) {
    const auto text = row["text"].get<std::string>();
    INFO(text);
    const auto ids = row["unigram"].get<Ids>(), bytes = row["bpe"].get<Ids>();
    CHECK(unigram.encode(text) == ids);
    CHECK(bpe.encode(text) == bytes);
    CHECK(unigram.decode(ids) == row.value("decoded_unigram", text));
    CHECK(bpe.decode(bytes) == row.value("decoded_bpe", text));
  }
}
