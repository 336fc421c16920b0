#pragma once

// Catch2 in either of its versions (Debian 12 has 2.13, Ubuntu 24.04 has 3), and LibTorch's macro
// CHECK out of its way: where a test needs torch, include torch first.
#undef CHECK
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
namespace Catch {
inline auto Contains(const std::string& text) { return Matchers::ContainsSubstring(text); }
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif
