# What is asked of the compiler, and what makes it quicker where it is there.

set(compiler_oldest_GNU 12)
set(compiler_oldest_Clang 15)
set(compiler_oldest "${compiler_oldest_${CMAKE_CXX_COMPILER_ID}}")
if(compiler_oldest AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS compiler_oldest)
  message(
    FATAL_ERROR
      "${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, and vit "
      "needs g++ 12 or clang 15, or newer. Install one and name it: CXX=g++-12 ./vitw build")
endif()

# ccache takes a precompiled header into account with these settings only (ccache's manual,
# "Precompiled headers"). A launcher that the user named stays; clang-tidy does not know these flags.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER AND NOT CMAKE_CXX_CLANG_TIDY)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      "${CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(VIT_SANITIZERS "" CACHE STRING "Sanitizers for our own code, such as address,undefined")
if(VIT_SANITIZERS)
  add_compile_options(-fsanitize=${VIT_SANITIZERS} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${VIT_SANITIZERS})
endif()
