#pragma once

#include "core/model/config.h"

namespace asterism {

// The architectures, one file each; architectures.cpp lists them.
Architecture llamaArchitecture();
Architecture qwen2Architecture();
Architecture qwen3Architecture();
Architecture gemma3Architecture();

}  // namespace asterism
