#pragma once
// Precompiled: LibTorch's headers cost 13 to 27 s in each file without this. No more of them than
// most files use, as each that is here costs every file time (torch_pch.cmake).
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <torch/utils.h>
