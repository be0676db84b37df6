// What a drawn world is asked: do life and proof agree, is every fault named that breaks it, and do the fixes heal?
#pragma once

#include "tests/agreement/agree.h"
#include "tests/agreement/draw.h"

namespace drydock::agreement {

struct Judgement {
  Comparison comparison;
  std::size_t injected = 0, named = 0;   // faults that break the base by themselves, and those whose class is found
  std::vector<std::string> differences;  // the comparison's, and more
};
struct Ask {
  bool causes = false;  // is every fault that breaks the base by itself named, and nothing else?
  bool fixes = false;   // does what the proof offers heal in life?
};
Judgement judge(const Draw& draw, const Ask& ask = {});

}  // namespace drydock::agreement
