#include "vit/train/device.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

vit::Error refusal(const std::string& name) {
  const auto error = vit::test::error_of([&] { (void)vit::resolve_device(name); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "train.device");
  return *error;
}

}  // namespace

TEST_CASE("cpu is the CPU, and auto the first GPU where there is one") {
  CHECK(vit::resolve_device("cpu") == c10::Device(c10::kCPU));
  const bool gpu = torch::cuda::is_available();
  CHECK(vit::resolve_device("auto") == (gpu ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU)));
}

TEST_CASE("A device that is not there is refused, and nothing falls back") {
  const vit::Error error = refusal("cuda:77");
  CHECK_THAT(error.what(), Catch::Contains("`cuda:77` is not there"));
  CHECK_THAT(error.remedy(), Catch::Contains("train.device: cpu or auto"));
  if (!torch::cuda::is_available())
    CHECK_THAT(refusal("cuda").what(), Catch::Contains("has 0 CUDA devices"));
}

TEST_CASE("What is no device is refused with the ones there are") {
  for (const char* name :
       {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:0x1", "cuda:99999", "cuda0"})
    CHECK_THAT(refusal(name).remedy(), Catch::Contains("auto, cpu, cuda or cuda:N"));
}

TEST_CASE("The refusal names the option that was given") {
  const auto error = vit::test::error_of([] { (void)vit::resolve_device("cuda:77", "--device"); });
  REQUIRE(error);
  CHECK(error->where() == "--device");
  CHECK_THAT(error->remedy(), Catch::Contains("--device cpu or auto"));
}

TEST_CASE("A CPU has no compute capability") { CHECK(vit::compute_capability(c10::kCPU) == 0); }

TEST_CASE("A device is described for people") {
  CHECK_THAT(vit::device_description(c10::kCPU), Catch::Contains("CPU: "));
  CHECK(vit::device_description(c10::kCPU).size() > 5);
  CHECK_THAT(vit::device_description({c10::kCUDA, 1}), Catch::Contains("CUDA 1"));
}

TEST_CASE("The threads of the computation are as many as asked for; 0: one for each core") {
  const int before = at::get_num_threads();
  vit::set_compute_threads(3);
  CHECK(at::get_num_threads() == 3);
  vit::set_compute_threads(0);
  CHECK(at::get_num_threads() == static_cast<int>(std::thread::hardware_concurrency()));
  at::set_num_threads(before);
}
