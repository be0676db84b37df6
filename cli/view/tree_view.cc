// The live tree: drawn in place by a thread of its own, so that clocks move while everything waits.
#include <sys/ioctl.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "cli/plan_proof.h"
#include "cli/view/view.h"

namespace drydock::cli {
namespace {

using namespace std::chrono_literals;

struct Size {
  std::size_t width = 80, height = 24;
};

Size terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

class TreeView : public View {
 public:
  explicit TreeView(ViewOptions options) : options_(std::move(options)) {}
  ~TreeView() override { stop(); }

  void begin(const RunTitle& title) override {
    stop();
    title_ = title;
    model_ = {};
    drawn_ = 0;
    options_.write(options_.style.paint(Colour::bold, title_text(title)) + "\n");
    stopping_ = false;
    painter_ = std::thread([this] { paint_loop(); });
  }

  void event(const engine::Event& event) override {
    std::lock_guard lock(mutex_);
    model_.apply(event, options_.now());
    if (const auto* out = std::get_if<engine::StdoutEvent>(&event)) {
      options_.write(erase() + out->message);
      draw(terminal_size());
    }
  }

  void readiness(const ReadinessNote& note) override {
    std::lock_guard lock(mutex_);
    if (title_.planning) {
      last_ = "\n" + note.text;
    } else {
      options_.write(erase() + note.text);
      draw(terminal_size());
    }
  }

  void end(const std::string& cloud_time) override {
    stop();
    std::string text = erase();
    for (const auto& line : tree_lines(model_, title_.planning, options_, options_.now(), terminal_size().width, 0))
      text += line + "\n";
    options_.write(text + "\n" + ending_text(model_, title_, options_, cloud_time) + std::exchange(last_, ""));
  }

 private:
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (painter_.joinable()) painter_.join();
  }

  void paint_loop() {
    std::unique_lock lock(mutex_);
    auto pause = 100ms;
    while (!wake_.wait_for(lock, pause, [&] { return stopping_; })) {
      auto begun = std::chrono::steady_clock::now();
      draw(terminal_size());
      // A big tree on a slow terminal must not eat the run: painting takes a tenth of the time at most.
      auto cost = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
      pause = std::max(100ms, cost * 10);
    }
  }

  std::string erase() {
    std::string text = drawn_ > 0 ? "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J" : "";
    drawn_ = 0;
    return text;
  }

  /// REQUIRES: mutex_ is held.
  void draw(Size size) {
    auto lines = tree_lines(model_, title_.planning, options_, options_.now(), size.width - 1, size.height);
    std::string text = erase();
    for (const auto& line : lines) text += line + "\n";
    drawn_ = lines.size();
    options_.write(text);
  }

  ViewOptions options_;
  RunTitle title_;
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  RunModel model_;
  std::string last_;       // after the ending
  std::size_t drawn_ = 0;  // lines on the screen that are ours to overwrite
  bool stopping_ = false;
  std::thread painter_;
};

}  // namespace

std::unique_ptr<View> make_tree_view(ViewOptions options) { return std::make_unique<TreeView>(std::move(options)); }

}  // namespace drydock::cli
