# The C++ API of pagedradix's PagedRadixTree, for engines written in Cython.
#
#     # distutils: language = c++
#     from pagedradix.paged_radix_tree cimport PagedRadixTree
#
#     cdef PagedRadixTree tree = PagedRadixTree.Create()
#     tree.get().AddSequence(0)
#     tree.get().ExtendSequence(0, &tokens[0], tokens.shape[0])
#
# What each declaration does, costs and promises is written in the headers that it names; they are
# in the wheel, below pagedradix/include. Everything may be called without the GIL, from any number
# of threads. C++ exceptions arrive as Python's, as pagedradix/errors.pxd says.
from libc.stdint cimport int32_t, int64_t
from libcpp cimport bool as cbool
from libcpp.pair cimport pair
from libcpp.string cimport string
from libcpp.vector cimport vector

from pagedradix.errors cimport translate_exception


cdef extern from "pagedradix/object_ref.hpp" namespace "pagedradix" nogil:
    # A shared reference, null by default. Cython has no operator->: use get().
    cdef cppclass ObjectRef[T]:
        ObjectRef() noexcept
        T* get() noexcept
        T& operator*() noexcept
        cbool defined() noexcept
        cbool same_as(const ObjectRef[T]& other) noexcept


cdef extern from "pagedradix/int_tuple.hpp" namespace "pagedradix" nogil:
    cdef cppclass IntTuple:
        IntTuple() noexcept
        IntTuple(const IntTuple& other) except +translate_exception
        const int64_t* data() noexcept
        size_t size() noexcept
        cbool empty() noexcept
        int64_t operator[](size_t index) noexcept
        const int64_t* begin() noexcept
        const int64_t* end() noexcept
        cbool operator==(const IntTuple& other) noexcept
        cbool operator!=(const IntTuple& other) noexcept


cdef extern from "pagedradix/paged_radix_tree.hpp" namespace "pagedradix" nogil:
    cdef cppclass PagedRadixTreeOptions:
        PagedRadixTreeOptions() noexcept
        size_t page_size
        size_t pages_per_block
        size_t max_tokens

    cdef cppclass PagedRadixTreeStats:
        size_t sequences
        size_t nodes
        size_t tokens
        size_t pages_used
        size_t pages_allocated
        size_t bytes

    cdef cppclass PagedRadixTreeObj:
        cbool HasSequence(int64_t seq_id) except +translate_exception
        IntTuple GetSequence(int64_t seq_id) except +translate_exception
        pair[size_t, vector[int64_t]] MatchPrefix(
            const vector[int32_t]& tokens
        ) except +translate_exception
        size_t GetSequenceLength(int64_t seq_id) except +translate_exception
        void ForkSequence(
            int64_t seq_id, int64_t parent_seq_id, size_t forked_offset
        ) except +translate_exception
        void AddSequence(int64_t seq_id) except +translate_exception
        void ExtendSequence(
            int64_t seq_id, const vector[int32_t]& tokens
        ) except +translate_exception
        void RollBackSequence(int64_t seq_id, size_t num_tokens) except +translate_exception
        void RemoveSequence(int64_t seq_id) except +translate_exception
        size_t FreeCapacity() except +translate_exception
        void Reset() except +translate_exception

        pair[size_t, vector[int64_t]] MatchPrefix(
            const int32_t* tokens, size_t count
        ) except +translate_exception
        void ExtendSequence(
            int64_t seq_id, const int32_t* tokens, size_t count
        ) except +translate_exception
        vector[int32_t] GetSequenceTokens(int64_t seq_id) except +translate_exception
        vector[int64_t] SequenceIds() except +translate_exception
        PagedRadixTreeOptions Options() except +translate_exception
        PagedRadixTreeStats Stats() except +translate_exception
        string CheckInvariants() except +translate_exception

    cdef cppclass PagedRadixTree(ObjectRef[PagedRadixTreeObj]):
        PagedRadixTree() noexcept
        @staticmethod
        PagedRadixTree Create() except +translate_exception
        @staticmethod
        PagedRadixTree Create(const PagedRadixTreeOptions& options) except +translate_exception
