# The precompiled header of LibTorch, for those sources of a target that include LibTorch. The
# others would pay its 6 s (the templates that LibTorch's inline functions leave pending; all of
# <torch/torch.h> leaves 9 s) for nothing.

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
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    vit_includes_torch("${source}" includes_torch)
    if(NOT includes_torch)
      set_property(SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()
