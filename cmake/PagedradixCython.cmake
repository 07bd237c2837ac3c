# pagedradix_add_cython_module(<target> <file.pyx>): the extension module pagedradix.<target>.
#
# Cython resolves `cimport pagedradix.<name>` against python/pagedradix/*.pxd, the files that
# the wheel ships, and writes a depfile, so that a changed .pxd rebuilds the module.
function(pagedradix_add_cython_module target source)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp")
    add_custom_command(
        OUTPUT "${output}"
        COMMAND
            "${Python_EXECUTABLE}" -m cython --cplus -3 --depfile --module-name
            "pagedradix.${target}" -I "${PROJECT_SOURCE_DIR}/python" --output-file "${output}"
            "${source}"
        DEPENDS "${source}"
        DEPFILE "${output}.dep"
        COMMENT "Cythonizing ${target}"
        VERBATIM
    )
    python_add_library(${target} MODULE WITH_SOABI "${output}")
    # Without pagedradix_warnings: generated code does not meet them.
    target_link_libraries(${target} PRIVATE pagedradix::pagedradix pagedradix_instrumentation)
    set_target_properties(
        ${target}
        PROPERTIES
            CXX_VISIBILITY_PRESET hidden
            # Not joined with others, so that static checks of joined sources leave it out.
            UNITY_BUILD OFF
    )
endfunction()
