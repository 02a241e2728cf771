#pragma once

namespace asterism::cuda {

// What a GPU can do at most, measured; the yardstick of `bench` and of the kernels.
struct MachineRate {
    double productFlops = 0;  // an 8192^3 bf16 product on random values, two operations each
    double copyBytes = 0;     // a copy within its memory, bytes read plus bytes written a second
};

// Takes about a second and 2.5 GB of GPU memory. Throws Error as makeCudaBackend() does.
MachineRate measureMachineRate(int device);

}  // namespace asterism::cuda
