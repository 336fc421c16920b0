#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The single description of an options struct. Beside each struct stands one
/// `void describe(FieldVisitor&, XOptions&)`; from it come YAML reading, the resolved config,
/// `--set`, range errors and the generated reference.
namespace vit {

/// Height and width in pixels or patches. Written `32` (square) or `[height, width]`.
struct Size2 {
  std::int64_t height = 0, width = 0;
  friend bool operator==(const Size2&, const Size2&) = default;
};

/// A list of named things with options of their own, as in `[hflip, random_crop: {padding: 4}]`.
class NamedList;
/// A list of mappings of one kind, as in `[{match: "head.*", lr_scale: 10}]`.
class RecordList;

/// A pointer to a member, by type.
using FieldRef =
    std::variant<bool*, std::int64_t*, double*, std::string*, Size2*, std::vector<std::int64_t>*,
                 std::vector<double>*, std::vector<std::string>*, std::optional<bool>*,
                 std::optional<std::int64_t>*, std::optional<double>*, std::optional<std::string>*,
                 std::optional<Size2>*, std::optional<std::vector<double>>*, NamedList*,
                 RecordList*>;

/// What a number may be; both ends are allowed. Each element of a list is checked by itself.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
inline constexpr Range kPositive{std::numeric_limits<double>::min(),
                                 std::numeric_limits<double>::infinity()};
inline constexpr Range kNonNegative{0, std::numeric_limits<double>::infinity()};
inline constexpr Range kAtLeastOne{1, std::numeric_limits<double>::infinity()};
inline constexpr Range kProbability{0, 1};

struct Field {
  std::string_view name;
  FieldRef ref;
  std::string_view help;                    ///< one line
  Range range{};                            ///< for numbers
  std::vector<std::string_view> choices{};  ///< for strings: the allowed ones; empty: any
};

class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  /// Called once for each field, in the order of the description. A visitor that reads has assigned
  /// the member when it returns, so a description may branch on what it described before.
  virtual void field(const Field& field) = 0;
  /// A nested mapping; `body` describes what is in it.
  virtual void section(std::string_view name, std::string_view help,
                       const std::function<void(FieldVisitor&)>& body) = 0;
};

class NamedList {
 public:
  virtual ~NamedList() = default;
  /// The names that `add` knows, for messages and the reference.
  [[nodiscard]] virtual std::vector<std::string> known() const = 0;
  virtual void clear() = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Appends the thing of this name, which must be known, with its default options.
  virtual void add(std::string_view name) = 0;
  [[nodiscard]] virtual std::string_view name(std::size_t index) const = 0;
  /// Describes the options of one entry.
  virtual void describe(std::size_t index, FieldVisitor& visitor) = 0;
};

class RecordList {
 public:
  virtual ~RecordList() = default;
  virtual void clear() = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Appends a record with its default options.
  virtual void add() = 0;
  /// Describes one record.
  virtual void describe_at(std::size_t index, FieldVisitor& visitor) = 0;
};

/// A RecordList of an options struct; its `describe(visitor, options)` is found beside it.
template <class Options>
class Records final : public RecordList {
 public:
  Records() = default;
  Records(std::initializer_list<Options> records) : items(records) {}
  void clear() override { items.clear(); }
  [[nodiscard]] std::size_t size() const override { return items.size(); }
  void add() override { items.emplace_back(); }
  void describe_at(std::size_t index, FieldVisitor& visitor) override {
    describe(visitor, items[index]);
  }

  std::vector<Options> items;
};

/// The candidate nearest to `word`, or "" where none is near: for "did you mean". Near is an edit
/// distance of at most a third of the longer one, whatever the case and with `-` for `_`; failing
/// that, a candidate that contains the word (`crop`: `random_crop`).
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace vit
