#pragma once

#include <locale>
#include <sstream>
#include <string>

namespace vit {

/// Concatenates its arguments as `operator<<` prints them, in the C locale:
/// `str("expected ", 3, " channels")`.
template <class... Parts>
[[nodiscard]] std::string str(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  (out << ... << parts);
  return std::move(out).str();
}

}  // namespace vit
