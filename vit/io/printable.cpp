#include "vit/io/printable.h"

#include <nlohmann/json.hpp>

#include "vit/core/hex.h"
#include "vit/core/str.h"

namespace vit {
namespace {

/// JSON leaves DEL and the C1 controls (U+0080 to U+009F) as they are; terminals obey both.
std::string escape_remaining_controls(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < json.size() && static_cast<unsigned char>(json[i + 1]) < 0xA0;
    if (!c1 && byte != 0x7F) {
      out += json[i];
      continue;
    }
    const auto code = c1 ? static_cast<unsigned char>(json[++i]) : byte;
    out += "\\u00";
    out += hex_byte(code);
  }
  return out;
}

}  // namespace

std::string in_quotes(std::string_view text, std::size_t max_bytes) {
  std::string shown(text);
  if (text.size() > max_bytes) {
    const std::size_t half = max_bytes / 2;
    shown = str(text.substr(0, half), "...", text.substr(text.size() - half));
  }
  using Json = nlohmann::json;
  return escape_remaining_controls(
      Json(shown).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  const std::string out = in_quotes(text, max_bytes);
  return out.substr(1, out.size() - 2);
}

std::string printable_path(const std::filesystem::path& path) {
  return printable(path.native(), 1000);
}

}  // namespace vit
