#include "vit/config/yaml_value.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "vit/config/yaml_scalar.h"
#include "vit/core/error.h"

namespace vit {
namespace {

/// Reads one value; every problem is kept, so that a list reports all of its elements.
class ValueReader {
 public:
  explicit ValueReader(const Field& field) : field_(field) {}

  [[nodiscard]] std::vector<YamlProblem> problems() && { return std::move(problems_); }

  template <class T>
  bool read(const YamlNode& node, std::optional<T>& value) {
    if (node.kind == YamlNode::Kind::null) {
      value.reset();
      return true;
    }
    T inner{};
    if (!read(node, inner)) return false;
    value = std::move(inner);
    return true;
  }

  template <class T>
  bool read(const YamlNode& node, std::vector<T>& value) {
    if (node.kind != YamlNode::Kind::sequence) {
      const bool scalar = node.kind == YamlNode::Kind::scalar;
      return fail(node, "expected a list, found " + node.described(),
                  scalar ? "write [" + shown(node.text) + "]" : "write [] for an empty one");
    }
    std::vector<T> elements(node.items.size());
    bool good = true;
    for (std::size_t i = 0; i < elements.size(); ++i) good &= read(node.items[i], elements[i]);
    if (good) value = std::move(elements);
    return good;
  }

  bool read(const YamlNode& node, bool& value) { return read_plain(node, value, "true or false"); }
  bool read(const YamlNode& node, std::int64_t& value) {
    std::int64_t number = 0;
    if (!read_plain(node, number, "a whole number") || !in_range(node, static_cast<double>(number)))
      return false;
    value = number;
    return true;
  }
  bool read(const YamlNode& node, double& value) {
    double number = 0;
    if (!read_plain(node, number, "a number") || !in_range(node, number)) return false;
    value = number;
    return true;
  }

  /// Any scalar is text as it was written, so that `name: 2024` needs no quotes.
  bool read(const YamlNode& node, std::string& value) {
    if (node.kind == YamlNode::Kind::null)
      return fail(node, "expected text, found null", "write \"\" for empty text");
    if (node.kind != YamlNode::Kind::scalar)
      return fail(node, "expected text, found " + node.described());
    if (!field_.choices.empty() && !allowed(node)) return false;
    value = node.text;
    return true;
  }

  bool read(const YamlNode& node, Size2& value) {
    if (node.kind == YamlNode::Kind::sequence && node.items.size() == 2) {
      Size2 size;
      const bool good = read(node.items[0], size.height) & read(node.items[1], size.width);
      if (good) value = size;
      return good;
    }
    if (node.kind == YamlNode::Kind::scalar && !node.quoted) {
      std::int64_t side = 0;
      if (!read(node, side)) return false;
      value = {side, side};
      return true;
    }
    return fail(node, "expected a size, found " + node.described(),
                "write one number for a square, or [height, width]");
  }

 private:
  bool fail(const YamlNode& node, std::string text, std::string remedy = {}) {
    problems_.push_back({node.place, "", std::move(text), std::move(remedy)});
    return false;
  }

  template <class T>
  bool read_plain(const YamlNode& node, T& value, std::string_view expected) {
    if (node.kind != YamlNode::Kind::scalar)
      return fail(node, str("expected ", expected, ", found ", node.described()));
    if (node.quoted) {
      T ignored{};
      const bool readable = !parse_scalar(node.text, ignored);
      return fail(node, str("expected ", expected, ", found ", node.described()),
                  readable ? "remove the quotes" : "");
    }
    auto mismatch = parse_scalar(node.text, value);
    return !mismatch || fail(node, std::move(mismatch->text), std::move(mismatch->remedy));
  }

  bool in_range(const YamlNode& node, double number) {
    return within(field_.range, number) ||
           fail(node, str("must be ", range_text(field_.range), ", not ", shown(node.text)));
  }

  bool allowed(const YamlNode& node) {
    std::vector<std::string> known(field_.choices.begin(), field_.choices.end());
    std::string list;
    for (const std::string& choice : known) {
      if (choice == node.text) return true;
      list += (list.empty() ? "" : ", ") + choice;
    }
    const std::string near = nearest(node.text, known);
    return fail(node, str("expected one of ", list, "; found ", node.described()),
                near.empty() ? "" : "did you mean " + near + "?");
  }

  const Field& field_;
  std::vector<YamlProblem> problems_;
};

}  // namespace

std::vector<YamlProblem> read_value(const YamlNode& node, const Field& field) {
  ValueReader reader(field);
  std::visit(
      [&](auto* target) {
        if constexpr (std::is_same_v<decltype(target), NamedList*> ||
                      std::is_same_v<decltype(target), RecordList*>)
          VIT_ASSERT(false, "such a list is read entry by entry");
        else
          reader.read(node, *target);
      },
      field.ref);
  return std::move(reader).problems();
}

}  // namespace vit
