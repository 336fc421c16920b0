#pragma once

#include <ATen/autocast_mode.h>

#include <string_view>

namespace vit {

/// While the object lives, LibTorch computes matrix products on `device` in bfloat16 (`bf16`) or
/// float16 (`fp16`) and keeps what needs it in float32 (automatic mixed precision). Does nothing
/// for `fp32`. Backward passes belong outside.
class Autocast {
 public:
  Autocast(c10::DeviceType device, std::string_view amp);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool active_, was_enabled_ = false;
  at::ScalarType old_type_ = at::kFloat;
};

}  // namespace vit
