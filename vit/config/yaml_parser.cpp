#include "vit/config/yaml_parser.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/utf8.h"

namespace vit {
namespace {

using Source = std::shared_ptr<const std::string>;

YamlPlace place_of(const Source& source, const YAML::Mark& mark) {
  return {source, mark.line + 1, mark.column + 1};
}

[[noreturn]] void refuse(const YamlPlace& place, std::string what, std::string remedy = {}) {
  throw Error(ErrorKind::usage, place.text(), std::move(what), std::move(remedy));
}

/// Builds the tree from the parser's events and stops it at the first thing we do not take.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(Source source, std::vector<YamlProblem>& problems)
      : source_(std::move(source)), problems_(problems) {}

  [[nodiscard]] std::optional<YamlNode> take() { return std::exchange(root_, std::nullopt); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    attach(make(YamlNode::Kind::null, mark, "", anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Kind::scalar, mark, tag, anchor);
    node.text = value;
    node.quoted = tag == "!";
    attach(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::sequence, mark, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(YamlNode::Kind::mapping, mark, tag, anchor));
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;
  };

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor) {
    const YamlPlace place = place_of(source_, mark);
    if (anchor != YAML::NullAnchor) refuse_anchor(mark);
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(place, str("the tag ", shown(tag), " is not supported"), "write the value without it");
    if (++count_ > kYamlMaxNodes)
      refuse(place, str("more than ", kYamlMaxNodes, " values in one file"));
    YamlNode node;
    node.kind = kind;
    node.place = place;
    return node;
  }

  [[noreturn]] void refuse_anchor(const YAML::Mark& mark) const {
    refuse(place_of(source_, mark), "anchors (&name) and aliases (*name) are not supported",
           "write the value out, or share it through `base: other.yaml`; quote text that begins "
           "with & or *");
  }

  void open(YamlNode node) {
    if (open_.size() >= kYamlMaxDepth)
      refuse(node.place, str("nested more than ", kYamlMaxDepth, " levels deep"));
    open_.push_back({std::move(node), std::nullopt});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(node));
  }

  void attach(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.kind != YamlNode::Kind::scalar)
        refuse(node.place, "expected the name of an option, found " + node.described());
      parent.key = std::move(node);
    } else {
      add_entry(parent.node, *std::exchange(parent.key, std::nullopt), std::move(node));
    }
  }

  void add_entry(YamlNode& mapping, YamlNode key, YamlNode value) {
    if (const YamlEntry* first = mapping.find(key.text)) {
      problems_.push_back({key.place, path_to(key.text),
                           str("written twice; the first is at ", first->place.text()),
                           "remove one of them"});
      return;
    }
    mapping.entries.push_back({std::move(key.text), std::move(key.place), std::move(value)});
  }

  [[nodiscard]] std::string path_to(const std::string& key) const {
    std::string path;
    for (const Open& open : open_)
      if (open.key) path += open.key->text + ".";
    return path + key;
  }

  Source source_;
  std::vector<YamlProblem>& problems_;
  std::vector<Open> open_;
  std::optional<YamlNode> root_;
  std::size_t count_ = 0;
};

/// Checks characters. Also counts those that open and close things, wherever they stand: the parser
/// queues the tokens of a whole line before it reports the first one, so that some megabytes of `[`
/// would take gigabytes.
void check_text(std::string_view bytes, const Source& source) {
  constexpr std::string_view kStructure = "[]{}&*!\"'";
  constexpr std::size_t kMostStructure = 2 * kYamlMaxNodes;
  std::size_t structure = 0;
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    refuse({source, 0, 0}, "the file is UTF-16, not UTF-8", "save it as UTF-8");
  YamlPlace place{source, 1, 1};
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = utf8_length(bytes, at);
    if (length == 0) refuse(place, "the file is not UTF-8 here", "save it as UTF-8");
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F)
      refuse(place, str("a control character (code ", static_cast<int>(byte), ")"),
             "remove it, or write it as an escape in double quotes");
    if (kStructure.find(bytes[at]) != std::string_view::npos && ++structure > kMostStructure)
      refuse(place,
             str("more than ", kMostStructure, " brackets, quotes and the like in one file"));
    at += length;
    place.column += static_cast<int>(length);
    if (byte == '\n') {
      ++place.line;
      place.column = 1;
    }
  }
}

/// Whether line `number` (from 1) begins with white space that holds a tab.
bool indented_by_tab(std::string_view bytes, int number) {
  std::size_t begin = 0;
  for (int line = 1; line < number && begin != std::string_view::npos; ++line) {
    begin = bytes.find('\n', begin);
    if (begin != std::string_view::npos) ++begin;
  }
  if (begin == std::string_view::npos) return false;
  const std::string_view rest = bytes.substr(begin);
  return rest.substr(0, rest.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

[[noreturn]] void explain(const YAML::Exception& problem, std::string_view bytes,
                          const Source& source) {
  const YamlPlace place =
      problem.mark.is_null() ? YamlPlace{source, 0, 0} : place_of(source, problem.mark);
  // The parser notices a wrong indentation on the line itself or at the end of the one before.
  for (int line = place.line; line > 0 && line <= place.line + 1; ++line)
    if (indented_by_tab(bytes, line))
      refuse({source, line, 1}, "a tab in the indentation", "indent with spaces");
  const std::string& message = problem.msg;
  if (message == "illegal map value")
    refuse(place, "`:` where no value can begin",
           "check the indentation; put text that contains `: ` in quotes");
  if (message.starts_with("end of map") || message.starts_with("end of seq"))
    refuse(place, "a list or a mapping does not end properly before here",
           "check the brackets [ ] { }, the commas and the indentation");
  if (message == "illegal EOF in scalar" || message == "illegal document indicator in scalar")
    refuse(place, "a quote is opened and not closed before here");
  if (message == "the referenced anchor is not defined")
    refuse(place, "aliases (*name) are not supported", "put text that begins with * in quotes");
  if (message == "unknown token")
    refuse(place, "no value can begin with this character", "put the text in quotes");
  refuse(place, "not valid YAML: " + shown(message),
         "check indentation, quotes and brackets; put text with special characters in quotes");
}

}  // namespace

YamlNode parse_yaml(std::string_view bytes, const std::string& source_name,
                    std::vector<YamlProblem>& problems) {
  const Source source = std::make_shared<const std::string>(source_name);
  if (bytes.size() > kYamlMaxBytes)
    refuse({source, 0, 0}, str("larger than ", kYamlMaxBytes >> 20, " MB"),
           "this is hardly an experiment file");
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  check_text(bytes, source);

  TreeBuilder builder(source, problems);
  std::optional<YamlNode> root;
  try {
    // yaml-cpp lets the end of the file close a quote; the end of the document it does not.
    std::istringstream stream(std::string(bytes) + (bytes.ends_with('\n') ? "..." : "\n..."));
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) root = builder.take();
    if (root && parser.HandleNextDocument(builder)) {
      const auto second = builder.take();
      refuse(second ? second->place : YamlPlace{source, 0, 0}, "a second document begins here",
             "an experiment file holds one; remove the line `---` before it");
    }
  } catch (const YAML::Exception& problem) {
    explain(problem, bytes, source);
  }
  if (root) return std::move(*root);
  YamlNode nothing;
  nothing.kind = YamlNode::Kind::null;
  nothing.place = {source, 1, 1};
  return nothing;
}

}  // namespace vit
