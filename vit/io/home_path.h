#pragma once

#include <string>

namespace vit {

/// `path` with a home folder in place of its `~`, as a shell writes it: `~` and `~/x` mean $HOME
/// (where that is not set, what the system says of the user), `~name/x` the home of that user. Any
/// other path is given back as it is; a file whose own name begins with `~` is written `./~x`.
/// Throws Error (usage) where there is no such user.
[[nodiscard]] std::string expand_home(const std::string& path);

}  // namespace vit
