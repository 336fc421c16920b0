# vit_unity(TARGET): neighbours among the target's sources, some ten of them, are compiled as one, so that
# headers, and the templates that LibTorch's inline functions leave pending, are paid once for all of
# them: a clean build takes half as long. Names in unnamed namespaces must differ within a target.
#
# Where a group ends is said by its last file's own name, not by a count: a file that is added or
# removed changes its own group alone, and not all behind it. To be called after
# vit_precompile_torch: sources without the precompiled header make groups of their own.
option(VIT_UNITY "Compile several sources as one" OFF)

function(vit_unity target)
  if(NOT VIT_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  set(members_ON 0)
  set(members_OFF 0)
  foreach(source IN LISTS sources)
    get_property(plain SOURCE "${source}" PROPERTY SKIP_PRECOMPILE_HEADERS)
    if(NOT plain)
      set(plain OFF)
    endif()
    cmake_path(GET source STEM name)
    if(members_${plain} EQUAL 0)
      cmake_path(GET source PARENT_PATH folder)
      cmake_path(GET folder FILENAME room)
      set(group_${plain} "${room}_${name}")
      if(plain)
        set_property(
          SOURCE "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/Unity/unity_${group_ON}_cxx.cxx"
          PROPERTY SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endif()
    set_property(SOURCE "${source}" PROPERTY UNITY_GROUP "${group_${plain}}")
    math(EXPR members_${plain} "${members_${plain}} + 1")
    string(MD5 hash "${name}")
    if(hash MATCHES "^0" OR members_${plain} EQUAL 14)
      set(members_${plain} 0)
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
