#pragma once

#include <stdexcept>
#include <string>

#include "vit/core/str.h"

namespace vit {

/// What went wrong, by who can mend it. The value is the program's exit code.
enum class ErrorKind {
  usage = 2,         ///< the command line or the experiment file
  data = 3,          ///< a data set or a picture
  weights = 4,       ///< a checkpoint, weights, or an exported model
  resource = 5,      ///< files, memory, network, devices
  numerical = 6,     ///< NaN or infinity where a number is needed
  interrupted = 130  ///< the user asked to stop
};

/// The one exception of the library.
///
/// The message has three parts: where (file:line:column, key, tensor, picture), what (what was
/// expected and what was found) and the remedy (what to do next). It reads
/// `where: what` and, on a line of its own, the remedy.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string where, std::string what, std::string remedy = {});

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] int exit_code() const noexcept { return static_cast<int>(kind_); }
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

 private:
  ErrorKind kind_;
  std::string where_, problem_, remedy_;
};

/// Reports a bug of ours; thrown by VIT_ASSERT and never meant to be caught.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line,
                                   const std::string& detail);

}  // namespace vit

/// States what our own code guarantees: `VIT_ASSERT(index < size, index, " of ", size)`.
/// What a user can cause is an Error instead.
#define VIT_ASSERT(expression, ...)                                        \
  ((expression) ? static_cast<void>(0)                                     \
                : ::vit::assertion_failed(#expression, __FILE__, __LINE__, \
                                          ::vit::str("" __VA_OPT__(, ) __VA_ARGS__)))
