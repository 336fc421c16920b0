#include "vit/io/home_path.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

std::string home_of(const passwd* user) {
  return user == nullptr || user->pw_dir == nullptr ? "" : user->pw_dir;
}

std::string own_home() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? home : home_of(::getpwuid(::getuid()));
}

}  // namespace

std::string expand_home(const std::string& path) {
  if (!path.starts_with('~')) return path;
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string user = path.substr(1, end - 1);
  const std::string home = user.empty() ? own_home() : home_of(::getpwnam(user.c_str()));
  if (home.empty())
    throw Error(ErrorKind::usage, printable_path(path),
                user.empty() ? "HOME is not set, so that ~ means no folder"
                             : "there is no user " + printable(user),
                "write out the path, or ./" + printable_path(path) + " for a file of that name");
  return home + path.substr(end);
}

}  // namespace vit
