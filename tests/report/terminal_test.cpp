#include "vit/report/terminal.h"

#include <map>

#include "tests/catch.h"

using namespace vit;

namespace {

Terminal with(bool is_a_terminal, std::map<std::string, std::string> variables) {
  Terminal terminal;
  set_abilities(terminal, is_a_terminal, [&](const char* name) { return variables[name]; });
  return terminal;
}

}  // namespace

TEST_CASE("a terminal is live and coloured") {
  const Terminal terminal = with(true, {{"TERM", "xterm-256color"}, {"LANG", "en_GB.UTF-8"}});
  CHECK(terminal.live);
  CHECK(terminal.colour);
  CHECK(terminal.unicode);
}

TEST_CASE("a file, a pipe and a dumb terminal get plain lines") {
  CHECK(!with(false, {{"TERM", "xterm"}}).live);
  CHECK(!with(false, {{"TERM", "xterm"}}).colour);
  CHECK(!with(true, {{"TERM", "dumb"}}).live);
  CHECK(!with(true, {{"TERM", "dumb"}}).colour);
}

TEST_CASE("NO_COLOR takes the colours, CLICOLOR_FORCE gives them anywhere") {
  CHECK(!with(true, {{"NO_COLOR", "1"}}).colour);
  CHECK(with(true, {{"NO_COLOR", "1"}}).live);
  CHECK(with(false, {{"CLICOLOR_FORCE", "1"}}).colour);
  CHECK(!with(false, {{"CLICOLOR_FORCE", "0"}}).colour);
  CHECK(!with(false, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).colour);
}

TEST_CASE("the first locale variable that is set decides on Unicode") {
  CHECK(with(true, {{"LC_ALL", "C.utf8"}, {"LANG", "C"}}).unicode);
  CHECK(!with(true, {{"LC_ALL", "C"}, {"LANG", "en_GB.UTF-8"}}).unicode);
  CHECK(!with(true, {}).unicode);
}
