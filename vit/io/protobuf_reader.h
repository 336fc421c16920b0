#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vit::protobuf {

/// One field of a message: its number, and its value as its wire type has it.
struct WireField {
  std::uint32_t number = 0;
  int type = 0;             ///< 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
  std::uint64_t value = 0;  ///< of all types but 2
  std::string_view bytes;   ///< of type 2: text, bytes, or a message; a part of what is read

  /// The value as what the schema says it is. Another wire type is an Error(weights) at `where`.
  [[nodiscard]] std::uint64_t as_int(const std::string& where) const;
  [[nodiscard]] float as_float(const std::string& where) const;
  [[nodiscard]] std::string_view as_bytes(const std::string& where) const;
};

/// Reads a message field by field, from bytes that outlive it.
class WireReader {
 public:
  WireReader(std::string_view message, std::string where)
      : rest_(message), where_(std::move(where)) {}

  /// The next field, nothing at the end. Throws Error(weights) where the message is damaged or cut
  /// short.
  [[nodiscard]] std::optional<WireField> next();

 private:
  std::uint64_t varint();
  std::string_view take(std::uint64_t count);
  [[noreturn]] void fail(const char* what) const;

  std::string_view rest_;
  std::string where_;
};

}  // namespace vit::protobuf
