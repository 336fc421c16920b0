#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vit {

using ConstraintValue = std::variant<double, std::string>;

/// A condition on the values of a sweep, such as `model.embed_dim % model.num_heads == 0` or
/// `optim.opt == sgd or optim.lr < 1e-2`: numbers, names of parameters, texts (in quotes, or labels
/// of choices), `+ - * / %`, `== != < <= > >=`, `and or not`, parentheses.
class Constraint {
 public:
  /// Whether a word of the expression is a parameter, a text, or neither.
  enum class Word { parameter, text, unknown };
  using Dictionary = std::function<Word(const std::string&)>;
  /// The value of a parameter; nothing where it does not count.
  using Values = std::function<std::optional<ConstraintValue>(const std::string&)>;

  /// Throws Error (usage) with what is wrong in the expression; `where` begins the message.
  Constraint(const std::string& expression, const Dictionary& dictionary, const std::string& where);

  /// True too where a parameter that it names does not count.
  [[nodiscard]] bool holds(const Values& values) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  struct Node;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace vit
