#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vit {

/// The printable character that stands for a byte in byte-level vocabularies (GPT-2's
/// bytes_to_unicode): itself, or one from U+0100 on for blanks and control characters.
[[nodiscard]] char32_t byte_symbol(std::uint8_t byte);
/// The byte that a character stands for.
[[nodiscard]] std::optional<std::uint8_t> byte_of_symbol(char32_t symbol);

/// byte_symbol as UTF-8.
[[nodiscard]] std::string byte_symbol_text(std::uint8_t byte);

}  // namespace vit
