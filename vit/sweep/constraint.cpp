#include "vit/sweep/constraint.h"

#include <cmath>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/report/number.h"

namespace vit {

struct Constraint::Node {
  std::string operation;  ///< an operator; "value" or "name"
  ConstraintValue value{0.0};
  std::vector<std::shared_ptr<const Node>> parts{};
};

namespace {

using NodePtr = std::shared_ptr<const Constraint::Node>;

/// Thrown where a parameter does not count, so that the whole expression says nothing.
struct NotApplicable {};

class ConstraintParser {
 public:
  ConstraintParser(const std::string& text, const Constraint::Dictionary& dictionary,
                   const std::string& where)
      : text_(text), dictionary_(dictionary), where_(where) {
    next();
  }

  NodePtr parse() {
    NodePtr node = either();
    if (!token_.empty()) fail(str("did not expect `", printable(token_), "`"));
    return node;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::usage, where_, str("the constraint ", in_quotes(text_), ": ", problem),
                "it is like model.embed_dim % model.num_heads == 0 or optim.opt == sgd");
  }

  void next() {
    const std::size_t begin = text_.find_first_not_of(" \t\n", at_);
    quoted_ = false;
    token_.clear();
    if (begin == std::string::npos) {
      at_ = text_.size();
      return;
    }
    const auto in_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.';
    };
    const char c = text_[begin];
    at_ = begin + 1;
    if (c == '\'' || c == '"') {
      const std::size_t end = text_.find(c, at_);
      if (end == std::string::npos) fail("a quote is not closed");
      token_ = text_.substr(at_, end - at_);
      quoted_ = true;
      at_ = end + 1;
      return;
    }
    if (in_word(c)) {
      const bool number = c == '.' || (c >= '0' && c <= '9');
      // A sign belongs to a number behind its `e`: 1e-3.
      while (at_ < text_.size() &&
             (in_word(text_[at_]) || (number && (text_[at_] == '-' || text_[at_] == '+') &&
                                      (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E'))))
        ++at_;
    } else if (at_ < text_.size() && text_[at_] == '=' &&
               std::string("=!<>").find(c) != std::string::npos) {
      ++at_;
    }
    token_ = text_.substr(begin, at_ - begin);
  }

  bool take(const char* word) {
    if (quoted_ || token_ != word) return false;
    next();
    return true;
  }

  static NodePtr make(const char* operation, std::vector<NodePtr> parts) {
    return std::make_shared<const Constraint::Node>(
        Constraint::Node{operation, 0.0, std::move(parts)});
  }

  NodePtr either() {
    NodePtr left = both();
    while (take("or")) left = make("or", {left, both()});
    return left;
  }
  NodePtr both() {
    NodePtr left = negated();
    while (take("and")) left = make("and", {left, negated()});
    return left;
  }
  NodePtr negated() {
    if (++depth_ > 100) fail("is nested too deeply");
    NodePtr node = take("not") ? make("not", {negated()}) : comparison();
    --depth_;
    return node;
  }
  NodePtr comparison() {
    NodePtr left = sum();
    for (const char* operation : {"==", "!=", "<=", ">=", "<", ">"})
      if (take(operation)) return make(operation, {left, sum()});
    return left;
  }
  NodePtr sum() {
    NodePtr left = product();
    for (;;) {
      if (take("+"))
        left = make("+", {left, product()});
      else if (take("-"))
        left = make("-", {left, product()});
      else
        return left;
    }
  }
  NodePtr product() {
    NodePtr left = atom();
    for (;;) {
      if (take("*"))
        left = make("*", {left, atom()});
      else if (take("/"))
        left = make("/", {left, atom()});
      else if (take("%"))
        left = make("%", {left, atom()});
      else
        return left;
    }
  }
  NodePtr atom() {
    if (take("-")) {
      if (++depth_ > 100) fail("is nested too deeply");
      NodePtr node = make("-", {literal(0.0), atom()});
      --depth_;
      return node;
    }
    if (take("(")) {
      NodePtr inside = either();
      if (!take(")")) fail("a parenthesis is not closed");
      return inside;
    }
    if (token_.empty() && !quoted_) fail("ends too early");
    const std::string word = std::exchange(token_, {});
    const bool quoted = quoted_;
    next();
    if (quoted) return literal(word);
    if (const auto number = parse_number(word)) return literal(*number);
    switch (dictionary_(word)) {
      case Constraint::Word::parameter:
        return std::make_shared<const Constraint::Node>(Constraint::Node{"name", word});
      case Constraint::Word::text: return literal(word);
      case Constraint::Word::unknown: break;
    }
    fail(str("`", printable(word), "` is no parameter of the space and no label of a choice"));
  }
  static NodePtr literal(ConstraintValue value) {
    return std::make_shared<const Constraint::Node>(Constraint::Node{"value", std::move(value)});
  }

  const std::string& text_;
  const Constraint::Dictionary& dictionary_;
  const std::string& where_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string token_;
  bool quoted_ = false;
};

double number(const ConstraintValue& value) {
  // A text is no number: what is computed of it compares with nothing.
  const double* found = std::get_if<double>(&value);
  return found != nullptr ? *found : std::nan("");
}

ConstraintValue evaluate(const Constraint::Node& node, const Constraint::Values& values) {
  const std::string& op = node.operation;
  if (op == "value") return node.value;
  if (op == "name") {
    auto value = values(std::get<std::string>(node.value));
    if (!value) throw NotApplicable();
    return *value;
  }
  const ConstraintValue left = evaluate(*node.parts[0], values);
  if (op == "not") return number(left) == 0 ? 1.0 : 0.0;
  if (op == "or" && number(left) != 0) return 1.0;
  if (op == "and" && number(left) == 0) return 0.0;
  const ConstraintValue right = evaluate(*node.parts[1], values);
  if (op == "or" || op == "and") return number(right) != 0 ? 1.0 : 0.0;
  if (op == "==") return left == right ? 1.0 : 0.0;
  if (op == "!=") return left != right ? 1.0 : 0.0;
  const double a = number(left), b = number(right);
  if (op == "<") return a < b ? 1.0 : 0.0;
  if (op == "<=") return a <= b ? 1.0 : 0.0;
  if (op == ">") return a > b ? 1.0 : 0.0;
  if (op == ">=") return a >= b ? 1.0 : 0.0;
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return a / b;
  return std::fmod(a, b);
}

}  // namespace

Constraint::Constraint(const std::string& expression, const Dictionary& dictionary,
                       const std::string& where)
    : text_(expression), root_(ConstraintParser(text_, dictionary, where).parse()) {}

bool Constraint::holds(const Values& values) const {
  try {
    return number(evaluate(*root_, values)) != 0;
  } catch (const NotApplicable&) {
    return true;
  }
}

}  // namespace vit
