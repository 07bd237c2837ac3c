#pragma once
#include "tvm_stand_in.hpp"
