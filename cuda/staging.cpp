#include "cuda/staging.h"

#include <cstring>
#include <utility>

#include "cuda/check.h"

namespace asterism::cuda {

Staging::Staging(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)) {
    check(cudaHostAlloc(&m_host, kBytes, cudaHostAllocDefault), "taking page-locked host memory");
}

Staging::~Staging() {
    if (cudaSetDevice(m_stream->device().index) == cudaSuccess) (void)cudaFreeHost(m_host);
}

void Staging::download(const void* from, std::span<std::byte> to) {
    const bool isSmall = to.size() <= kBytes;
    if (!to.empty())
        check(cudaMemcpyAsync(isSmall ? m_host : to.data(), from, to.size(), cudaMemcpyDefault,
                              m_stream->handle()),
              "copying from the GPU");
    m_stream->synchronize();
    if (isSmall && !to.empty()) std::memcpy(to.data(), m_host, to.size());
}

}  // namespace asterism::cuda
