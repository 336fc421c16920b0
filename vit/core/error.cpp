#include "vit/core/error.h"

#include <utility>

namespace vit {
namespace {

std::string compose(const std::string& where, const std::string& what, const std::string& remedy) {
  std::string message = where.empty() ? what : where + ": " + what;
  if (!remedy.empty()) message += "\n  " + remedy;
  return message;
}

}  // namespace

Error::Error(ErrorKind kind, std::string where, std::string what, std::string remedy)
    : std::runtime_error(compose(where, what, remedy)),
      kind_(kind),
      where_(std::move(where)),
      problem_(std::move(what)),
      remedy_(std::move(remedy)) {}

void assertion_failed(const char* expression, const char* file, int line,
                      const std::string& detail) {
  throw Bug(str("this is a bug in vit: ", file, ":", line, ": ", expression, " does not hold",
                detail.empty() ? "" : " (", detail, detail.empty() ? "" : ")"));
}

}  // namespace vit
