"""MLC-LLM's paged radix tree through TVM FFI, implemented by pagedradix.

Importing this module registers the object type `mlc.serve.PagedRadixTree` and the global functions
that MLC-LLM's Python class of that name calls: `mlc.serve.PagedRadixTree` makes a tree,
`mlc.serve.PagedRadixTreeAddSequence` and nine more work on one. Functions that have these names
already are replaced, also where `mlc_llm` has looked them up; a tree made by one of those is then
refused with a TypeError.

MLC-LLM comes first: its library ends the process when it is loaded and a name is taken.

    import mlc_llm  # only if it is installed
    import pagedradix.integrations.tvm_ffi

Needs the extra: `pip install 'pagedradix[tvm-ffi]'`.
"""

from __future__ import annotations

import sys

from pagedradix.config import installed

try:
    import tvm_ffi
except ModuleNotFoundError as error:
    if error.name != "tvm_ffi":
        raise
    message = f"{__name__} needs apache-tvm-ffi: pip install 'pagedradix[tvm-ffi]'"
    raise ModuleNotFoundError(message, name="tvm_ffi") from error

__all__: list[str] = []

_LIBRARY = "lib/libpagedradix_tvm_ffi.so"
_PREFIX = "mlc.serve."
_TYPE_KEY = "mlc.serve.PagedRadixTree"
_MLC_FUNCTIONS = "mlc_llm.serve._ffi_api"


def _register() -> None:
    try:
        library = installed(_LIBRARY)
    except FileNotFoundError as error:
        message = (
            "this build of pagedradix has no TVM FFI module: apache-tvm-ffi was not there when it "
            "was built (docs/mlc_drop_in.md says what to do)"
        )
        raise ImportError(message) from error
    tvm_ffi.load_module(library).register_functions()
    mlc_functions = sys.modules.get(_MLC_FUNCTIONS)
    if mlc_functions is None:
        return
    # MLC's classes call attributes of this module, which it filled when it was imported.
    for name in tvm_ffi.registry.list_global_func_names():
        if name.startswith(_TYPE_KEY):
            setattr(mlc_functions, name.removeprefix(_PREFIX), tvm_ffi.get_global_func(name))


_register()
