#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace vit {

/// Where progress is shown, and what it can do.
struct Terminal {
  std::function<void(std::string_view)> write;
  std::function<int()> columns = [] { return 80; };  ///< asked at every redraw: windows are resized
  std::function<double()> seconds;                   ///< a clock that never goes back
  bool live = false;                                 ///< a line can be rewritten in place
  bool colour = false;
  bool unicode = false;
};

/// The program's stderr, by the environment as it is.
[[nodiscard]] Terminal stderr_terminal();

/// Reads an environment variable; "" where it isn't set.
using Environment = std::function<std::string(const char*)>;
/// Sets `live`, `colour` and `unicode`. Live: a terminal, and TERM isn't `dumb`. Colour: where
/// live, unless NO_COLOR is set (https://no-color.org), and anywhere where CLICOLOR_FORCE is set
/// and not 0. Unicode: LC_ALL, LC_CTYPE or LANG, the first that is set, names UTF-8.
void set_abilities(Terminal& terminal, bool is_a_terminal, const Environment& environment);

}  // namespace vit
