# The precompiled header of LibTorch, for those sources of a target that include LibTorch. The
# others would pay its 5 s (LibTorch's pending templates) for nothing.
#
# Where VIT_UNITY is on, several sources are compiled as one, so that those 5 s are paid once for all
# of them: it halves the time of a clean build. Names in unnamed namespaces must differ within a room.
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
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    vit_includes_torch("${source}" includes_torch)
    if(NOT includes_torch)
      set_property(SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS ON)
      set_property(SOURCE "${source}" PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VIT_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()
