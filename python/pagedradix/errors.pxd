# How exceptions of the C++ API arrive in Python; the declarations of the other .pxd files name it.
#
# InvalidArgumentError and SnapshotError become ValueError and SequenceError becomes KeyError, as
# they are in the Python API. CapacityError becomes MemoryError, like std::bad_alloc: the answer to
# both is to make room and to try again. Anything else becomes RuntimeError.
cdef extern from * nogil:
    """
    #include <exception>
    #include <new>

    #include "pagedradix/errors.hpp"

    // Sets the Python exception for the C++ exception in flight; Cython calls it with the GIL.
    static inline void pagedradix_translate_exception() {
      try {
        throw;
      } catch (const pagedradix::InvalidArgumentError& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
      } catch (const pagedradix::SnapshotError& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
      } catch (const pagedradix::SequenceError& error) {
        PyErr_SetString(PyExc_KeyError, error.what());
      } catch (const pagedradix::CapacityError& error) {
        PyErr_SetString(PyExc_MemoryError, error.what());
      } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
      } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
      } catch (...) {
        PyErr_SetString(PyExc_RuntimeError, "unknown C++ exception");
      }
    }
    """
    void translate_exception "pagedradix_translate_exception"()
