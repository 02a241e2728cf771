# Writes a C++ file that holds texts, so that the program has them wherever it is:
#   cmake -DROOT=FOLDER -DFILES=FILE -DOUTPUT=FILE -P embed_texts.cmake
# FILES names a file with one path below ROOT a line.
file(STRINGS ${FILES} names)
set(entries "")
foreach(name IN LISTS names)
    file(READ ${ROOT}/${name} text)
    string(APPEND entries "        {\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed_texts.cmake.
#include \"app/cli/built_in_texts.h\"

namespace asterism {

const std::vector<eval::SourceFile>& builtInTexts() {
    static const std::vector<eval::SourceFile> texts{
${entries}    };
    return texts;
}

}  // namespace asterism
")
