// iam_pairs COUNT [SEED]: random policies and requests, one JSON document a line, with what our two evaluators say of
// them: {"twin": "A", "proof": "A", "simulation": {...}}. Example: iam_pairs 1000 7
#include <cstdio>
#include <cstdlib>

#include "tests/iam/random_pair.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: iam_pairs COUNT [SEED]\n", stderr);
    return 1;
  }
  drydock::tests::RandomPairs pairs(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  for (long n = std::strtol(argv[1], nullptr, 10); n > 0; --n) {
    const drydock::tests::Pair pair = pairs.next();
    drydock::Json line = drydock::Json::object({{"twin", std::string(1, drydock::tests::twin_verdict(pair))},
                                                {"proof", std::string(1, drydock::tests::proof_verdict(pair))},
                                                {"simulation", drydock::tests::simulation_of(pair)}});
    std::puts(line.dump().c_str());
  }
}
