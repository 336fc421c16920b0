#include "vit/core/thread_waits.h"

#include <cstdlib>
#include <cstring>
#include <ctime>

#include "vit/core/str.h"

// No sanitizer is at work yet where `choose` runs.
#define VIT_BEFORE_EVERYTHING __attribute__((no_sanitize("address", "undefined")))

namespace vit {
namespace {

// Less costs a quiet machine a tenth of its training (200 µs) or a twentieth (2 ms).
constexpr long kSpinNanoseconds = 8'000'000;
constexpr char kSpinCount[] = "GOMP_SPINCOUNT", kWaitPolicy[] = "OMP_WAIT_POLICY";

char assignment[48];
char** place = nullptr;  // in the environment, where `assignment` stands until `give_back`
char* was_there = nullptr;

/// The value of `name` in the environment; null where it has none.
VIT_BEFORE_EVERYTHING const char* value_in(char** environment, const char* name) {
  const std::size_t length = std::strlen(name);
  for (; *environment != nullptr; ++environment)
    if (std::strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
      return *environment + length + 1;
  return nullptr;
}

VIT_BEFORE_EVERYTHING long now_in_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// How many rounds of libgomp's waiting loop take kSpinNanoseconds: a `pause` is 10 cycles on some
/// CPUs and 140 on others.
VIT_BEFORE_EVERYTHING long rounds_to_spin() {
  constexpr long kRounds = 200;
  long shortest = kSpinNanoseconds;  // of a few: this thread may be interrupted
  int word = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const long start = now_in_nanoseconds();
    for (long i = 0; i < kRounds && __atomic_load_n(&word, __ATOMIC_RELAXED) == 0; ++i) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#else
      __asm__ volatile("" : : : "memory");
#endif
    }
    const long time = now_in_nanoseconds() - start;
    if (time > 0 && time < shortest) shortest = time;
  }
  return kRounds * kSpinNanoseconds / shortest;
}

VIT_BEFORE_EVERYTHING void write_assignment(long value) {
  char digits[24];
  int count = 0;
  for (; value > 0 || count == 0; value /= 10)
    digits[count++] = static_cast<char>('0' + value % 10);
  std::memcpy(assignment, kSpinCount, sizeof kSpinCount - 1);
  char* to = assignment + sizeof kSpinCount - 1;
  *to++ = '=';
  while (count > 0) *to++ = digits[--count];
  *to = '\0';
}

/// Runs before the libraries of the program start. They find the environment where the kernel put
/// it, in an array that has no room for one more: until they have started, ours stands in the place
/// of a variable that none of them reads.
VIT_BEFORE_EVERYTHING void choose(int /*count*/, char** /*arguments*/, char** environment) {
  if (environment == nullptr || value_in(environment, kSpinCount) != nullptr ||
      value_in(environment, kWaitPolicy) != nullptr)
    return;
  for (const char* name :
       {"_", "SHLVL", "OLDPWD", "LOGNAME", "SHELL", "TERM", "PWD", "USER", "HOSTNAME", "PATH"}) {
    const char* value = value_in(environment, name);
    if (value == nullptr) continue;
    write_assignment(rounds_to_spin());
    place = environment;
    while (*place + std::strlen(name) + 1 != value) ++place;
    was_there = *place;
    *place = assignment;
    return;
  }
}

/// After them, and before anything else of the program.
__attribute__((constructor(101))) void give_back() {
  if (place != nullptr) *place = was_there;
}

__attribute__((section(".preinit_array"), used)) void (*const kFirst)(int, char**, char**) = choose;

}  // namespace

std::string thread_waits() {
  if (place != nullptr)
    return str("spin for ", kSpinNanoseconds / 1000, " microseconds, then sleep (", assignment,
               ")");
  for (const char* name : {kWaitPolicy, kSpinCount})
    if (const char* value = std::getenv(name)) return str("as ", name, "=", value, " says");
  return "as the OpenMP library likes it";
}

}  // namespace vit

// For the linker's -u.
extern "C" {
extern const int vit_thread_waits;  // NOLINT(readability-identifier-naming)
const int vit_thread_waits = 1;     // NOLINT(readability-identifier-naming)
}
