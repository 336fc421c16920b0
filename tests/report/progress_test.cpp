#include "vit/report/progress.h"

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "vit/report/text.h"

using namespace vit;

namespace {

struct Screen {
  std::string written;
  double now = 1000;
  int columns = 100;

  Terminal terminal(bool live, bool colour = false) {
    Terminal result;
    result.write = [this](std::string_view text) { written += text; };
    result.columns = [this] { return columns; };
    result.seconds = [this] { return now; };
    result.live = live;
    result.colour = colour;
    result.unicode = true;
    return result;
  }
  /// What was written since the last call.
  std::string taken() { return std::exchange(written, {}); }
};

StepStatus at(std::int64_t step) {
  StepStatus status{3, 10, step, 200, 1.25};
  status.parts = {{.name = "top1", .value = 56.7, .title = "top-1", .percent = true}};
  status.images_per_s = 1843;
  status.seconds_left = 80;
  return status;
}

}  // namespace

TEST_CASE("a wide line says everything") {
  CHECK(status_line(at(100), 120, true) ==
        "epoch 3/10  ━━━━━━━━━━━━━━━───────────────   50%  step 100/200  loss 1.2500  top-1 56.7%  "
        "1843 img/s  1:20 left");
  CHECK(status_line(at(100), 100, false).find("####") != std::string::npos);
}

TEST_CASE("a line fits into any width, and the important parts last longest") {
  for (int columns = 1; columns <= 140; ++columns)
    CHECK(display_width(status_line(at(100), columns, true)) <= columns);
  CHECK(status_line(at(100), 40, true) == "epoch 3/10   50%  loss 1.2500  1:20 left");
  CHECK(status_line(at(100), 12, true) == "epoch 3/10");
}

TEST_CASE("steps out of range don't break the line") {
  StepStatus status{1, 1, 7, 0, 0};
  CHECK(!status_line(status, 80, true).empty());
  status.steps = 3;
  CHECK(status_line(status, 80, true).find("100%") != std::string::npos);
  status.seconds_left = -5;
  status.loss = std::numeric_limits<double>::quiet_NaN();
  CHECK(status_line(status, 80, true).find("loss nan") != std::string::npos);
}

TEST_CASE("on a terminal one line is rewritten, ten times a second at most") {
  Screen screen;
  Progress progress(screen.terminal(true));
  progress.step(at(1));
  CHECK(screen.taken() == status_line(at(1), 99, true));
  screen.now += 0.05;
  progress.step(at(2));
  CHECK(screen.taken().empty());
  screen.now += 0.06;
  progress.step(at(3));
  CHECK(screen.taken() == "\r\x1b[2K" + status_line(at(3), 99, true));
}

TEST_CASE("the line follows the width of the window") {
  Screen screen;
  Progress progress(screen.terminal(true));
  progress.step(at(1));
  screen.columns = 50;
  screen.now += 1;
  screen.taken();
  progress.step(at(2));
  CHECK(screen.taken() == "\r\x1b[2K" + status_line(at(2), 49, true));
}

TEST_CASE("a note stands above the line, its control characters visible") {
  Screen screen;
  Progress progress(screen.terminal(true));
  progress.step(at(1));
  screen.taken();
  progress.note("two\nlines\x1b[2J");
  CHECK(screen.taken() == "\r\x1b[2Ktwo\nlines\\x1b[2J\n" + status_line(at(1), 99, true));
}

TEST_CASE("the line of an epoch stays, and the end leaves no live line behind") {
  Screen screen;
  {
    Progress progress(screen.terminal(true));
    progress.step(at(200));
    screen.taken();
    progress.epoch({.epoch = 3,
                    .epochs = 10,
                    .train_loss = 1.5,
                    .metrics = {{.name = "top1", .value = 60, .title = "top-1", .percent = true}},
                    .best = true});
    CHECK(screen.taken() == "\r\x1b[2Kepoch  3/10  loss 1.5000  top-1 60.00%  best\n");
    screen.now += 1;
    progress.step(at(1));
    screen.taken();
  }
  CHECK(screen.taken() == "\r\x1b[2K");
}

TEST_CASE("elsewhere come plain lines now and then, without escape codes") {
  Screen screen;
  {
    Progress progress(screen.terminal(false));
    for (std::int64_t step = 1; step <= 200; ++step) {  // one second each
      screen.now += 1;
      progress.step(at(step));
    }
    progress.note("a note");
    progress.epoch({.epoch = 3, .epochs = 10, .train_loss = 1.5});
  }
  const std::string text = screen.taken();
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  std::size_t lines = 0;
  for (const char c : text) lines += c == '\n';
  CHECK(lines >= 8);
  CHECK(lines <= 14);
}

TEST_CASE("a quick epoch has one plain line, a slow one a line a minute") {
  Screen quick;
  Progress progress(quick.terminal(false));
  for (std::int64_t step = 1; step <= 200; ++step) {
    quick.now += 0.02;
    progress.step(at(step));
  }
  CHECK(quick.taken().empty());
  Screen slow;
  Progress crawling(slow.terminal(false));
  StepStatus status = at(0);
  status.steps = 1'000'000;
  for (int i = 0; i < 600; ++i) {
    slow.now += 1;
    ++status.step;
    crawling.step(status);
  }
  const std::string text = slow.taken();
  const auto lines = std::count(text.begin(), text.end(), '\n');
  CHECK(lines >= 9);
  CHECK(lines <= 12);
}

TEST_CASE("colours are only where they are wanted") {
  Screen screen;
  Progress progress(screen.terminal(true, true));
  progress.step(at(100));
  CHECK(screen.taken().find("\x1b[36m━") != std::string::npos);
  progress.epoch({.epoch = 1, .epochs = 1, .best = true});
  CHECK(screen.taken().find("\x1b[1;32mbest\x1b[0m\n") != std::string::npos);
}

TEST_CASE("notes from several threads don't tear each other") {
  Screen screen;
  {
    Progress progress(screen.terminal(false));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) progress.note("a whole line");
      });
    for (std::thread& thread : threads) thread.join();
  }
  std::string expected;
  for (int i = 0; i < 800; ++i) expected += "a whole line\n";
  CHECK(screen.taken() == expected);
}

TEST_CASE("the line of an epoch fits into 80 columns, whatever it has to tell") {
  const EpochSummary all{
      .epoch = 7,
      .epochs = 300,
      .train_loss = 1.5,
      .metrics = {{.name = "top1", .value = 98.5, .title = "top-1", .percent = true},
                  {.name = "top5", .value = 100, .title = "top-5", .percent = true},
                  {.name = "loss", .value = 1.25}},
      .images_per_s = 12345,
      .seconds = 754,
      .best = true};
  CHECK(display_width(epoch_line(all)) < 80);
  CHECK(epoch_line(all).starts_with("epoch   7/300  loss 1.5000  eval 1.2500  top-1 98.50%"));
  CHECK(epoch_line(all).ends_with("best"));
  EpochSummary few = all;
  few.images_per_s.reset();
  few.seconds.reset();
  CHECK(epoch_line(few).find("top-5 100.00%") != std::string::npos);
}

TEST_CASE("a sparkline has a block for each value, or the means of neighbours, least to largest") {
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 16, true) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({0, 0, 7, 7}, 2, true) == "▁█");
  CHECK(sparkline({3, 3, 3}, 16, true) == "▁▁▁");
  CHECK(sparkline({7, 0}, 16, false) == "#_");
  CHECK(sparkline({1}, 16, true).empty());
  CHECK(sparkline({1, 2}, 1, true).empty());
}

TEST_CASE("a history of any length is a curve of bounded length with the same course") {
  CurveHistory history;
  CHECK(history.values().empty());
  history.add(std::numeric_limits<double>::quiet_NaN());
  CHECK(history.values().empty());
  for (int i = 0; i < 10'000; ++i) history.add(i);
  const std::vector<double> curve = history.values();
  CHECK(curve.size() >= 32);
  CHECK(curve.size() <= 64);
  CHECK(std::is_sorted(curve.begin(), curve.end()));
  CHECK(curve.front() < 10'000 / 32.0);
  CHECK(curve.back() > 9'000);
}

TEST_CASE("the loss's course, waiting and memory are shown where there is room") {
  StepStatus status = at(100);
  status.losses = {8, 4, 2, 1};
  status.wait_share = 0.034;
  status.memory = 512.0 * 1024 * 1024;
  const std::string wide = status_line(status, 200, true);
  for (const char* part : {"loss 1.2500  █▄▂▁", "data wait 3%", "512 MiB"})
    CHECK((wide.find(part) == std::string::npos ? part : "") == std::string());
  for (int columns = 1; columns <= 200; ++columns)
    CHECK(display_width(status_line(status, columns, true)) <= columns);
  CHECK(status_line(status, 40, true) == "epoch 3/10   50%  loss 1.2500  1:20 left");
}

TEST_CASE("the narrowest of terminals is not written beyond its width") {
  Screen screen;
  screen.columns = 7;
  Progress progress(screen.terminal(true));
  progress.step(at(1));
  CHECK(display_width(screen.taken()) <= 6);
}
