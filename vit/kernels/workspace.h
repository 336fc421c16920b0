#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace vit::kernels {

/// Scratch memory of one thread, which grows and is used again: fresh memory for each step costs a
/// page fault every 4 KiB.
class Workspace {
 public:
  /// This thread's own.
  static Workspace& of_thread() {
    static thread_local Workspace workspace;
    return workspace;
  }

  /// Forgets what was handed out and makes room for `bytes` in all, with 64 more for each `get`.
  void reset(std::size_t bytes) {
    used_ = 0;
    if (bytes <= size_) return;
    memory_.reset();
    size_ = 0;
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
    if (memory_ == nullptr) throw std::bad_alloc();
    size_ = rounded;
  }

  /// `count` elements, not initialised.
  template <class T>
  T* get(std::int64_t count) {
    T* const result = reinterpret_cast<T*>(memory_.get() + used_);
    used_ +=
        (static_cast<std::size_t>(count) * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (used_ > size_) throw std::bad_alloc();
    return result;
  }

 private:
  static constexpr std::size_t kAlignment = 64;  // a cache line
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0, used_ = 0;
};

}  // namespace vit::kernels
