# vit_use_tcmalloc(TARGET): the program allocates with gperftools' tcmalloc, where it is installed.
# Each training step frees and takes blocks of all sizes; glibc's malloc leaves a third of the
# memory in gaps between them, or gives it back and pays for fresh pages.
option(VIT_TCMALLOC "Have the program use gperftools' allocator, where it is there" ON)

function(vit_use_tcmalloc target)
  if(NOT VIT_TCMALLOC OR VIT_SANITIZERS)
    return()
  endif()
  find_library(TCMALLOC_LIBRARY tcmalloc_minimal)
  mark_as_advanced(TCMALLOC_LIBRARY)
  if(NOT TCMALLOC_LIBRARY)
    message(STATUS "No tcmalloc (libgoogle-perftools-dev): training will take more memory")
    return()
  endif()
  # Nothing in it is called by name.
  target_link_options(${target} PRIVATE "LINKER:--push-state,--no-as-needed,${TCMALLOC_LIBRARY}"
                      "LINKER:--pop-state")
  target_compile_definitions(${target} PRIVATE VIT_TCMALLOC)
endfunction()
