#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/core/utf8.h"
#include "vit/io/json.h"
#include "vit/text/text_input.h"
#include "vit/text/train_bpe.h"

namespace vit::cli {
namespace {

struct TokenizeArguments {
  std::string tokenizer, train;
  std::int64_t length = 0, pieces = 4096;
  std::vector<std::string> texts;
  bool json = false;
};

/// The next text of standard input, a JSON string on a line of its own; false at the end.
bool read_text(std::string& text, std::int64_t& line_number) {
  std::string line;
  if (!std::getline(std::cin, line)) return false;
  const std::string where = str("standard input:", ++line_number);
  const nlohmann::json json = parse_json(line, where, ErrorKind::data);
  if (!json.is_string())
    throw Error(ErrorKind::data, where, "expected a JSON string", "write each text as \"…\"");
  text = json.get<std::string>();
  return true;
}

/// Calls `use` with each text, in order, as it comes.
template <class Use>
void for_each_text(const TokenizeArguments& arguments, const Use& use) {
  if (arguments.texts == std::vector<std::string>{"-"}) {
    std::int64_t line = 0;
    for (std::string text; read_text(text, line);) use(text);
    return;
  }
  for (const std::string& text : arguments.texts) {
    if (!is_utf8(text))
      throw Error(ErrorKind::usage, "TEXT", "is not UTF-8",
                  "give it in UTF-8, or as JSON with `-`");
    use(text);
  }
}

void train(const TokenizeArguments& arguments) {
  namespace fs = std::filesystem;
  if (!arguments.tokenizer.empty())
    throw Error(ErrorKind::usage, "--tokenizer", "has no say where --train learns one",
                "leave one of them out");
  for (const char* name : {"vocab.json", "merges.txt", "text_input.json", "tokenizer.json"})
    if (fs::exists(fs::path(arguments.train) / name))
      throw Error(ErrorKind::usage, arguments.train, str("holds a tokenizer already (", name, ")"),
                  "name another folder, or take that one away");
  std::vector<std::string> texts;
  for_each_text(arguments, [&](const std::string& text) {
    if (text.find_first_not_of(" \t\r\n") != std::string::npos) texts.push_back(text);
  });
  if (texts.empty())
    throw Error(ErrorKind::data, "--train", "there is no text to learn from",
                "give texts, or `-` and one JSON string a line on standard input");
  fs::create_directories(arguments.train);
  TextInput input = TextInput::clip(train_bpe(texts, arguments.pieces));
  if (arguments.length > 0) input.length = arguments.length;
  input.save(arguments.train);
  if (!arguments.json) return print("wrote " + arguments.train + ": " + input.description());
  print_json({{"tokenizer", input.description()},
              {"vocab_size", input.tokenizer->vocab_size()},
              {"texts", texts.size()}});
}

void tokenize(const TokenizeArguments& arguments) {
  if (!arguments.train.empty()) return train(arguments);
  if (arguments.tokenizer.empty())
    throw Error(ErrorKind::usage, "--tokenizer", "is not given",
                "name a file or the folder of a tokenizer");
  TextInput input = TextInput::open(arguments.tokenizer);
  if (arguments.length > 0) input.length = arguments.length;
  nlohmann::json all = nlohmann::json::array(), pieces = nlohmann::json::array();
  std::int64_t cut = 0;
  std::string lines;
  for_each_text(arguments, [&](const std::string& text) {
    const std::vector<std::int64_t> whole = input.whole_ids(text);
    if (static_cast<std::int64_t>(whole.size()) > input.length) ++cut;
    const std::vector<std::int64_t> ids = arguments.length > 0 ? input.ids(text) : whole;
    if (arguments.json) {
      nlohmann::json names = nlohmann::json::array();
      for (const std::int64_t id : ids) names.push_back(input.tokenizer->piece(id));
      all.push_back(ids);
      pieces.push_back(std::move(names));
      return;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) lines += ' ';
      lines += std::to_string(ids[i]);
    }
    lines += '\n';
    if (lines.size() < 1 << 16) return;
    std::cout << lines;
    lines.clear();
  });
  std::cout << lines << std::flush;
  if (!arguments.json) return;
  print_json({{"ids", all},
              {"pieces", pieces},
              {"tokenizer", input.description()},
              {"vocab_size", input.tokenizer->vocab_size()},
              {"length", input.length},
              {"longer_than_length", cut}});
}

}  // namespace

void add_tokenize(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("tokenize", "The ids that a model of texts is fed for a text");
  command->footer(
      "A folder is one with the files of a model (transformers, open_clip) or one that --train "
      "wrote;\n"
      "a file is vocab.json, tokenizer.json, a .model of SentencePiece, or CLIP's table of "
      "merges.\n"
      "Without --length the ids are neither cut nor padded.\n"
      "Examples:\n"
      "  vit tokenize --tokenizer clip-vit-base-patch32 --length 77 \"a photo of a cat\"\n"
      "  jq -c .caption captions.jsonl | vit tokenize --train words --pieces 2048 -");
  const auto arguments = std::make_shared<TokenizeArguments>();
  command->add_option("--tokenizer", arguments->tokenizer, "Where the tokenizer is")
      ->type_name("FILE|FOLDER");
  command->add_option("--length", arguments->length, "Cut or pad to this many ids")
      ->check(CLI::Range(1, 65536));
  command
      ->add_option("--train", arguments->train,
                   "Learn a byte pair encoding in CLIP's form from the texts, into this folder")
      ->type_name("FOLDER");
  command->add_option("--pieces", arguments->pieces, "Pieces that --train learns")
      ->check(CLI::Range(514, 1'000'000))
      ->capture_default_str();
  command
      ->add_option("TEXT", arguments->texts,
                   "Texts; `-`: one JSON string a line from standard input")
      ->required();
  command->add_flag("--json", arguments->json, "Print one JSON object, with the pieces by name");
  command->callback([arguments] { tokenize(*arguments); });
}

}  // namespace vit::cli
