# Installs the data of the packages below WORK and checks one part of it, by the tool that the
# desktops and Debian check it with.
#   cmake -DCHECK=desktop_entry|metainfo|man_pages|files -DBUILD=<build folder> -DWORK=<folder>
#         [-DCLI=<asterism-cli>] -P packaging.cmake
set(share ${WORK}/share)
file(REMOVE_RECURSE ${WORK})

# Ends the script, as a skipped test, where the tool is missing.
macro(need_tool name)
    find_program(tool ${name})
    if(NOT tool)
        message("skipped: ${name} is not installed; run installer/deps.sh --tests")
        return()
    endif()
endmacro()

# Runs a command; its words are shown only if it fails.
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE words ERROR_VARIABLE words)
    if(failed)
        message(FATAL_ERROR "${ARGN}:\n${words}")
    endif()
endfunction()

function(install_component name)
    run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK} --component ${name})
endfunction()

function(need_file path)
    if(NOT EXISTS ${share}/${path})
        message(SEND_ERROR "share/${path} is not installed")
    endif()
endfunction()

# The page of the command line names every command that there is.
function(check_commands page)
    execute_process(COMMAND ${CLI} --help OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
    file(READ ${page} text)
    string(REGEX REPLACE ".*Subcommands:\n" "" help "${help}")
    string(REGEX MATCHALL "\n  [a-z]+" commands "\n${help}")
    foreach(command IN LISTS commands)
        string(STRIP ${command} command)
        if(NOT text MATCHES "\n\\.BR? ([^\n]* )?${command}[ \n]")
            message(SEND_ERROR "the man page of asterism-cli does not name the command ${command}")
        endif()
    endforeach()
endfunction()

if(CHECK STREQUAL desktop_entry)
    need_tool(desktop-file-validate)
    install_component(data)
    set(entry ${share}/applications/org.asterism.Asterism.desktop)
    run(${tool} ${entry})
    file(STRINGS ${entry} opens_files REGEX "^Exec=asterism %F$")
    if(NOT opens_files)
        message(SEND_ERROR "the desktop entry does not hand files to the program")
    endif()
elseif(CHECK STREQUAL metainfo)
    need_tool(appstreamcli)
    install_component(data)
    # The tree: the desktop entry and the icon that the metadata names must be there too.
    run(${tool} validate-tree --no-net ${WORK})
elseif(CHECK STREQUAL man_pages)
    need_tool(mandoc)
    install_component(data)
    foreach(page asterism asterism-cli)
        run(gzip -d ${share}/man/man1/${page}.1.gz)
        run(${tool} -T lint -W warning ${share}/man/man1/${page}.1)
    endforeach()
    check_commands(${share}/man/man1/asterism-cli.1)
elseif(CHECK STREQUAL files)
    install_component(data)
    install_component(sample)
    foreach(path man/man1/asterism.1.gz man/man1/asterism-cli.1.gz
                 icons/hicolor/scalable/apps/org.asterism.Asterism.svg
                 icons/hicolor/symbolic/apps/org.asterism.Asterism-symbolic.svg
                 asterism/manual/01-overview.md asterism/core/star/block_plan.cpp)
        need_file(${path})
    endforeach()
    file(GLOB copyright ${share}/doc/asterism*/copyright)
    if(NOT copyright)
        message(SEND_ERROR "share/doc/asterism/copyright is not installed")
    endif()
else()
    message(FATAL_ERROR "there is no check called ${CHECK}")
endif()
