# Warnings for our own code; not exported. Options are filled in by name and the rest keeps its
# default, which -Wextra would call a missing initialiser.
add_library(vit_warnings INTERFACE)
target_compile_options(vit_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                              -Wno-missing-field-initializers)
