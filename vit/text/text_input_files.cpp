// Which tokenizer, rule, length and special ids the files beside some weights say.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/text/clip_tokenizer.h"
#include "vit/text/sentencepiece.h"
#include "vit/text/text_input.h"
#include "vit/text/tokenizer_json.h"

namespace vit {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 28;
constexpr std::int64_t kMostLength = 1 << 16;  // what is longer is transformers' word for "any"
constexpr std::string_view kSaved = "text_input.json";
constexpr std::string_view kRemedy =
    "a tokenizer is read from vocab.json with merges.txt, tokenizer.json, spiece.model, or CLIP's "
    "bpe_simple_vocab_16e6.txt.gz: put them beside the weights, or name one with --tokenizer";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Json read_config(const fs::path& path) {
  if (!is_there(path)) return Json::object();
  Json json = parse_json(read_text_file(path), printable_path(path), ErrorKind::weights);
  if (!json.is_object())
    throw Error(ErrorKind::weights, printable_path(path), "expected a JSON object");
  return json;
}

const Json& member(const Json& object, std::string_view name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : ""; }

bool is_true(const Json& value) { return value.is_boolean() && value.get<bool>(); }

std::int64_t checked_length(const Json& value, std::int64_t otherwise, const std::string& where) {
  if (!value.is_number()) return otherwise;
  const double length = value.get<double>();  // transformers writes 1e30 for no limit
  if (length > static_cast<double>(kMostLength)) return otherwise;
  if (!(length >= 1))
    throw Error(ErrorKind::weights, where, str("a length of ", value.dump(), " ids"));
  return static_cast<std::int64_t>(length);
}

std::shared_ptr<const SentencePiece> open_sentencepiece(const fs::path& path) {
  const std::string where = printable_path(path);
  return std::make_shared<SentencePiece>(
      SentencePieceModel::parse(read_text_file(path, kMostModelBytes), where), where);
}

/// The added tokens of CLIP's two specials, as transformers takes them where no file says
/// otherwise.
std::vector<AddedToken> clip_specials(const BpeModel& model) {
  std::vector<AddedToken> added;
  for (std::size_t id = 0; id < model.pieces.size(); ++id)
    for (const char* name : {"<|startoftext|>", "<|endoftext|>"})
      if (model.pieces[id] == name) added.push_back({name, static_cast<std::int64_t>(id), false});
  return added;
}

TextInput clip_input(std::shared_ptr<const ClipTokenizer> clip) {
  TextInput input;
  input.begin = clip->begin_id();
  input.end = clip->end_id();
  const bool open_clip = clip->options().dialect == ClipDialect::open_clip;
  input.pad = open_clip ? 0 : clip->end_id();
  if (open_clip) input.rule = TextRule::open_clip();
  input.tokenizer = std::move(clip);
  return input;
}

TextInput open_clip_input(BpeModel model, const fs::path& path) {
  // It calls the specials by names of its own, whatever files the vocabulary came in.
  for (std::string& piece : model.pieces) {
    if (piece == "<|startoftext|>") piece = "<start_of_text>";
    if (piece == "<|endoftext|>") piece = "<end_of_text>";
  }
  return clip_input(std::make_shared<ClipTokenizer>(
      std::move(model), ClipTokenizer::Options{ClipDialect::open_clip, TextRule{}},
      printable_path(path)));
}

TextInput transformers_clip(BpeModel model, const fs::path& path) {
  ClipTokenizer::Options options;
  options.added = clip_specials(model);
  return clip_input(
      std::make_shared<ClipTokenizer>(std::move(model), options, printable_path(path)));
}

TextInput input_of(const TokenizerJson& json) {
  TextInput input;
  if (const auto clip = std::dynamic_pointer_cast<const ClipTokenizer>(json.tokenizer))
    input = clip_input(clip);
  input.tokenizer = json.tokenizer;
  input.begin = json.begin;
  input.end = json.end;
  if (json.pad) input.pad = *json.pad;
  if (json.length) input.length = std::clamp<std::int64_t>(*json.length, 1, kMostLength);
  return input;
}

/// A `.model` alone says of no rule, and puts nothing around a text.
TextInput input_of(std::shared_ptr<const SentencePiece> pieces) {
  TextInput input;
  input.length = 64;
  input.pad = std::max<std::int64_t>(0, pieces->model().control_id(pieces->model().pad_piece));
  input.tokenizer = std::move(pieces);
  return input;
}

fs::path model_in(const fs::path& folder) {
  for (const char* name : {"spiece.model", "tokenizer.model", "sentencepiece.model"})
    if (is_there(folder / name)) return folder / name;
  return {};
}

fs::path table_in(const fs::path& folder) {
  for (const char* name : {"bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"})
    if (is_there(folder / name)) return folder / name;
  return {};
}

bool has_vocabulary(const fs::path& folder) {
  return is_there(folder / "vocab.json") && is_there(folder / "merges.txt");
}

BpeModel read_vocabulary(const fs::path& folder) {
  return BpeModel::read(folder / "vocab.json", folder / "merges.txt");
}

[[noreturn]] void fail_folder(const fs::path& folder, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(folder), what, std::string(kRemedy));
}

/// What tokenizer_config.json and special_tokens_map.json say of transformers' tokenizers.
class TransformersFolder {
 public:
  explicit TransformersFolder(const fs::path& folder)
      : folder_(folder),
        config_(read_config(folder / "tokenizer_config.json")),
        specials_(read_config(folder / "special_tokens_map.json")),
        class_(text_of(member(config_, "tokenizer_class"))) {
    if (class_.ends_with("Fast")) class_.resize(class_.size() - 4);
  }

  [[nodiscard]] TextInput open() const {
    if (text_of(member(config_, "padding_side")) == "left")
      fail_folder(folder_ / "tokenizer_config.json", "padding_side: left is not read");
    if (class_ == "CLIPTokenizer") return clip();
    if (class_ == "SiglipTokenizer") return siglip();
    if (class_ == "Siglip2Tokenizer" || class_ == "GemmaTokenizer") return gemma();
    if (class_ == "T5Tokenizer") return t5();
    fail_folder(folder_ / "tokenizer_config.json",
                str("tokenizer_class: ", in_quotes(class_), " is not read"));
  }

 private:
  [[nodiscard]] TextInput clip() const {
    TextInput input;
    if (is_there(folder_ / "tokenizer.json"))
      input = input_of(read_tokenizer_json(folder_ / "tokenizer.json"));
    else if (has_vocabulary(folder_))
      input = transformers_clip(read_vocabulary(folder_), folder_);
    else
      fail_folder(folder_, "found neither tokenizer.json nor vocab.json with merges.txt");
    set_ids(input, "<|startoftext|>", "<|endoftext|>", "<|endoftext|>", 77);
    return input;
  }

  [[nodiscard]] TextInput siglip() const {
    const fs::path model = model_in(folder_);
    if (model.empty()) fail_folder(folder_, "found no spiece.model");
    TextInput input = input_of(open_sentencepiece(model));
    input.rule = TextRule::siglip();
    const Json& lower = member(config_, "do_lower_case");
    if (lower.is_boolean() && !lower.get<bool>()) std::erase(input.rule.steps, TextStep::lower);
    set_ids(input, "", "</s>", "</s>", 64);
    return input;
  }

  [[nodiscard]] TextInput t5() const {
    const fs::path model = model_in(folder_);
    if (model.empty())
      fail_folder(folder_, "a T5Tokenizer is read from its spiece.model, which is not there");
    TextInput input = input_of(open_sentencepiece(model));
    set_ids(input, "", "</s>", "<pad>", 64);
    return input;
  }

  /// Gemma's vocabulary, which SigLIP 2 reads in lower case, with an end and no begin.
  [[nodiscard]] TextInput gemma() const {
    const std::string kind = text_of(member(read_config(folder_ / "config.json"), "model_type"));
    const bool siglip2 = class_ == "Siglip2Tokenizer" || kind == "siglip2" || kind == "siglip" ||
                         is_true(member(config_, "do_lower_case"));
    const fs::path model = model_in(folder_);
    TextInput input;
    if (is_there(folder_ / "tokenizer.json"))
      input = input_of(read_tokenizer_json(folder_ / "tokenizer.json"));
    else if (!model.empty())
      input = input_of(open_sentencepiece(model));
    else
      fail_folder(folder_, "found neither tokenizer.json nor tokenizer.model");
    const bool from_json = is_there(folder_ / "tokenizer.json");
    if (siglip2) input.rule.steps = {from_json ? TextStep::lower_each : TextStep::lower};
    const bool begins = is_true(member(config_, "add_bos_token")) || input.begin;
    const bool ends = siglip2 || is_true(member(config_, "add_eos_token")) || input.end;
    set_ids(input, begins && !siglip2 ? piece_of(input, {"<bos>", "<s>"}) : "",
            ends ? piece_of(input, {"<eos>", "</s>"}) : "", "<pad>", 64);
    return input;
  }

  static std::string piece_of(const TextInput& input, std::array<const char*, 2> names) {
    return input.tokenizer->id_of(names[0]) ? names[0] : names[1];
  }

  /// A special token of the two files: a text, or an object with its content.
  [[nodiscard]] std::string special(const char* name, const std::string& otherwise) const {
    for (const Json* file : {&config_, &specials_}) {
      const Json& value = member(*file, name);
      if (value.is_string()) return value.get<std::string>();
      if (value.is_object()) return text_of(member(value, "content"));
    }
    return otherwise;
  }

  void set_ids(TextInput& input, const std::string& begin, const std::string& end,
               const std::string& pad, std::int64_t length) const {
    const auto id = [&](const char* name, const std::string& otherwise) {
      const std::string piece = special(name, otherwise);
      const auto found = input.tokenizer->id_of(piece);
      if (!found)
        fail_folder(folder_, str(name, ": the vocabulary lacks the piece ", in_quotes(piece)));
      return *found;
    };
    input.begin = input.end = std::nullopt;
    if (!begin.empty()) input.begin = id("bos_token", begin);
    if (!end.empty()) input.end = id("eos_token", end);
    input.pad = id("pad_token", pad);
    input.length = checked_length(member(config_, "model_max_length"), length,
                                  printable_path(folder_ / "tokenizer_config.json"));
  }

  fs::path folder_;
  Json config_, specials_;
  std::string class_;
};

TextRule cleaning(const std::string& name, const fs::path& config) {
  if (name == "lower") return TextRule::open_clip();
  if (name == "canonicalize") return TextRule::open_clip_siglip();
  if (name == "whitespace") return {{TextStep::nfc, TextStep::html, TextStep::whitespace}};
  fail_folder(config, str("tokenizer_kwargs.clean: ", in_quotes(name), " is not known"));
}

TextInput from_open_clip(const fs::path& folder) {
  const fs::path path = folder / "open_clip_config.json";
  const Json config = read_config(path);
  const Json& outer = member(config, "model_cfg");
  const Json& text = member(outer.is_null() ? config : outer, "text_cfg");
  const Json& options = member(text, "tokenizer_kwargs");
  TextInput input;
  if (!text_of(member(text, "hf_tokenizer_name")).empty()) {
    if (!text_of(member(text, "hf_tokenizer_mode")).empty() ||
        !text_of(member(text, "tokenizer_mode")).empty())
      fail_folder(path, "a tokenizer mode is not read");
    input = TransformersFolder(folder).open();
    const std::string name = text_of(member(options, "clean"));
    const TextRule first = cleaning(name.empty() ? "whitespace" : name, path);
    input.rule.steps.insert(input.rule.steps.begin(), first.steps.begin(), first.steps.end());
  } else {
    if (const fs::path table = table_in(folder); !table.empty()) {
      input = open_clip_input(BpeModel::read_table(table), table);
    } else if (has_vocabulary(folder)) {
      input = open_clip_input(read_vocabulary(folder), folder);
    } else if (is_there(folder / "tokenizer.json")) {
      const auto json = read_tokenizer_json(folder / "tokenizer.json");
      const auto clip = std::dynamic_pointer_cast<const ClipTokenizer>(json.tokenizer);
      if (!clip) fail_folder(folder, "tokenizer.json is not CLIP's");
      input = open_clip_input(clip->model(), folder);
    } else {
      fail_folder(folder, "found no vocabulary beside open_clip_config.json");
    }
    const std::string name = text_of(member(options, "clean"));
    if (!name.empty()) input.rule = cleaning(name, path);
  }
  input.length = checked_length(member(text, "context_length"), 77, printable_path(path));
  return input;
}

TextInput from_saved(const fs::path& path) {
  const std::string where = printable_path(path);
  const Json json = read_config(path);
  const auto require = [&](bool sound, const char* what) {
    if (!sound)
      throw Error(ErrorKind::weights, where, what, "write it again from the tokenizer's own files");
  };
  const Json& saved = member(json, "tokenizer");
  const std::string kind = text_of(member(saved, "kind"));
  const fs::path folder = path.parent_path();
  TextInput input;
  if (kind == "clip") {
    ClipTokenizer::Options options;
    const std::string dialect = text_of(member(saved, "dialect"));
    require(dialect == "open_clip" || dialect == "transformers", "tokenizer.dialect is not known");
    options.dialect = dialect == "open_clip" ? ClipDialect::open_clip : ClipDialect::transformers;
    options.rule = text_rule_from_json(member(saved, "rule"), str(where, ": tokenizer.rule"));
    options.specials_are_words = is_true(member(saved, "specials_are_words"));
    for (const Json& token : member(saved, "added")) {
      const Json& id = member(token, "id");
      require(id.is_number_integer(), "tokenizer.added: a token without an id");
      options.added.push_back({text_of(member(token, "content")), id.get<std::int64_t>(),
                               is_true(member(token, "normalized"))});
    }
    input.tokenizer = std::make_shared<ClipTokenizer>(read_vocabulary(folder), options, where);
  } else if (kind == "sentencepiece") {
    input.tokenizer = open_sentencepiece(folder / "spiece.model");
  } else if (kind == "tokenizer_json") {
    input.tokenizer = read_tokenizer_json(folder / "tokenizer.json").tokenizer;
  } else {
    require(false, "tokenizer.kind is not known");
  }
  input.rule = text_rule_from_json(member(json, "rule"), str(where, ": rule"));
  input.length = checked_length(member(json, "length"), 0, where);
  require(input.length > 0, "has no length");
  const auto id = [&](const char* name) -> std::optional<std::int64_t> {
    const Json& value = member(json, name);
    if (value.is_null()) return std::nullopt;
    require(value.is_number_integer() && value.get<std::int64_t>() >= 0 &&
                value.get<std::int64_t>() < input.tokenizer->vocab_size(),
            "begin, end and pad must be ids of the vocabulary");
    return value.get<std::int64_t>();
  };
  input.begin = id("begin");
  input.end = id("end");
  input.pad = id("pad").value_or(0);
  return input;
}

TextInput from_folder(const fs::path& folder) {
  if (is_there(folder / kSaved)) return from_saved(folder / kSaved);
  if (is_there(folder / "open_clip_config.json")) return from_open_clip(folder);
  if (is_there(folder / "tokenizer_config.json")) return TransformersFolder(folder).open();
  if (is_there(folder / "tokenizer.json"))
    return input_of(read_tokenizer_json(folder / "tokenizer.json"));
  if (has_vocabulary(folder)) return transformers_clip(read_vocabulary(folder), folder);
  if (const fs::path table = table_in(folder); !table.empty())
    return open_clip_input(BpeModel::read_table(table), table);
  if (const fs::path model = model_in(folder); !model.empty())
    return input_of(open_sentencepiece(model));
  fail_folder(folder, "found no tokenizer in this folder");
}

}  // namespace

TextInput TextInput::open(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return from_folder(path);
  const std::string name = path.filename().string();
  if (name == kSaved) return from_saved(path);
  if (name == "vocab.json" || name == "merges.txt") {
    const fs::path folder = path.parent_path();
    return transformers_clip(BpeModel::read(folder / "vocab.json", folder / "merges.txt"), path);
  }
  const std::string ending = path.extension().string();
  if (ending == ".json") return input_of(read_tokenizer_json(path));
  if (ending == ".model" || ending == ".spm") return input_of(open_sentencepiece(path));
  if (ending == ".gz" || ending == ".txt") return open_clip_input(BpeModel::read_table(path), path);
  static_cast<void>(FileBytes::open(path));  // which says where nothing is there
  fail_folder(path, "its name does not say what tokenizer it is");
}

TextInput TextInput::clip(BpeModel model) {
  return transformers_clip(std::move(model), "a tokenizer");
}

void TextInput::save(const fs::path& folder) const {
  const auto or_null = [](const std::optional<std::int64_t>& id) {
    return id ? Json(*id) : Json();
  };
  const Json json = {{"tokenizer", tokenizer->save(folder)},
                     {"rule", to_json(rule)},
                     {"length", length},
                     {"begin", or_null(begin)},
                     {"end", or_null(end)},
                     {"pad", pad}};
  write_file_atomically(folder / kSaved, json.dump(1) + "\n");
}

}  // namespace vit
