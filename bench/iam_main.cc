// iam_speed [SECONDS]: how many requests the proof's evaluator decides in a second of one core's time, over 1,000
// random pairs of policies and request (tests/iam), compiled before. Prints the figure. Example: iam_speed 2
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "tests/iam/random_pair.h"

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  drydock::tests::RandomPairs random(1);
  std::vector<drydock::tests::CompiledPair> pairs;
  for (int n = 0; n < 1000; ++n) pairs.emplace_back(random.next());
  const std::clock_t began = std::clock();
  double took = 0;
  long decided = 0, allowed = 0;
  do {
    for (const auto& pair : pairs) allowed += pair.verdict() == 'A';
    decided += static_cast<long>(pairs.size());
    took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  } while (took < seconds);
  std::printf("%.0f\n", static_cast<double>(decided) / took);
  return allowed > 0 ? 0 : 1;  // nothing is ever allowed: not what we meant to measure
}
