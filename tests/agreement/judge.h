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
/// `fixes`: every fix that is offered is applied, and the result lived.
Judgement judge(const Draw& draw, bool fixes);

}  // namespace drydock::agreement
