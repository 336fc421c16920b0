// Catch2 2 wants its implementation and main() in one file; Catch2 3 brings them as a library.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
