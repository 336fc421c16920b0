# Warnings for our own code; not exported.
add_library(vit_warnings INTERFACE)
target_compile_options(vit_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
