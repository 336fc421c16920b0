// Any bytes as the file of a tokenizer: it is read, and then encodes and decodes, or it is an
// Error(weights). Any bytes as a text: every tokenizer has ids for it, all of its vocabulary. The
// first byte chooses the reader.

#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/fuzz/memory_file.h"
#include "tests/text/sentencepiece_bytes.h"
#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/text/clip_tokenizer.h"
#include "vit/text/gemma_tokenizer.h"
#include "vit/text/sentencepiece.h"
#include "vit/text/text_input.h"
#include "vit/text/train_bpe.h"

using vit::fuzz::require;

namespace {

namespace fs = std::filesystem;

constexpr const char* kText =
    "A photo of \xE2\x96\x81 the caf\xC3\xA9's <mask> &amp;\xFF 12\xF0\x9F\x98\x80";

void use(const vit::TextInput& input, std::string_view text) {
  const std::vector<std::int64_t> whole = input.whole_ids(text);
  for (const std::int64_t id : whole) require(id >= 0 && id < input.tokenizer->vocab_size());
  require(input.ids(text).size() == static_cast<std::size_t>(input.length));
  static_cast<void>(input.tokenizer->decode(whole));
  static_cast<void>(input.text(input.ids(text)));
}

/// A folder with the names that a tokenizer is found by, each of them the same bytes.
class Folder {
 public:
  explicit Folder(const vit::fuzz::MemoryFile& memory) {
    for (const char* name : {"a.model", "a.gz", "tokenizer.json", "saved/text_input.json",
                             "open_clip/open_clip_config.json", "hf/tokenizer_config.json",
                             "vocabulary/vocab.json", "merges/merges.txt"})
      memory.link(path_ / name);
    const std::vector<std::string> texts = {"a photo of the cat", "the cats"};
    const vit::BpeModel model = vit::train_bpe(texts, 540);
    for (const char* name : {"saved", "open_clip", "hf"}) model.write(path_ / name);
    vit::write_file_atomically(path_ / "saved/spiece.model",
                               vit::test::model_bytes({{"<unk>", 0, 2}, {"a", -1}}, 1));
    model.write(path_);
    fs::rename(path_ / "vocab.json", path_ / "merges/vocab.json");
    fs::rename(path_ / "merges.txt", path_ / "vocabulary/merges.txt");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_ = fs::temp_directory_path() / ("vit_fuzz_text_" + std::to_string(::getpid()));
};

std::vector<vit::TextInput> every_kind() {
  std::vector<vit::TextInput> inputs;
  const std::vector<std::string> texts = {"a photo of the cat's 12 caf\xC3\xA9s", "the the cat"};
  vit::BpeModel model = vit::train_bpe(texts, 560);
  inputs.push_back(vit::TextInput::clip(model));
  vit::TextInput open_clip = inputs.front();
  open_clip.tokenizer = std::make_shared<vit::ClipTokenizer>(
      std::move(model), vit::ClipTokenizer::Options{vit::ClipDialect::open_clip, vit::TextRule{}},
      "fuzz");
  open_clip.rule = vit::TextRule::open_clip_siglip();
  inputs.push_back(std::move(open_clip));
  std::vector<vit::test::PieceOf> pieces = {{"<unk>", 0, 2}, {"</s>", 0, 3}, {"<mask>", 0, 4}};
  vit::BpeModel gemma;
  for (int byte = 0; byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto i = static_cast<std::size_t>(byte);
    gemma.pieces.push_back(std::string("<0x") + kDigits[i / 16] + kDigits[i % 16] + ">");
    pieces.push_back({gemma.pieces.back(), 0, 6});
  }
  for (const char* text : {"\xE2\x96\x81", "a", "c", "t", "at", "ca", "cat",
                           "\xE2\x96\x81"
                           "cat"}) {
    pieces.push_back({text, -static_cast<float>(pieces.size())});
    gemma.pieces.emplace_back(text);
  }
  gemma.merges = {{"a", "t"}, {"c", "at"}, {"\xE2\x96\x81", "cat"}};
  for (const int kind : {1, 2}) {
    vit::TextInput input;
    auto kept = pieces;
    if (kind == 1) std::erase_if(kept, [](const auto& piece) { return piece.type == 6; });
    input.tokenizer = std::make_shared<vit::SentencePiece>(
        vit::SentencePieceModel::parse(vit::test::model_bytes(kept, kind), "fuzz"), "fuzz");
    input.end = 1;
    inputs.push_back(std::move(input));
  }
  vit::TextInput json;
  json.tokenizer = std::make_shared<vit::GemmaTokenizer>(
      std::move(gemma), vit::GemmaTokenizer::Options{vit::TextRule::siglip2(), {}}, "fuzz");
  inputs.push_back(std::move(json));
  return inputs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static vit::fuzz::MemoryFile memory;
  static const Folder folder(memory);
  static const std::vector<vit::TextInput> inputs = every_kind();
  if (size == 0) return 0;
  const std::span bytes = std::span(data, size).subspan(1);
  const std::string text(bytes.begin(), bytes.end());
  if (data[0] == 'e') {
    for (const vit::TextInput& input : inputs) use(input, text);
    return 0;
  }
  static_cast<void>(memory.with(bytes));
  try {
    switch (data[0]) {
      case 'm': use(vit::TextInput::open(folder / "a.model"), kText); break;
      case 'g': use(vit::TextInput::open(folder / "a.gz"), kText); break;
      case 'j': use(vit::TextInput::open(folder / "tokenizer.json"), kText); break;
      case 's': use(vit::TextInput::open(folder / "saved"), kText); break;
      case 'o': use(vit::TextInput::open(folder / "open_clip"), kText); break;
      case 'h': use(vit::TextInput::open(folder / "hf"), kText); break;
      case 'v': use(vit::TextInput::open(folder / "vocabulary"), kText); break;
      case 'r': use(vit::TextInput::open(folder / "merges"), kText); break;
      default: break;
    }
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::weights);
  }
  return 0;
}
