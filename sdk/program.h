// Everything a program needs besides the packages it uses.
#pragma once

#include "sdk/context.h"
#include "sdk/resource.h"
#include "sdk/stash.h"
