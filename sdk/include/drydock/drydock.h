// For programs that use no package's header: <drydock/aws/ec2.h> and the like include it too.
#pragma once

#include "sdk/program.h"
