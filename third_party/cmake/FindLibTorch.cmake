# LibTorch::LibTorch, from the libraries and headers as they lie in a Python wheel or an unpacked
# zip. LibTorch's own TorchConfig.cmake wants nvcc and the CUDA toolkit where the wheel is built for
# CUDA; C++ code that includes no CUDA header needs neither.
#
#   LibTorch_ROOT or Torch_DIR     its folder; else third_party/libtorch.sh says where to look
#   LibTorch_VERSION               out: such as 2.13.0+cpu; VIT_TORCH_VERSION in the code
#   LibTorch_CUDA                  out: whether it is built for CUDA

set(libtorch_named "")
foreach(variable IN ITEMS LibTorch_ROOT Torch_DIR)
  if(${variable} AND NOT libtorch_named)
    set(libtorch_named "${${variable}}")
  endif()
endforeach()
execute_process(
  COMMAND "${CMAKE_CURRENT_LIST_DIR}/../libtorch.sh" find ${libtorch_named}
  OUTPUT_VARIABLE libtorch_found ERROR_VARIABLE libtorch_problem OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REPLACE "\n" ";" libtorch_found "${libtorch_found}")
if(libtorch_found)
  list(GET libtorch_found 0 libtorch_folder)
  list(GET libtorch_found 1 LibTorch_VERSION)
  set(LibTorch_ROOT "${libtorch_folder}" CACHE PATH "The folder with LibTorch's include/ and lib/"
      FORCE)
  set(LibTorch_INCLUDE_DIRS "${libtorch_folder}/include"
                            "${libtorch_folder}/include/torch/csrc/api/include")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch
  REQUIRED_VARS libtorch_folder LibTorch_INCLUDE_DIRS
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "${libtorch_problem}
  ./vitw build gets LibTorch by itself. Or name its folder: -DLibTorch_ROOT=/path/to/libtorch")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  # Another LibTorch in the same folder is another version.
  foreach(file IN ITEMS version.py build-version)
    if(EXISTS "${LibTorch_ROOT}/${file}")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${LibTorch_ROOT}/${file}")
    endif()
  endforeach()

  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  foreach(name IN ITEMS torch torch_cpu c10)
    add_library(LibTorch::${name} SHARED IMPORTED)
    set_target_properties(LibTorch::${name} PROPERTIES IMPORTED_LOCATION
                          "${LibTorch_ROOT}/lib/lib${name}.so")
    target_link_libraries(LibTorch::LibTorch INTERFACE LibTorch::${name})
  endforeach()
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${LibTorch_INCLUDE_DIRS})
  target_compile_definitions(LibTorch::LibTorch
                             INTERFACE "VIT_TORCH_VERSION=\"${LibTorch_VERSION}\"")

  set(LibTorch_CUDA FALSE)
  if(EXISTS "${LibTorch_ROOT}/lib/libtorch_cuda.so")
    set(LibTorch_CUDA TRUE)
    # Nothing in our code names a symbol of these two: they register themselves when they are
    # loaded, so the linker must not leave them out. NVIDIA's own libraries, which they need, are
    # found at run time by their RUNPATH ($ORIGIN/../../nvidia/...), not by the linker.
    target_link_options(
      LibTorch::LibTorch INTERFACE
      "LINKER:--push-state,--no-as-needed,${LibTorch_ROOT}/lib/libtorch_cuda.so,${LibTorch_ROOT}/lib/libc10_cuda.so,--pop-state"
      LINKER:--allow-shlib-undefined)
  endif()
endif()
