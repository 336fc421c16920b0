#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "tests/text/models.h"
#include "tests/text/sentencepiece_bytes.h"
#include "vit/core/error.h"
#include "vit/text/text_input.h"

namespace {

using vit::TextInput;
using vit::test::put;
using vit::test::ScratchFolder;

std::string small_spiece() {
  return vit::test::model_bytes(
      {{"<pad>", 0, 3}, {"</s>", 0, 3}, {"<unk>", 0, 2}, {"\u2581", -1}, {"ab", -2}}, 1);
}

std::string refusal(const std::filesystem::path& path) {
  try {
    static_cast<void>(TextInput::open(path));
  } catch (const vit::Error& error) {
    return std::to_string(error.exit_code()) + " " + error.what();
  }
  return "";
}

}  // namespace

TEST_CASE(
    "a folder of transformers' CLIP, and one of open_clip, each say their own rule and padding") {
  const ScratchFolder folder;
  vit::test::small_clip_model().write(folder.path());
  put(folder / "tokenizer_config.json",
      R"({"tokenizer_class": "CLIPTokenizerFast", "model_max_length": 12, "pad_token": {"content": "!"}})");
  const TextInput hf = TextInput::open(folder.path());
  CHECK(hf.length == 12);
  CHECK(hf.pad == 0);
  CHECK(hf.rule == vit::TextRule{});
  put(folder / "open_clip_config.json",
      R"({"model_cfg": {"text_cfg": {"context_length": 16, "vocab_size": 517}}})");
  const TextInput open_clip = TextInput::open(folder.path());
  CHECK(open_clip.length == 16);
  CHECK(open_clip.rule == vit::TextRule::open_clip());
  CHECK(open_clip.whole_ids("&amp;<end_of_text>") != hf.whole_ids("&amp;<end_of_text>"));
}

TEST_CASE("SigLIP's folder has the canonical text, its end as padding and 64 ids") {
  const ScratchFolder folder;
  put(folder / "spiece.model", small_spiece());
  put(folder / "tokenizer_config.json",
      R"({"tokenizer_class": "SiglipTokenizer", "model_max_length": 1e30})");
  const TextInput input = TextInput::open(folder.path());
  CHECK(input.length == 64);
  CHECK(input.pad == 1);
  CHECK(input.whole_ids("A-B!") == std::vector<std::int64_t>{3, 4, 1});
  CHECK(TextInput::open(folder / "spiece.model").whole_ids("ab") ==
        std::vector<std::int64_t>{3, 4});
}

TEST_CASE("what was saved is opened as it was") {
  const ScratchFolder folder;
  for (TextInput input : {TextInput::clip(vit::test::small_clip_model()), [] {
                            const ScratchFolder other;
                            put(other / "x.model", small_spiece());
                            TextInput pieces = TextInput::open(other / "x.model");
                            pieces.rule = vit::TextRule::siglip();
                            pieces.end = 1;
                            return pieces;
                          }()}) {
    input.length = 9;
    input.save(folder.path());
    const TextInput read = TextInput::open(folder.path());
    CHECK(read.description() == input.description());
    for (const char* text : {"A cat <|endoftext|> at", "ab AB ab", ""})
      CHECK(read.ids(text) == input.ids(text));
  }
}

TEST_CASE("folders without a tokenizer that is read are refused with a remedy") {
  const ScratchFolder folder;
  CHECK_THAT(refusal(folder.path()), Catch::StartsWith("4 ") && Catch::Contains("no tokenizer"));
  CHECK_THAT(refusal(folder / "nothing.model"), Catch::StartsWith("5 "));
  put(folder / "tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer"})");
  CHECK_THAT(refusal(folder.path()), Catch::Contains("BertTokenizer"));
  put(folder / "tokenizer_config.json",
      R"({"tokenizer_class": "CLIPTokenizer", "padding_side": "left"})");
  CHECK_THAT(refusal(folder.path()), Catch::Contains("padding_side"));
  put(folder / "text_input.json", R"({"tokenizer": {"kind": "other"}})");
  CHECK_THAT(refusal(folder.path()), Catch::Contains("kind"));
  put(folder / "x.bin", "x");
  CHECK_THAT(refusal(folder / "x.bin"), Catch::StartsWith("4 "));
}

TEST_CASE("the strings of the fixture have the ids of SigLIP and SigLIP 2") {
  const auto fixture = vit::test::shared("fixtures/text/sentencepiece");
  if (!fixture) return;
  const ScratchFolder siglip, siglip2;
  std::filesystem::copy(*fixture / "unigram.model", siglip / "spiece.model");
  std::filesystem::copy(*fixture / "bpe_bytes.model", siglip2 / "tokenizer.model");
  put(siglip / "tokenizer_config.json",
      R"({"tokenizer_class": "SiglipTokenizer", "model_max_length": 16})");
  put(siglip2 / "tokenizer_config.json",
      R"({"tokenizer_class": "Siglip2Tokenizer", "model_max_length": 16})");
  const TextInput first = TextInput::open(siglip.path()), second = TextInput::open(siglip2.path());
  const auto strings = nlohmann::json::parse(std::ifstream(*fixture / "strings.json"));
  for (const auto& row : strings["rows"]) {
    const auto text = row["text"].get<std::string>();
    INFO(text);
    CHECK(first.rule.apply(text) == row["canonical"]);
    CHECK(first.ids(text) == row["siglip"].get<std::vector<std::int64_t>>());
    CHECK(second.ids(text) == row["siglip2"].get<std::vector<std::int64_t>>());
  }
}
