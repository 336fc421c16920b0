#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/little_endian.h"

namespace vit {

/// The bytes [begin, end) of a file in their order, read through a small window, so that the
/// tensors behind a pickle need not be in memory.
class PickleInput {
 public:
  /// `file` must outlive it.
  PickleInput(const FileBytes& file, std::uint64_t begin, std::uint64_t end);

  /// Of the next byte, in the file.
  [[nodiscard]] std::uint64_t position() const noexcept { return window_begin_ + at_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return end_ - position(); }

  [[nodiscard]] std::uint8_t byte();
  template <class Number>
  [[nodiscard]] Number number() {
    std::array<std::byte, sizeof(Number)> bytes{};
    for (std::byte& one : bytes) one = static_cast<std::byte>(byte());
    return number_at<Number>(bytes, 0);
  }
  /// The next `count` bytes, of which a text may have kMaxText.
  [[nodiscard]] std::string text(std::uint64_t count);
  /// Up to a line feed, which is passed over; for the names of globals.
  [[nodiscard]] std::string line();
  void skip(std::uint64_t count);
  /// Throws unless `count` more bytes are there.
  void require(std::uint64_t count) const;

  /// Throws Error(weights) that names the file and `offset`.
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

  static constexpr std::uint64_t kMaxText = std::uint64_t{16} << 20;

 private:
  void fill();

  const FileBytes& file_;
  std::uint64_t window_begin_, end_;
  std::size_t at_ = 0;
  std::vector<std::byte> window_;
};

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  big_integer,  ///< more than 64 bits
  real,
  text,
  bytes,
  list,
  tuple,
  set,
  dict,
  global,     ///< the name of a class or function; a name and nothing else
  object,     ///< what a call of a global would give; nothing was called
  persistent  ///< an object that lies outside of the pickle: torch's storages
};

/// Stands for a value of a Pickle. Values are shared and may contain themselves, as in Python.
using PickleRef = std::uint32_t;

struct PickleValue {
  PickleKind kind = PickleKind::none;
  PickleRef callee = 0, arguments = 0;  ///< object
  PickleRef state = 0;                  ///< object: what BUILD would have set; else None
  std::int64_t integer = 0;             ///< boolean, integer; bytes: how many; global: the
                                        ///< length of the module's name in `text`
  double real = 0;
  std::string text;  ///< text (UTF-8); global: "module.name"; big_integer: its bytes, lowest first
  /// list, tuple, set: the elements; dict, object: keys and values in turn; persistent: its id.
  std::vector<PickleRef> items;
  std::uint64_t offset = 0;  ///< of the instruction that made it, in the file
};

/// What a pickle (protocols 2 to 5) describes, as a graph of plain values.
class Pickle {
 public:
  Pickle();

  [[nodiscard]] PickleRef root() const noexcept { return root_; }
  [[nodiscard]] const PickleValue& operator[](PickleRef ref) const { return values_[ref]; }
  [[nodiscard]] PickleRef size() const noexcept { return static_cast<PickleRef>(values_.size()); }

  /// The elements of the tuple or list that an object is called with.
  [[nodiscard]] std::span<const PickleRef> arguments(const PickleValue& object) const;
  /// "module.name" of the global that an object is an instance or result of; "" for other values.
  [[nodiscard]] std::string_view callee_name(const PickleValue& object) const;

 private:
  friend class PickleMachine;

  std::deque<PickleValue> values_;  // no value is moved, and none is freed before the others
  PickleRef root_ = 0;
};

/// The most values of a pickle, which bounds its memory to about 200 MB and its text.
inline constexpr PickleRef kMaxPickleValues = PickleRef{1} << 21;

/// Reads one pickle and leaves `input` behind it.
///
/// Nothing is imported and nothing is called: a global is kept as its name, a call as the name and
/// its arguments. That makes every pickle harmless; one that names what only an attack needs
/// (`os.system`, `builtins.eval`; pickle_policy.h) is refused all the same, because whoever made
/// the file did not mean to hand over weights.
///
/// Throws Error(weights), with the offset, where it is damaged, of another protocol, refused, or of
/// more than kMaxPickleValues.
[[nodiscard]] Pickle read_pickle(PickleInput& input);

}  // namespace vit
