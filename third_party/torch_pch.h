#pragma once
// Precompiled: LibTorch's headers cost 13 to 27 s in each file without this.
#include <torch/torch.h>
