# Every text of the desktop is translated. Fails with those that are not.
#   cmake -DROOT=<source tree> -DWORK=<folder> -DLUPDATE=<program> -P translations.cmake
foreach(language de zh_CN en)
    set(kept ${ROOT}/resources/translations/asterism_${language}.ts)
    set(now ${WORK}/asterism_${language}.ts)
    file(COPY_FILE ${kept} ${now})
    set(plurals "")
    if(language STREQUAL "en")
        set(plurals -pluralonly)
    endif()
    execute_process(
        COMMAND ${LUPDATE} -I . -silent -no-obsolete -locations none ${plurals} ui -ts ${now}
        WORKING_DIRECTORY ${ROOT} RESULT_VARIABLE failed ERROR_VARIABLE words)
    if(failed)
        message(FATAL_ERROR "lupdate: ${words}")
    endif()
    file(READ ${now} content)
    string(REGEX MATCHALL "<source>[^<]*</source>[^/]*<translation type=\"unfinished\"" missing
           "${content}")
    if(missing)
        list(JOIN missing "\n  " missing)
        message(SEND_ERROR "${language}: not translated:\n  ${missing}")
    endif()
endforeach()
