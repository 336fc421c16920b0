#include "vit/kernels/probe.h"

#include <ATen/Parallel.h>

#include <csignal>
#include <stdexcept>

#include "tests/catch.h"
#include "vit/kernels/agreement.h"
#include "vit/kernels/isa.h"

TEST_CASE("What crashes, throws or answers no does not survive, and this process does") {
  CHECK(vit::kernels::survives([] { return true; }));
  CHECK_FALSE(vit::kernels::survives([] { return false; }));
  CHECK_FALSE(vit::kernels::survives([]() -> bool { throw std::runtime_error("no"); }));
  CHECK_FALSE(vit::kernels::survives([] { return std::raise(SIGILL) == 99; }));
  CHECK_FALSE(vit::kernels::survives([] { return std::raise(SIGKILL) == 99; }));
}

TEST_CASE("The products of every instruction set that runs here agree with the plain ones") {
  using vit::kernels::Isa;
  for (int isa = 0; isa <= static_cast<int>(vit::kernels::supported_isa()); ++isa) {
    INFO(vit::kernels::name(static_cast<Isa>(isa)));
    CHECK(vit::kernels::agrees_with_plain(static_cast<Isa>(isa)));
    CHECK(vit::kernels::survives([&] {
      at::set_num_threads(1);
      return vit::kernels::agrees_with_plain(static_cast<Isa>(isa));
    }));
  }
}
