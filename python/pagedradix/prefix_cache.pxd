# The C++ API of pagedradix's PrefixCache, for engines written in Cython.
#
#     # distutils: language = c++
#     from pagedradix.prefix_cache cimport PrefixCache
#
#     cdef PrefixCache cache = PrefixCache.CreateRadixPrefixCache(64)
#     result = cache.get().InsertSequence(seq_id, prompt)
#
# What each declaration does, costs and promises is written in the headers that it names; they are
# in the wheel, below pagedradix/include. Everything may be called without the GIL, from any number
# of threads. C++ exceptions arrive as Python's, as pagedradix/errors.pxd says.
from libc.stdint cimport int32_t, int64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector

from pagedradix.errors cimport translate_exception
from pagedradix.paged_radix_tree cimport ObjectRef, PagedRadixTreeOptions


cdef extern from "pagedradix/prefix_cache.hpp" namespace "pagedradix" nogil:
    cdef enum class PrefixCacheMode(int):
        kDisable
        kRadix

    # A std::function. It is called without the GIL, and a Python exception must not leave it.
    cdef cppclass PrefixCacheRemoveCallback:
        PrefixCacheRemoveCallback() noexcept
        PrefixCacheRemoveCallback(
            void (*function)(int64_t seq_id) noexcept nogil
        ) except +translate_exception

    cdef cppclass PrefixCacheMatchedResult:
        PrefixCacheMatchedResult() noexcept
        size_t prefilled_offset
        int64_t forked_seq_id
        int64_t reused_seq_id
        size_t reused_seq_pop_last_tokens

    cdef cppclass PrefixCacheObj:
        PrefixCacheMatchedResult InsertSequence(
            int64_t seq_id, vector[int32_t] tokens
        ) except +translate_exception
        PrefixCacheMatchedResult InsertSequence(
            int64_t seq_id, vector[int32_t] tokens, int sliding_window_size
        ) except +translate_exception
        PrefixCacheMatchedResult InsertSequence(
            int64_t seq_id,
            vector[int32_t] tokens,
            int sliding_window_size,
            int attention_sink_size,
        ) except +translate_exception
        void ExtendSequence(
            int64_t seq_id, const vector[int32_t]& tokens
        ) except +translate_exception
        void CommitSequenceExtension() except +translate_exception
        void CommitSequenceExtention() except +translate_exception
        void RollBackSequence(int64_t seq_id, size_t num_tokens) except +translate_exception
        void RecycleSequence(int64_t seq_id) except +translate_exception
        void RecycleSequence(int64_t seq_id, cbool lazy) except +translate_exception
        cbool TryFreeMemory() except +translate_exception
        cbool HasSequence(int64_t seq_id) except +translate_exception
        void Reset() except +translate_exception
        PrefixCacheMode Mode() noexcept

    cdef cppclass PrefixCache(ObjectRef[PrefixCacheObj]):
        PrefixCache() noexcept
        @staticmethod
        PrefixCache CreateRadixPrefixCache(
            int64_t max_recycling_seqs
        ) except +translate_exception
        @staticmethod
        PrefixCache CreateRadixPrefixCache(
            int64_t max_recycling_seqs, PrefixCacheRemoveCallback remove_callback
        ) except +translate_exception
        @staticmethod
        PrefixCache CreateRadixPrefixCache(
            int64_t max_recycling_seqs,
            PrefixCacheRemoveCallback remove_callback,
            const PagedRadixTreeOptions& tree_options,
        ) except +translate_exception
        @staticmethod
        PrefixCache CreateNoPrefixCache() except +translate_exception


cdef extern from * nogil:
    """
    static inline pagedradix::PrefixCacheRemoveCallback pagedradix_bind_remove_callback(
        void (*function)(void* context, std::int64_t seq_id), void* context) {
      return [=](std::int64_t seq_id) { function(context, seq_id); };
    }
    """
    # A callback that knows for whom it is called. The context must outlive the cache's last call.
    PrefixCacheRemoveCallback BindRemoveCallback "pagedradix_bind_remove_callback"(
        void (*function)(void* context, int64_t seq_id) noexcept nogil, void* context
    ) except +translate_exception
