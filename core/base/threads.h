#pragma once

namespace asterism {

// Cores that this process may use: those of its affinity mask.
int usableCores();

}  // namespace asterism
