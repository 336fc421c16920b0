#include "vit/text/byte_symbols.h"

#include <set>

#include "tests/catch.h"

TEST_CASE("each byte has a printable character of its own, which gives it back") {
  std::set<char32_t> symbols;
  for (int byte = 0; byte < 256; ++byte) {
    const char32_t symbol = vit::byte_symbol(static_cast<std::uint8_t>(byte));
    CHECK(vit::byte_of_symbol(symbol) == byte);
    symbols.insert(symbol);
  }
  CHECK(symbols.size() == 256);
  CHECK(vit::byte_symbol('a') == U'a');
  CHECK(vit::byte_symbol_text(' ') == "\u0120");  // as GPT-2 writes it
  CHECK(vit::byte_symbol(0xAD) == U'\u0143');
  CHECK_FALSE(vit::byte_of_symbol(U'\u3042'));
}
