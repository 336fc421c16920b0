#pragma once

#include <string>

namespace vit {

/// How OpenMP's threads wait for each other in this process, for people: how long they spin before
/// they sleep, and who says so.
///
/// A thread of libgomp that has no work spins for milliseconds before it sleeps. On a machine that
/// does other work too it so takes the time of the very thread that it waits for, and a program of
/// two threads may take ten times as long. A program that is linked with this file (which this
/// function does, or the linker's `-u vit_thread_waits`) tells libgomp by GOMP_SPINCOUNT to spin
/// for eight milliseconds and no longer, whatever a `pause` takes on this CPU; where other work
/// interrupts the program, train/load_watch has its threads sleep at once. OMP_WAIT_POLICY and
/// GOMP_SPINCOUNT, where the user has set one, stay as they are.
///
/// For programs, not for shared libraries: libgomp reads its environment when it is loaded, before
/// any code of the program but that which the linker puts into `.preinit_array`.
[[nodiscard]] std::string thread_waits();

}  // namespace vit
