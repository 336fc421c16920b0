#include "vit/text/tokenizer_json.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "tests/text/models.h"
#include "vit/core/error.h"

namespace {

using nlohmann::json;
using Row = std::vector<std::int64_t>;

/// CLIP's small model as the tokenizers library writes it.
json clip_json() {
  const vit::BpeModel model = vit::test::small_clip_model();
  json vocabulary = json::object(), merges = json::array();
  for (std::size_t id = 0; id < model.pieces.size(); ++id) vocabulary[model.pieces[id]] = id;
  for (const auto& [left, right] : model.merges) merges.push_back(left + " " + right);
  const auto begin = model.pieces.size() - 2;
  return {
      {"added_tokens",
       {{{"id", begin}, {"content", "<|startoftext|>"}, {"normalized", true}},
        {{"id", begin + 1}, {"content", "<|endoftext|>"}, {"normalized", false}}}},
      {"normalizer",
       {{"type", "Sequence"},
        {"normalizers",
         {{{"type", "NFC"}},
          {{"type", "Replace"}, {"pattern", {{"Regex", "\\s+"}}}, {"content", " "}},
          {{"type", "Lowercase"}}}}}},
      {"pre_tokenizer",
       {{"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "Split"},
           {"pattern", {{"Regex", R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)"}}},
           {"behavior", "Removed"},
           {"invert", true}},
          {{"type", "ByteLevel"}, {"add_prefix_space", false}}}}}},
      {"post_processor",
       {{"type", "RobertaProcessing"},
        {"sep", {"<|endoftext|>", begin + 1}},
        {"cls", {"<|startoftext|>", begin}}}},
      {"model",
       {{"type", "BPE"},
        {"end_of_word_suffix", "</w>"},
        {"vocab", vocabulary},
        {"merges", merges}}}};
}

}  // namespace

TEST_CASE("CLIP's tokenizer.json is read, with its specials where it finds them") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "tokenizer.json", clip_json().dump());
  const vit::TokenizerJson read = vit::read_tokenizer_json(folder / "tokenizer.json");
  CHECK(read.begin == 515);
  CHECK(read.end == 516);
  // normalized: it is found in the text after the rule, in lower case.
  CHECK(read.tokenizer->encode("Cat<|STARTOFTEXT|>") == Row{513, 515});
}

TEST_CASE("whatever is not read exactly is refused by name") {
  const vit::test::ScratchFolder folder;
  const auto refused = [&](const json& file) -> std::string {
    vit::test::put(folder / "tokenizer.json", file.dump());
    try {
      static_cast<void>(vit::read_tokenizer_json(folder / "tokenizer.json"));
    } catch (const vit::Error& error) {
      CHECK(error.kind() == vit::ErrorKind::weights);
      return error.what();
    }
    return "";
  };
  json file = clip_json();
  file["model"]["type"] = "Unigram";
  CHECK_THAT(refused(file), Catch::Contains("\"Unigram\""));
  file = clip_json();
  file["normalizer"]["normalizers"].erase(0);
  CHECK_THAT(refused(file), Catch::Contains("normalizer"));
  file = clip_json();
  file["pre_tokenizer"] = {{"type", "Whitespace"}};
  CHECK_THAT(refused(file), Catch::Contains("pre_tokenizer"));
  file = clip_json();
  file["added_tokens"][0]["lstrip"] = true;
  CHECK_THAT(refused(file), Catch::Contains("lstrip"));
  file = clip_json();
  file["post_processor"]["sep"][1] = 99999;
  CHECK_THAT(refused(file), Catch::Contains("99999"));
  file = clip_json();
  file["model"]["merges"][0] = "a";
  CHECK_THAT(refused(file), Catch::Contains("merges"));
  CHECK_THAT(refused(json::array()), Catch::Contains("no model"));
}

TEST_CASE("Gemma's tokenizer.json has the ids that the tokenizers library gives") {
  const auto folder = vit::test::shared("fixtures/text/sentencepiece");
  if (!folder) return;
  const auto read = vit::read_tokenizer_json(*folder / "bpe_bytes.tokenizer.json");
  const auto strings = json::parse(std::ifstream(*folder / "strings.json"));
  int listed = 0;
  for (const auto& row : strings["rows"]) {
    if (!row.contains("siglip2_json")) continue;
    ++listed;
    INFO(row["text"].dump());
    CHECK(read.tokenizer->encode(row["text"].get<std::string>()) == row["siglip2_json"].get<Row>());
  }
  CHECK(listed == 5);
}
