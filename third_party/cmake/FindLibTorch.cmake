# first version
execute_process(COMMAND "$ENV{VIT_PYTHON}" -c "import torch,os;print(os.path.dirname(torch.__file__))" OUTPUT_VARIABLE LibTorch_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE)
add_library(LibTorch::LibTorch INTERFACE IMPORTED)
target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${LibTorch_ROOT}/include ${LibTorch_ROOT}/include/torch/csrc/api/include)
target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_ROOT}/lib/libtorch.so ${LibTorch_ROOT}/lib/libtorch_cpu.so ${LibTorch_ROOT}/lib/libc10.so)
