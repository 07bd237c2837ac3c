# pagedradix_add_instrumentation(<interface target>): sanitizers and coverage, as the cache
# variables PAGEDRADIX_SANITIZE and PAGEDRADIX_COVERAGE ask.
function(pagedradix_add_instrumentation target)
    if(PAGEDRADIX_SANITIZE)
        # A finding ends the test: nobody reads a report that lets the run pass.
        set(flags "-fsanitize=${PAGEDRADIX_SANITIZE}")
        target_compile_options(
            ${target}
            INTERFACE ${flags} -fno-sanitize-recover=all -fno-omit-frame-pointer
        )
        target_link_options(${target} INTERFACE ${flags})
    endif()
    if(PAGEDRADIX_COVERAGE)
        # Counters are updated atomically: the tests that matter most are multi-threaded.
        target_compile_options(${target} INTERFACE --coverage -fprofile-update=atomic)
        target_link_options(${target} INTERFACE --coverage)
    endif()
endfunction()
