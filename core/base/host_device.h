#pragma once

// Marks functions that the host and GPU kernels share.
#if defined(__CUDACC__)
#define ASTERISM_HD __host__ __device__
#else
#define ASTERISM_HD
#endif
