#pragma once

namespace vit {

/// The most memory that this process has had at once, in bytes; 0 where the system does not tell.
[[nodiscard]] double peak_memory();
/// What it has now.
[[nodiscard]] double resident_memory();
/// What the system could still give, in bytes.
[[nodiscard]] double available_memory();

}  // namespace vit
