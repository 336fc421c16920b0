# The precompiled header of LibTorch, for those sources of a target that include LibTorch. The
# others would pay its 6 s (the templates that LibTorch's inline functions leave pending; all of
# <torch/torch.h> leaves 9 s) for nothing.
#
# Where VIT_UNITY is on, several sources are compiled as one, so that those seconds are paid once for
# all of them: it halves the time of a clean build. Names in unnamed namespaces must differ within a
# room.
option(VIT_UNITY "Compile several sources that include LibTorch as one" OFF)

# Whether a file includes LibTorch, by itself or through our own headers.
function(vit_includes_torch file result)
  get_property(known GLOBAL PROPERTY "vit_includes_torch ${file}")
  if(NOT known)
    set(known no)
    set_property(GLOBAL PROPERTY "vit_includes_torch ${file}" ${known})  # ends a circle
    file(STRINGS "${file}" includes REGEX "^#include ")
    foreach(include IN LISTS includes)
      if(include MATCHES "<(torch|ATen|c10)/")
        set(known yes)
      elseif(include MATCHES "\"(.+)\"" AND EXISTS "${PROJECT_SOURCE_DIR}/${CMAKE_MATCH_1}")
        vit_includes_torch("${PROJECT_SOURCE_DIR}/${CMAKE_MATCH_1}" known)
      endif()
      if(known)
        break()
      endif()
    endforeach()
    set_property(GLOBAL PROPERTY "vit_includes_torch ${file}" ${known})
  endif()
  set(${result} ${known} PARENT_SCOPE)
endfunction()

# Has the target use the precompiled header: `vit` makes it, every other target shares it.
function(vit_precompile_torch target)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  if(target STREQUAL vit)
    target_precompile_headers(vit PRIVATE "${PROJECT_SOURCE_DIR}/third_party/torch_pch.h")
  else()
    target_precompile_headers(${target} REUSE_FROM vit)
  endif()
  # Neighbours are compiled together, some ten at a time. Where a group ends is said by its last
  # file's own name, not by a count: a file that is added or removed changes its own group alone, and not
  # all behind it.
  get_target_property(sources ${target} SOURCES)
  set(members 0)
  foreach(source IN LISTS sources)
    vit_includes_torch("${source}" includes_torch)
    if(NOT includes_torch)
      set_property(SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS ON)
      set_property(SOURCE "${source}" PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
      continue()
    endif()
    cmake_path(GET source STEM name)
    if(members EQUAL 0)
      cmake_path(GET source PARENT_PATH folder)
      cmake_path(GET folder FILENAME room)
      set(group "${room}_${name}")
    endif()
    set_property(SOURCE "${source}" PROPERTY UNITY_GROUP "${group}")
    math(EXPR members "${members} + 1")
    string(MD5 hash "${name}")
    if(hash MATCHES "^0" OR members EQUAL 14)
      set(members 0)
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VIT_UNITY} UNITY_BUILD_MODE GROUP)
endfunction()
