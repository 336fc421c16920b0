#include "vit/tasks/texts.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/text/train_bpe.h"
#include "vit/train/task.h"

namespace vit {
namespace {

constexpr const char* kLearned = "task.vocabulary";
constexpr std::string_view kBegin = "<|startoftext|>", kEnd = "<|endoftext|>";

/// The model whose merges these are, as CLIP's table lays it out: bytes, bytes that end a word, one
/// piece a merge, begin and end.
BpeModel model_of(const std::vector<std::string>& merges) {
  BpeModel model;
  model.pieces = byte_pieces();
  for (const std::string& merge : merges) {
    const std::size_t blank = merge.find(' ');
    if (blank == merge.npos || blank == 0 || blank + 1 == merge.size())
      throw Error(ErrorKind::usage, kLearned, "`" + merge + "` is no merge of two pieces",
                  "leave it as training wrote it");
    model.merges.emplace_back(merge.substr(0, blank), merge.substr(blank + 1));
    model.pieces.push_back(model.merges.back().first + model.merges.back().second);
  }
  model.pieces.emplace_back(kBegin);
  model.pieces.emplace_back(kEnd);
  return model;
}

}  // namespace

void describe(FieldVisitor& visitor, VocabularyOptions& o) {
  visitor.field(
      {"tokenizer", &o.tokenizer,
       "its files: a folder of transformers, open_clip or big_vision, vocab.json with "
       "merges.txt, tokenizer.json, CLIP's .gz table, SentencePiece's .model; \"\": one is "
       "learned from the captions"});
  visitor.field({"vocabulary", &o.vocabulary,
                 "the merges that were learned from the captions; training fills them in"});
}

bool knows_words(const VocabularyOptions& options) {
  return !options.tokenizer.empty() || !options.vocabulary.empty();
}

void learn_vocabulary(VocabularyOptions& options, const Dataset& data, std::int64_t size) {
  if (knows_words(options)) return;
  constexpr std::int64_t kEnough = 20000, kUsualSize = 1024;
  const std::int64_t step = std::max<std::int64_t>(1, data.size() / kEnough);
  std::vector<std::string> captions;
  for (std::int64_t i = 0; i < data.size(); i += step)
    if (std::string caption = data.read(i).caption; !caption.empty())
      captions.push_back(std::move(caption));
  if (captions.empty())
    throw Error(ErrorKind::data, "task.tokenizer", "there are no captions to learn one from",
                "choose data with captions, or name a tokenizer");
  for (const auto& [left, right] : train_bpe(captions, size == 0 ? kUsualSize : size).merges)
    options.vocabulary.push_back(left + " " + right);
}

TextInput text_input(const VocabularyOptions& options, std::int64_t length) {
  if (!options.tokenizer.empty()) {
    TextInput input = TextInput::open(options.tokenizer);
    input.length = length;
    return input;
  }
  if (options.vocabulary.empty())
    throw Error(ErrorKind::usage, "task.tokenizer", "no tokenizer is known for the texts",
                "name its files: --set task.tokenizer=FILE");
  TextInput input = TextInput::clip(model_of(options.vocabulary));
  input.length = length;
  return input;
}

void take_tokenizer_beside(VocabularyOptions& options, const std::filesystem::path& weights) {
  if (knows_words(options)) return;
  const std::filesystem::path folder = std::filesystem::absolute(weights).parent_path();
  try {
    (void)TextInput::open(folder);
    options.tokenizer = folder.string();
  } catch (const Error& problem) {
    // Images alone need none; whoever reads texts is told.
    if (problem.kind() == ErrorKind::weights) log::warn(problem.what());
  }
}

std::shared_ptr<Annotations> TextCollator::allocate(std::int64_t rows, Size2 /*size*/,
                                                    const torch::TensorOptions& memory) const {
  auto texts = std::make_shared<Texts>();
  texts->ids = at::empty({rows, input_.length}, memory.dtype(torch::kInt64));
  texts->captions.resize(static_cast<std::size_t>(rows));
  texts->sources.resize(static_cast<std::size_t>(rows));
  texts->labels.resize(static_cast<std::size_t>(rows));
  return texts;
}

void TextCollator::put(Annotations& annotations, std::int64_t row, const Sample& sample) const {
  if (sample.caption.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error(ErrorKind::data, printable(sample.source), "has no caption",
                "give every image a caption, or take it out of the data");
  if (!is_utf8(sample.caption))
    throw Error(ErrorKind::data, printable(sample.source),
                "its caption is not UTF-8: " + in_quotes(sample.caption, 60),
                "write the captions in UTF-8: iconv -f latin1 -t utf8");
  auto& texts = dynamic_cast<Texts&>(annotations);
  const std::vector<std::int64_t> ids = input_.ids(sample.caption);
  std::copy(ids.begin(), ids.end(),
            texts.ids.mutable_data_ptr<std::int64_t>() + row * input_.length);
  const auto at = static_cast<std::size_t>(row);
  const std::vector<std::int64_t> whole = input_.whole_ids(sample.caption);
  if (whole.size() > ids.size() && !told_of_cut_.exchange(true))
    log::warn(str(printable(sample.source), ": its caption has ", whole.size(),
                  " tokens, of which task.context_length keeps ", ids.size(),
                  "; others may be cut too"));
  // As the tokenizer writes it (`medium - sized`): what a model can say, uncut.
  texts.captions[at] = input_.text(whole);
  texts.sources[at] = sample.source;
  texts.labels[at] = sample.label;
}

std::string TextCollator::caption(const Annotations& annotations, std::int64_t row,
                                  const std::vector<std::string>& /*classes*/) const {
  return dynamic_cast<const Texts&>(annotations).captions[static_cast<std::size_t>(row)];
}

torch::Tensor tokens_of(const NamedTensors& inputs, std::int64_t vocab_size) {
  const torch::Tensor& ids = input_of(inputs, "input_ids");
  if (ids.dim() != 2 || ids.is_floating_point() || ids.numel() == 0)
    throw Error(ErrorKind::data, "input_ids",
                vit::str("expected [B, L] of integers, got ", ids.sizes(), " ", ids.scalar_type()));
  const std::int64_t most = ids.max().item<std::int64_t>(), least = ids.min().item<std::int64_t>();
  if (least < 0 || most >= vocab_size)
    throw Error(ErrorKind::data, "input_ids",
                vit::str("has ids from ", least, " to ", most, ", and the weights know ",
                         vocab_size, " tokens"),
                "make them with the tokenizer of these weights");
  return ids.to(torch::kInt64);
}

torch::Tensor ids_of(const TextInput& input, const std::vector<std::string>& texts) {
  torch::Tensor all =
      at::empty({static_cast<std::int64_t>(texts.size()), input.length}, torch::kInt64);
  std::size_t cut = 0, first_cut = 0, tokens = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t whole = input.whole_ids(texts[i]).size();
    if (whole > static_cast<std::size_t>(input.length) && cut++ == 0) {
      first_cut = i;
      tokens = whole;
    }
    const std::vector<std::int64_t> ids = input.ids(texts[i]);
    std::copy(ids.begin(), ids.end(),
              all.mutable_data_ptr<std::int64_t>() + static_cast<std::int64_t>(i) * input.length);
  }
  if (cut > 0)
    log::warn(str(cut, " of ", texts.size(), " texts ", cut == 1 ? "is" : "are",
                  " longer than the ", input.length,
                  " tokens that the model reads, and cut there: `", printable(texts[first_cut]),
                  "` has ", tokens));
  return all;
}

}  // namespace vit
