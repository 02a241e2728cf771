# Dependencies point one way: app -> ui -> storage -> core, cuda -> core. Fails with every #include
# line under ROOT that points another way.
#   cmake -DROOT=<source tree> -P layering.cmake
if(NOT ROOT)
    message(FATAL_ERROR "give the source tree: cmake -DROOT=FOLDER -P layering.cmake")
endif()

set(qt "<Q(t[A-Z][A-Za-z]*/)?[A-Z]?[A-Za-z]*>")
set(qt_widgets "<(QtWidgets/.*|Q[A-Za-z]*(Application|Widget|Window|Dialog|Button|Box|Label|Layout|Menu|Action|Edit|View))>")
set(cuda_toolkit "<(cuda|cublas|cudnn|nccl|curand|cooperative_groups|cub/|thrust/)")
set(sqlite "<sqlite3")
set(http "<(curl/|httplib)")

# What the files of a folder must not include; each entry is matched behind "#include".
set(forbidden_core "\"(ui|app|cuda|storage)/" "${qt}" "${cuda_toolkit}" "${sqlite}" "${http}")
set(forbidden_cuda "\"(ui|app|storage|core/text)/" "${qt}" "${sqlite}" "${http}")
set(forbidden_storage "\"(ui|app|cuda)/" "${qt}" "${cuda_toolkit}" "${http}")
set(forbidden_ui "\"(app|cuda)/" "${cuda_toolkit}" "${sqlite}" "${http}")
set(forbidden_app_server "\"(ui|cuda)/" "${qt_widgets}")
set(forbidden_app_cli "\"ui/" "${qt_widgets}")

# The one file of core that may use Qt, though no widgets: Qt PDF reads without a display.
set(qt_reader "core/documents/readers/pdf_reader.cpp")

set(breaches "")
set(count 0)
foreach(layer core cuda storage ui app_server app_cli)
    string(REPLACE "_" "/" folder ${layer})
    file(GLOB_RECURSE files RELATIVE ${ROOT}
         ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.cu ${ROOT}/${folder}/*.cuh)
    foreach(file IN LISTS files)
        math(EXPR count "${count} + 1")
        file(STRINGS ${ROOT}/${file} lines REGEX "^[ \t]*#[ \t]*include")
        foreach(line IN LISTS lines)
            foreach(pattern IN LISTS forbidden_${layer})
                if(file STREQUAL qt_reader AND pattern STREQUAL "${qt}")
                    set(pattern "${qt_widgets}")
                endif()
                if(line MATCHES "include[ \t]*${pattern}")
                    string(APPEND breaches "  ${file}: ${line}\n")
                endif()
            endforeach()
        endforeach()
        # Options add or drop files; they never change what a header of core says. (The *_INL
        # names are the guards of headers that Highway reads once per instruction set.)
        if(layer STREQUAL "core" AND file MATCHES "[.]h$")
            file(STRINGS ${ROOT}/${file} lines REGEX "^[ \t]*#[ \t]*(if|ifdef|ifndef|elif).*ASTERISM_")
            foreach(line IN LISTS lines)
                if(NOT line MATCHES "ASTERISM_(HD|[A-Z_]+_INL)")
                    string(APPEND breaches "  ${file}: ${line}\n")
                endif()
            endforeach()
        endif()
    endforeach()
endforeach()

if(breaches)
    message(FATAL_ERROR "these lines point the wrong way between the layers:\n${breaches}")
endif()
if(count EQUAL 0)
    message(FATAL_ERROR "no sources under ${ROOT}; is it the source tree?")
endif()
message(STATUS "layers: ${count} files, every #include points the right way")
