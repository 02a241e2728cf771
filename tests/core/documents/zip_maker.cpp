#include "tests/core/documents/zip_maker.h"

#include <zip.h>

#include <stdexcept>

#include "tests/support/test_files.h"

namespace asterism::test {

std::string makeZip(const ZipParts& parts, const std::string& password) {
    const TempDir folder;
    const std::string path = folder / "made.zip";
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_EXCL, nullptr);
    if (!zip) throw std::runtime_error("cannot create " + path);
    for (const auto& [name, content] : parts) {
        zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
        const zip_int64_t added = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
        if (added < 0) throw std::runtime_error(std::string("cannot add ") + name);
        const auto index = static_cast<zip_uint64_t>(added);
        zip_set_file_compression(zip, index, index == 0 ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
        if (index > 0 && !password.empty() &&
            zip_file_set_encryption(zip, index, ZIP_EM_AES_256, password.c_str()) != 0)
            throw std::runtime_error("cannot encrypt");
    }
    if (zip_close(zip) != 0) throw std::runtime_error("cannot write " + path);
    return readFile(path);
}

}  // namespace asterism::test
