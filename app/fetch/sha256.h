#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace asterism {

// SHA-256 of bytes that come piece by piece.
class Sha256 {
  public:
    Sha256();
    void update(std::span<const std::byte> bytes);
    // 64 lower-case hexadecimal digits; call it once, after the last update.
    std::string finish();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> m_context;
};

}  // namespace asterism
