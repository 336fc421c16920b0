#include "vit/text/clip_tokenizer.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "tests/text/models.h"
#include "vit/core/error.h"

namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;

using vit::test::small_clip_model;

vit::ClipTokenizer transformers(vit::BpeModel model) {
  vit::ClipTokenizer::Options options;
  const auto size = static_cast<std::int64_t>(model.pieces.size());
  options.added = {{"<|startoftext|>", size - 2, false}, {"<|endoftext|>", size - 1, false}};
  return {std::move(model), options, "small"};
}

vit::ClipTokenizer open_clip(vit::BpeModel model) {
  return {std::move(model), {vit::ClipDialect::open_clip, vit::TextRule::open_clip()}, "small"};
}

std::vector<std::string> pieces_of(const vit::Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> pieces;
  for (const auto id : tokenizer.encode(text)) pieces.emplace_back(tokenizer.piece(id));
  return pieces;
}

nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(std::ifstream(path));
}

Ids between_specials(const nlohmann::json& row) {
  const auto ids = row.get<Ids>();
  return {ids.begin() + 1, ids.end() - 1};
}

}  // namespace

TEST_CASE("merges are made by rank, and the end of a word is a symbol of its own") {
  const auto tokenizer = transformers(small_clip_model());
  using Pieces = std::vector<std::string>;
  CHECK(pieces_of(tokenizer, "Cat at") == Pieces{"cat</w>", "at</w>"});
  CHECK(pieces_of(tokenizer, "cab") == Pieces{"ca", "b</w>"});
  CHECK(pieces_of(tokenizer, "12") == Pieces{"1</w>", "2</w>"});
  CHECK(pieces_of(tokenizer, "it's!?") == Pieces{"i", "t</w>", "'", "s</w>", "!", "?</w>"});
  CHECK(pieces_of(tokenizer, "") == Pieces{});
}

TEST_CASE("specials within a text are read as each source reads them") {
  const auto hf = transformers(small_clip_model());
  CHECK(hf.encode("a<|endoftext|>") == Ids{hf.id_of("a</w>").value(), hf.end_id()});
  // In capitals it is none until the text rule has lowered it, which is too late.
  CHECK(pieces_of(hf, "<|ENDOFTEXT|>").size() == 13);
  vit::BpeModel model = small_clip_model();
  model.pieces[model.pieces.size() - 2] = "<start_of_text>";
  model.pieces.back() = "<end_of_text>";
  const auto oc = open_clip(model);
  CHECK(oc.encode("a <END_of_text>") == Ids{oc.id_of("a</w>").value(), oc.end_id()});
  CHECK(pieces_of(oc, "!<end_of_text>").front() == "!");  // a run of punctuation took its <
  CHECK(oc.encode("a\u0345b") == oc.encode("a b"));
}

TEST_CASE("what is no UTF-8 counts as U+FFFD, and decoding gives the text back") {
  const auto tokenizer = transformers(small_clip_model());
  CHECK(tokenizer.encode("a\xFF") == tokenizer.encode("a\xEF\xBF\xBD"));
  CHECK(tokenizer.encode("\xE2\x82") == tokenizer.encode("\xEF\xBF\xBD"));
  CHECK(tokenizer.decode(tokenizer.encode("a Café, 猫!")) == "a café , 猫 !");
  CHECK_THROWS_AS(tokenizer.decode(Ids{10'000}), vit::Error);
}

TEST_CASE("a model without a byte, or without begin and end, is refused") {
  vit::BpeModel model = small_clip_model();
  model.pieces[3] = "other";
  CHECK_THROWS_AS(transformers(model), vit::Error);
  model = small_clip_model();
  model.pieces.back() = "<eos>";
  CHECK_THROWS_AS(open_clip(model), vit::Error);
  model = small_clip_model();
  model.merges.emplace_back("q", "q");
  CHECK_THROWS_AS(transformers(model), vit::Error);
}

TEST_CASE("every string of the fixture has the ids of transformers and of open_clip") {
  const auto folder = vit::test::shared("fixtures/text/bpe");
  if (!folder) return;
  const vit::BpeModel table = vit::BpeModel::read_table(*folder / "bpe.txt.gz");
  vit::BpeModel named = table;
  named.pieces[named.pieces.size() - 2] = "<|startoftext|>";
  named.pieces.back() = "<|endoftext|>";
  const auto hf = transformers(named);
  const auto oc = open_clip(table);
  const auto strings = read_json(*folder / "strings.json");
  CHECK(hf.begin_id() == strings["sot"]);
  CHECK(oc.end_id() == strings["eot"]);
  int repaired = 0;
  for (const auto& row : strings["rows"]) {
    const auto text = row["text"].get<std::string>();
    INFO(text);
    CHECK(hf.encode(text) == between_specials(row["hf"]));
    const auto& ids = row.contains("open_clip") ? row["open_clip"] : row["hf"];
    if (oc.encode(text) != between_specials(ids)) ++repaired;
  }
  // Text that was decoded in a wrong encoding, which ftfy mends.
  CHECK(repaired == (strings["rows"].size() == 300 ? 2 : 0));
}
