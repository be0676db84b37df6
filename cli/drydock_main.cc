#include "cli/app.h"

int main(int argc, char** argv) { return drydock::cli::run_app(argc, argv); }
