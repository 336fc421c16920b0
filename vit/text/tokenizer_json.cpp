#include "vit/text/tokenizer_json.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/text/clip_tokenizer.h"
#include "vit/text/gemma_tokenizer.h"

namespace vit {

using Json = nlohmann::json;

namespace {

constexpr std::uint64_t kMostJsonBytes = std::uint64_t{1} << 28;

/// The parts of a tokenizer.json, with the checks that each reader of one needs.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : where_(printable_path(path)),
        json_(parse_json(read_text_file(path, kMostJsonBytes), where_, ErrorKind::weights)) {
    if (!json_.is_object() || !part("model").is_object()) fail("has no model");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::weights, where_, what,
                "CLIP's and Gemma's tokenizers are read from a tokenizer.json; for another one put "
                "vocab.json with merges.txt, or spiece.model, beside the weights");
  }
  [[nodiscard]] const std::string& where() const { return where_; }

  /// A member of the file, null where it is not there.
  [[nodiscard]] const Json& part(const char* name) const { return member(json_, name); }
  [[nodiscard]] static const Json& member(const Json& object, const char* name) {
    static const Json null;
    if (!object.is_object()) return null;
    const auto found = object.find(name);
    return found == object.end() ? null : *found;
  }
  [[nodiscard]] static std::string text(const Json& object, const char* name) {
    const Json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : "";
  }
  [[nodiscard]] static bool flag(const Json& object, const char* name, bool otherwise) {
    const Json& value = member(object, name);
    return value.is_boolean() ? value.get<bool>() : otherwise;
  }
  /// A number that an id or a length may be; nothing for anything else.
  [[nodiscard]] static std::optional<std::int64_t> number(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    const auto read = value.get<std::int64_t>();
    return read >= 0 && read < (std::int64_t{1} << 31) ? std::optional(read) : std::nullopt;
  }

  /// The steps of a Sequence, or the one step that stands there without one.
  [[nodiscard]] std::vector<Json> steps(const char* part_name, const char* list) const {
    const Json& whole = part(part_name);
    if (whole.is_null()) return {};
    if (text(whole, "type") != "Sequence") return {whole};
    const Json& entries = member(whole, list);
    if (!entries.is_array()) fail(str(part_name, " is a Sequence of nothing"));
    return {entries.begin(), entries.end()};
  }

  [[nodiscard]] std::vector<AddedToken> added_tokens() const {
    std::vector<AddedToken> tokens;
    const Json& list = part("added_tokens");
    if (!list.is_array()) return tokens;
    for (const Json& entry : list) {
      AddedToken token{text(entry, "content"), number(member(entry, "id")).value_or(-1),
                       flag(entry, "normalized", false)};
      for (const char* unread : {"single_word", "lstrip", "rstrip"})
        if (flag(entry, unread, false))
          fail(str("the added token ", in_quotes(token.content), " has ", unread,
                   ", which is not read"));
      tokens.push_back(std::move(token));
    }
    return tokens;
  }

  [[nodiscard]] BpeModel model(const std::vector<AddedToken>& added) const {
    BpeModel model;
    std::vector<std::pair<std::string, std::int64_t>> ids;
    const Json& vocabulary = member(part("model"), "vocab");
    if (!vocabulary.is_object()) fail("model.vocab must be an object from pieces to ids");
    for (const auto& [piece, id] : vocabulary.items())
      ids.emplace_back(piece, number(id).value_or(-1));
    for (const AddedToken& token : added)
      if (!vocabulary.contains(token.content)) ids.emplace_back(token.content, token.id);
    model.pieces = pieces_by_id(std::move(ids), where_);
    const Json& merges = member(part("model"), "merges");
    if (!merges.is_array()) fail("model.merges must be a list");
    for (const Json& merge : merges) model.merges.push_back(read_merge(merge));
    return model;
  }

  /// What stands before and behind a text.
  [[nodiscard]] std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>> ends() const {
    const Json& processor = part("post_processor");
    const std::string type = text(processor, "type");
    if (processor.is_null() || type == "ByteLevel") return {};
    if (type == "RobertaProcessing" || type == "BertProcessing") {
      const auto id = [&](const char* name) {
        const Json& entry = member(processor, name);
        return entry.is_array() && entry.size() == 2 ? number(entry[1]) : std::nullopt;
      };
      if (!id("cls") || !id("sep")) fail(str("post_processor: ", type, " without cls or sep"));
      return {id("cls"), id("sep")};
    }
    if (type == "TemplateProcessing") return template_ends(processor);
    fail(str("post_processor: ", in_quotes(type), " is not read"));
  }

 private:
  [[nodiscard]] std::pair<std::string, std::string> read_merge(const Json& merge) const {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
      return {merge[0].get<std::string>(), merge[1].get<std::string>()};
    if (merge.is_string()) {
      const auto line = merge.get<std::string>();
      const std::size_t blank = line.find(' ');
      if (blank != std::string::npos && line.find(' ', blank + 1) == std::string::npos)
        return {line.substr(0, blank), line.substr(blank + 1)};
    }
    fail(str("model.merges: ", in_quotes(merge.dump(-1, ' ', true), 60),
             " is not a pair of pieces"));
  }

  [[nodiscard]] std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>> template_ends(
      const Json& processor) const {
    std::optional<std::int64_t> begin, end;
    bool behind = false;
    const Json& list = member(processor, "single");
    if (!list.is_array()) fail("post_processor: a TemplateProcessing without single");
    for (const Json& entry : list) {
      if (!member(entry, "Sequence").is_null()) {
        behind = true;
        continue;
      }
      const std::string name = text(member(entry, "SpecialToken"), "id");
      const Json& special = member(member(processor, "special_tokens"), name.c_str());
      const Json& ids = member(special, "ids");
      auto& place = behind ? end : begin;
      if (!ids.is_array() || ids.size() != 1 || place || !number(ids[0]))
        fail("post_processor: more than one token before or behind the text is not read");
      place = number(ids[0]);
    }
    return {begin, end};
  }

  std::string where_;
  Json json_;
};

std::shared_ptr<const Tokenizer> read_clip(const Reader& reader) {
  const Json& model = reader.part("model");
  if (!Reader::text(model, "continuing_subword_prefix").empty() ||
      Reader::flag(model, "byte_fallback", false))
    reader.fail("model: not the BPE of CLIP");
  const std::vector<Json> rules = reader.steps("normalizer", "normalizers");
  const bool known = rules.size() == 3 && Reader::text(rules[0], "type") == "NFC" &&
                     Reader::text(rules[1], "type") == "Replace" &&
                     Reader::text(Reader::member(rules[1], "pattern"), "Regex") == "\\s+" &&
                     Reader::text(rules[1], "content") == " " &&
                     Reader::text(rules[2], "type") == "Lowercase";
  if (!known) reader.fail("normalizer: not the one of CLIP (NFC, white space, lower case)");
  const std::vector<Json> words = reader.steps("pre_tokenizer", "pretokenizers");
  const std::string plain = R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";
  const std::string specials = R"(<\|startoftext\|>|<\|endoftext\|>|)";
  const bool split = words.size() == 2 && Reader::text(words[0], "type") == "Split" &&
                     Reader::text(words[0], "behavior") == "Removed" &&
                     Reader::flag(words[0], "invert", false) &&
                     Reader::text(words[1], "type") == "ByteLevel" &&
                     !Reader::flag(words[1], "add_prefix_space", true) &&
                     Reader::flag(words[1], "use_regex", true);
  const std::string pattern =
      split ? Reader::text(Reader::member(words[0], "pattern"), "Regex") : "";
  if (pattern != plain && pattern != specials + plain)
    reader.fail("pre_tokenizer: not the one of CLIP (its pattern of words, then bytes)");
  ClipTokenizer::Options options;
  options.added = reader.added_tokens();
  options.specials_are_words = pattern != plain;
  return std::make_shared<ClipTokenizer>(reader.model(options.added), options, reader.where());
}

std::shared_ptr<const Tokenizer> read_gemma(const Reader& reader) {
  GemmaTokenizer::Options options;
  std::vector<Json> rules = reader.steps("normalizer", "normalizers");
  if (rules.size() == 2 && Reader::text(rules[0], "type") == "Lowercase") {
    options.rule = TextRule::siglip2();
    rules.erase(rules.begin());
  }
  const bool known = rules.size() == 1 && Reader::text(rules[0], "type") == "Replace" &&
                     Reader::text(Reader::member(rules[0], "pattern"), "String") == " " &&
                     Reader::text(rules[0], "content") == "\xE2\x96\x81";
  if (!known) reader.fail("normalizer: not the one of Gemma (blanks become \xE2\x96\x81)");
  // It would cut at blanks, of which none is left.
  for (const Json& step : reader.steps("pre_tokenizer", "pretokenizers"))
    if (Reader::text(step, "type") != "Split" ||
        Reader::text(Reader::member(step, "pattern"), "String") != " ")
      reader.fail("pre_tokenizer: not the one of Gemma");
  options.added = reader.added_tokens();
  return std::make_shared<GemmaTokenizer>(reader.model(options.added), options, reader.where());
}

}  // namespace

TokenizerJson read_tokenizer_json(const std::filesystem::path& path) {
  const Reader reader(path);
  const Json& model = reader.part("model");
  const std::string type = Reader::text(model, "type");
  // Older files name no type.
  if (!(type == "BPE" || (type.empty() && model.contains("merges"))))
    reader.fail(str("model.type: ", in_quotes(type), " is not read"));
  for (const char* unread : {"ignore_merges"})
    if (Reader::flag(model, unread, false)) reader.fail(str("model.", unread, " is not read"));
  if (Reader::member(model, "dropout").is_number()) reader.fail("model.dropout is not read");
  TokenizerJson read;
  if (Reader::text(model, "end_of_word_suffix") == kWordEnd)
    read.tokenizer = read_clip(reader);
  else if (Reader::flag(model, "byte_fallback", false))
    read.tokenizer = read_gemma(reader);
  else
    reader.fail("model: a BPE that is neither CLIP's (</w>) nor Gemma's (byte_fallback)");
  std::tie(read.begin, read.end) = reader.ends();
  const Json& padding = reader.part("padding");
  if (Reader::text(padding, "direction") == "Left") reader.fail("padding on the left is not read");
  read.pad = Reader::number(Reader::member(padding, "pad_id"));
  read.length = Reader::number(Reader::member(reader.part("truncation"), "max_length"));
  for (const auto& id : {read.begin, read.end, read.pad})
    if (id && *id >= read.tokenizer->vocab_size())
      reader.fail(str("id ", *id, " is not in the vocabulary"));
  return read;
}

}  // namespace vit
