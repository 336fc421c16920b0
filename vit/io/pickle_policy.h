#pragma once

#include <string_view>

namespace vit {

/// Which globals of a pickle are refused. The reader calls none of them, so this is no line of
/// defence: it tells a file that was made to attack from one that holds weights.

/// Whether a file of weights may name this global: not where it runs code or reaches the system
/// (modules such as os and subprocess, eval and exec, a function behind a dotted name).
[[nodiscard]] bool may_name_global(std::string_view module, std::string_view name);

/// Whether it may call it: what rebuilds tensors and plain data, and classes, whose names begin
/// with a capital (`pathlib.PosixPath`); no other functions.
[[nodiscard]] bool may_call_global(std::string_view module, std::string_view name);

}  // namespace vit
