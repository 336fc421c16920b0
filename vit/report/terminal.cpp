#include "vit/report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace vit {
namespace {

/// Progress is a courtesy: where stderr is closed, the run goes on without it.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written > 0)
      text.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      return;
  }
}

int stderr_columns() {
  struct winsize size {};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

double steady_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace

Terminal stderr_terminal() {
  Terminal terminal{write_to_stderr, stderr_columns, steady_seconds};
  set_abilities(terminal, ::isatty(STDERR_FILENO) == 1, [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  });
  return terminal;
}

void set_abilities(Terminal& terminal, bool is_a_terminal, const Environment& environment) {
  terminal.live = is_a_terminal && environment("TERM") != "dumb";
  const std::string force = environment("CLICOLOR_FORCE");
  const bool forced = !force.empty() && force != "0";
  terminal.colour = environment("NO_COLOR").empty() && (terminal.live || forced);
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = environment(name);
    if (locale.empty()) continue;
    terminal.unicode =
        locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos ||
        locale.find("UTF8") != std::string::npos || locale.find("utf-8") != std::string::npos;
    return;
  }
  terminal.unicode = false;
}

}  // namespace vit
