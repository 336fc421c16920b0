#include "vit/run/run_filter.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "vit/config/yaml_parser.h"
#include "vit/core/error.h"
#include "vit/core/glob.h"
#include "vit/report/append_file.h"
#include "vit/report/number.h"

namespace vit {

struct RunFilter::Node {
  enum class Kind { all, any, negation, comparison } kind = Kind::comparison;
  std::vector<std::unique_ptr<Node>> parts;
  std::string name, op, value;  // of a comparison
};

namespace {

using FilterNode = RunFilter::Node;

constexpr std::string_view kExample = "as in --filter 'status == done and top1 > 70'";

struct Token {
  std::string text;
  std::size_t at = 0;  // in the expression
  bool quoted = false;
};

std::vector<Token> tokens_of(const std::string& expression) {
  constexpr std::array<std::string_view, 12> kOperators = {"==", "!=", "<=", ">=", "&&", "||",
                                                           "=",  "<",  ">",  "~",  "(",  ")"};
  std::vector<Token> tokens;
  std::size_t at = 0;
  const auto operator_at = [&](std::size_t i) -> std::string_view {
    for (const std::string_view op : kOperators)
      if (expression.compare(i, op.size(), op) == 0) return op;
    return expression[i] == '!' ? "!" : "";
  };
  while (at < expression.size()) {
    const char c = expression[at];
    if (c == ' ' || c == '\t' || c == '\n') {
      ++at;
    } else if (c == '"' || c == '\'') {
      const std::size_t end = expression.find(c, at + 1);
      if (end == std::string::npos)
        throw Error(ErrorKind::usage, "--filter", str("a quote is not closed: ", expression));
      tokens.push_back({expression.substr(at + 1, end - at - 1), at, true});
      at = end + 1;
    } else if (const auto op = operator_at(at); !op.empty()) {
      tokens.push_back({std::string(op), at});
      at += op.size();
    } else {
      std::size_t end = at;
      while (end < expression.size() &&
             std::string_view(" \t\n\"'").find(expression[end]) == std::string_view::npos &&
             operator_at(end).empty())
        ++end;
      tokens.push_back({expression.substr(at, end - at), at});
      at = end;
    }
  }
  return tokens;
}

bool reads_config(const FilterNode& node) {
  if (node.kind == FilterNode::Kind::comparison)
    return node.name.find('.') != std::string::npos && !node.name.starts_with("last.");
  return std::any_of(node.parts.begin(), node.parts.end(),
                     [](const auto& part) { return reads_config(*part); });
}

class FilterParser {
 public:
  explicit FilterParser(const std::string& expression)
      : expression_(expression), tokens_(tokens_of(expression)) {}

  std::unique_ptr<FilterNode> parse() {
    auto node = any();
    if (next_ < tokens_.size()) fail("expected `and`, `or` or the end");
    return node;
  }

 private:
  [[nodiscard]] bool is(std::initializer_list<std::string_view> words) const {
    if (next_ >= tokens_.size() || tokens_[next_].quoted) return false;
    for (const std::string_view word : words)
      if (tokens_[next_].text == word) return true;
    return false;
  }
  bool take(std::initializer_list<std::string_view> words) {
    if (!is(words)) return false;
    ++next_;
    return true;
  }
  [[noreturn]] void fail(const std::string& expected) const {
    const bool ended = next_ >= tokens_.size();
    throw Error(ErrorKind::usage, "--filter",
                str(expected, ended ? " after `" + expression_ + "`"
                                    : ", found `" + tokens_[next_].text + "` at character " +
                                          std::to_string(tokens_[next_].at + 1)),
                std::string(kExample));
  }

  std::unique_ptr<FilterNode> any() {
    return joined(FilterNode::Kind::any, {"or", "||"}, &FilterParser::all);
  }
  std::unique_ptr<FilterNode> all() {
    return joined(FilterNode::Kind::all, {"and", "&&"}, &FilterParser::one);
  }
  std::unique_ptr<FilterNode> joined(FilterNode::Kind kind,
                                     std::initializer_list<std::string_view> words,
                                     std::unique_ptr<FilterNode> (FilterParser::*part)()) {
    auto first = (this->*part)();
    if (!is(words)) return first;
    auto node = std::make_unique<FilterNode>();
    node->kind = kind;
    node->parts.push_back(std::move(first));
    while (take(words)) node->parts.push_back((this->*part)());
    // Reading a config takes a hundred times as long as what is known already.
    std::stable_partition(node->parts.begin(), node->parts.end(),
                          [](const auto& one) { return !reads_config(*one); });
    return node;
  }

  std::unique_ptr<FilterNode> one() {
    if (++depth_ > 100) fail("the expression is nested too deeply");
    auto node = std::make_unique<FilterNode>();
    if (take({"not", "!"})) {
      node->kind = FilterNode::Kind::negation;
      node->parts.push_back(one());
    } else if (take({"("})) {
      node = any();
      if (!take({")"})) fail("expected `)`");
    } else {
      if (next_ >= tokens_.size() ||
          is({"and", "or", "&&", "||", ")", "==", "=", "!=", "<", "<=", ">", ">=", "~"}))
        fail("expected a name");
      node->name = tokens_[next_++].text;
      if (!is({"==", "=", "!=", "<", "<=", ">", ">=", "~"}))
        fail("expected ==, !=, <, <=, >, >= or ~ behind `" + node->name + "`");
      node->op = tokens_[next_++].text;
      if (next_ >= tokens_.size() || is({"and", "or", "&&", "||", "(", ")"}))
        fail("expected a value");
      node->value = tokens_[next_++].text;
    }
    --depth_;
    return node;
  }

  const std::string& expression_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

void flatten(const YamlNode& node, const std::string& key,
             std::map<std::string, std::string>& into) {
  if (node.kind == YamlNode::Kind::scalar) into.emplace(key, node.text);
  if (node.kind == YamlNode::Kind::null) into.emplace(key, "null");
  for (std::size_t i = 0; i < node.items.size(); ++i)
    flatten(node.items[i], str(key, ".", i), into);
  for (const YamlEntry& entry : node.entries)
    flatten(entry.value, key.empty() ? entry.key : key + "." + entry.key, into);
}

/// What a run has under a name, as text.
class Values {
 public:
  explicit Values(const RunEntry& run) : run_(run) {}

  std::optional<std::string> operator()(const std::string& name) {
    const RunRecord& record = run_.record;
    if (name == "name") return run_.name;
    if (name == "status") return std::string(run_state_name(run_.state));
    if (name == "task") return record.task;
    if (name == "model") return record.model;
    if (name == "data") return record.data;
    if (name == "started") return record.started;
    if (name == "seed") return std::to_string(record.seed);
    if (name == "epochs") return std::to_string(run_.epochs);
    if (name == "time") return shortest(run_.seconds);
    if (name == "best" || name == "last")
      return run_.metrics.empty() ? std::nullopt : number(run_.metrics.front(), name == "last");
    if (const auto metric = run_.metric(name)) return number(run_.metrics[*metric], false);
    if (name.starts_with("last."))
      if (const auto metric = run_.metric(name.substr(5)))
        return number(run_.metrics[*metric], true);
    if (name.find('.') == std::string::npos) return std::nullopt;
    if (!config_) read_config();
    const auto value = config_->find(name);
    return value == config_->end() ? std::nullopt : std::optional(value->second);
  }

 private:
  static std::optional<std::string> number(const RunMetric& metric, bool last) {
    const auto& value = last ? metric.last : metric.best;
    return value ? std::optional(shortest(*value)) : std::nullopt;
  }
  void read_config() {
    config_.emplace();
    try {
      std::vector<YamlProblem> ignored;
      const std::filesystem::path file = RunDirectory(run_.path).config();
      flatten(parse_yaml(text_if_there(file), file.string(), ignored), "", *config_);
    } catch (const Error&) {  // a config that cannot be read says nothing
    }
  }

  const RunEntry& run_;
  std::optional<std::map<std::string, std::string>> config_;
};

bool compares(const std::string& found, const std::string& op, const std::string& wanted) {
  if (op == "~") return matches_glob(wanted, found);
  const auto a = parse_number(found), b = parse_number(wanted);
  const bool equal = a && b ? *a == *b : found == wanted;
  if (op == "==" || op == "=") return equal;
  if (op == "!=") return !equal;
  const bool less = a && b ? *a < *b : found < wanted;
  if ((a.has_value() != b.has_value())) return false;  // a number and a word have no order
  if (op == "<") return less;
  if (op == "<=") return less || equal;
  if (op == ">") return !less && !equal;
  return !less;
}

bool fulfils(const FilterNode& node, Values& values, std::set<std::string>& had) {
  switch (node.kind) {
    case FilterNode::Kind::all:
      for (const auto& part : node.parts)
        if (!fulfils(*part, values, had)) return false;
      return true;
    case FilterNode::Kind::any:
      for (const auto& part : node.parts)
        if (fulfils(*part, values, had)) return true;
      return false;
    case FilterNode::Kind::negation: return !fulfils(*node.parts.front(), values, had);
    case FilterNode::Kind::comparison: break;
  }
  const auto found = values(node.name);
  if (!found) return false;
  had.insert(node.name);
  return compares(*found, node.op, node.value);
}

/// A name in the expression that no run has.
const std::string* unknown_name(const FilterNode& node, std::vector<Values>& runs,
                                const std::set<std::string>& had) {
  for (const auto& part : node.parts)
    if (const std::string* name = unknown_name(*part, runs, had)) return name;
  if (node.kind != FilterNode::Kind::comparison || had.contains(node.name)) return nullptr;
  for (Values& run : runs)
    if (run(node.name)) return nullptr;
  return &node.name;
}

}  // namespace

RunFilter::RunFilter(const std::string& expression)
    : expression_(expression), root_(FilterParser(expression).parse()) {}
RunFilter::~RunFilter() = default;
RunFilter::RunFilter(RunFilter&&) noexcept = default;
RunFilter& RunFilter::operator=(RunFilter&&) noexcept = default;

std::vector<RunEntry> RunFilter::of(std::vector<RunEntry> runs) const {
  std::vector<Values> values(runs.begin(), runs.end());
  std::set<std::string> had;
  std::vector<bool> chosen;
  for (Values& run : values) chosen.push_back(fulfils(*root_, run, had));
  if (!runs.empty())
    if (const std::string* name = unknown_name(*root_, values, had))
      throw Error(ErrorKind::usage, "--filter", str("no run has `", *name, "`"),
                  "known are name, status, task, model, data, started, seed, epochs, time, best, "
                  "last, the runs' metrics, and keys of an experiment such as optim.lr");
  std::vector<RunEntry> kept;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (chosen[i]) kept.push_back(std::move(runs[i]));
  return kept;
}

}  // namespace vit
