# Compiler flags of vit/kernels/primitives_<set>.cpp and matmul_amx.cpp: each file is compiled for its
# instruction set, and runs only where vit/kernels/isa.cpp has found that the CPU has it.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(kernel_avx2 -mavx2 -mfma)
  set(kernel_avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl)
  set(kernel_avx512_bf16 ${kernel_avx512} -mavx512bf16 -mavx512vnni)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # gcc's own intrinsics start from undefined registers (gcc bug 105593).
    list(APPEND kernel_avx512 -Wno-uninitialized -Wno-maybe-uninitialized)
    list(APPEND kernel_avx512_bf16 -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
endif()
foreach(set IN ITEMS plain avx2 avx512 avx512_bf16)
  set(source ${PROJECT_SOURCE_DIR}/vit/kernels/primitives_${set}.cpp)
  if(set STREQUAL plain OR kernel_${set})
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-O3;${kernel_${set}}")
  else()
    set_source_files_properties(${source} PROPERTIES HEADER_FILE_ONLY ON)
  endif()
endforeach()
if(kernel_avx512_bf16)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/vit/kernels/matmul_amx.cpp
                              PROPERTIES COMPILE_OPTIONS "-O3;-mamx-tile;-mamx-bf16;-mamx-int8")
endif()
