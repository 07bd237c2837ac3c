# pagedradix_add_warnings(<interface target>): the warnings that our own code compiles without.
function(pagedradix_add_warnings target)
    if(MSVC)
        target_compile_options(
            ${target}
            INTERFACE /W4 /permissive- $<$<BOOL:${PAGEDRADIX_WARNINGS_AS_ERRORS}>:/WX>
        )
        return()
    endif()

    target_compile_options(
        ${target}
        INTERFACE
            -Wall
            -Wextra
            -Wpedantic
            -Wcast-align
            -Wconversion
            -Wdouble-promotion
            -Wextra-semi
            -Wformat=2
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wshadow
            -Wsign-conversion
            -Wundef
            -Wunused
            $<$<BOOL:${PAGEDRADIX_WARNINGS_AS_ERRORS}>:-Werror>
    )
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(
            ${target}
            INTERFACE -Wduplicated-branches -Wduplicated-cond -Wlogical-op
        )
    else()
        # The lock wrapper's annotations; GCC has no such analysis, clang-tidy runs it for us there.
        target_compile_options(${target} INTERFACE -Wthread-safety)
    endif()
endfunction()
