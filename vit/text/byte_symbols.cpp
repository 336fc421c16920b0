#include "vit/text/byte_symbols.h"

#include <array>

#include "vit/text/unicode.h"

namespace vit {

namespace {

struct Symbols {
  std::array<char32_t, 256> of_byte{};
  std::array<int, 512> of_symbol{};

  Symbols() {
    of_symbol.fill(-1);
    char32_t next = 256;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
      const char32_t symbol = printable ? byte : next++;
      of_byte[byte] = symbol;
      of_symbol[symbol] = static_cast<int>(byte);
    }
  }
};

const Symbols& symbols() {
  static const Symbols table;
  return table;
}

}  // namespace

char32_t byte_symbol(std::uint8_t byte) { return symbols().of_byte[byte]; }

std::optional<std::uint8_t> byte_of_symbol(char32_t symbol) {
  if (symbol >= symbols().of_symbol.size() || symbols().of_symbol[symbol] < 0) return std::nullopt;
  return static_cast<std::uint8_t>(symbols().of_symbol[symbol]);
}

std::string byte_symbol_text(std::uint8_t byte) {
  std::string text;
  unicode::append(text, byte_symbol(byte));
  return text;
}

}  // namespace vit
