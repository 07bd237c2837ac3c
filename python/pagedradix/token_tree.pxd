# The C++ API of pagedradix's TokenTree, for engines written in Cython.
#
#     # distutils: language = c++
#     from pagedradix.token_tree cimport TokenSpan, TokenTree
#
#     cdef TokenTree tree
#     tree.InsertTokens(TokenSpan(&tokens[0], tokens.shape[0]), string_view(b"worker-1", 8))
#
# What each declaration does, costs and promises is written in the headers that it names; they are
# in the wheel, below pagedradix/include. Everything may be called without the GIL, from any number
# of threads. C++ exceptions arrive as Python's, as pagedradix/errors.pxd says.
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.optional cimport optional
from libcpp.pair cimport pair
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from pagedradix.errors cimport translate_exception


cdef extern from "pagedradix/token_span.hpp" namespace "pagedradix" nogil:
    ctypedef uint32_t Token

    # The memory behind a span must outlive every call that gets it.
    cdef cppclass TokenSpan:
        TokenSpan() noexcept
        TokenSpan(const Token* data, size_t size) noexcept
        TokenSpan(const vector[Token]& tokens) noexcept
        const Token* data() noexcept
        size_t size() noexcept
        cbool empty() noexcept
        const Token* begin() noexcept
        const Token* end() noexcept
        Token operator[](size_t index) noexcept
        TokenSpan First(size_t count) noexcept


cdef extern from "pagedradix/eviction_policy.hpp" namespace "pagedradix" nogil:
    cdef enum class EvictionPolicy(uint8_t):
        kLru
        kLfu
        kFifo
        kMru
        kFilo
        kPriority

    string_view EvictionPolicyName(EvictionPolicy policy) noexcept
    optional[EvictionPolicy] ParseEvictionPolicy(string_view name) noexcept


cdef extern from "pagedradix/tenant_name.hpp" namespace "pagedradix" nogil:
    cdef cppclass TenantName:
        TenantName() noexcept
        TenantName(string_view name) except +translate_exception
        TenantName(const TenantName& other) except +translate_exception
        string_view view() noexcept
        string str() except +translate_exception
        size_t size() noexcept
        cbool empty() noexcept


cdef extern from "pagedradix/token_tree_types.hpp" namespace "pagedradix" nogil:
    const char* kEmptyTenant

    cdef cppclass TokenTreeOptions:
        TokenTreeOptions() noexcept
        size_t page_size
        EvictionPolicy policy
        cbool recount_hits
        uint64_t hash_seed

    cdef cppclass PrefixMatchResult:
        PrefixMatchResult() except +translate_exception
        TenantName tenant
        size_t matched_token_count
        size_t input_token_count
        cbool Matched() noexcept
        double HitRatio() noexcept

    cdef cppclass TenantTokens:
        string tenant
        size_t token_count

    cdef cppclass EntryOwner:
        string tenant
        uint64_t last_access

    cdef cppclass TreeEntry:
        TreeEntry() noexcept
        vector[Token] prefix_tokens
        vector[EntryOwner] owners

    cdef cppclass TokenTreeStats:
        size_t nodes
        size_t tokens
        size_t tenants
        size_t memory_bytes
        size_t reserved_bytes
        size_t limbo_objects
        uint64_t matches
        uint64_t hits
        uint64_t matched_tokens
        uint64_t inserts
        uint64_t splits
        uint64_t evicted_tokens
        uint64_t evicted_nodes


cdef extern from "pagedradix/entry_iterator.hpp" namespace "pagedradix" nogil:
    # What TokenTree.IterEntries returns: optional[EntryIterator](tree.IterEntries()).
    cdef cppclass EntryIterator:
        EntryIterator(const EntryIterator& other) except +translate_exception
        cbool Next(TreeEntry& entry) except +translate_exception


cdef extern from "pagedradix/token_tree.hpp" namespace "pagedradix" nogil:
    cdef cppclass TokenTree:
        TokenTree() except +translate_exception
        TokenTree(const TokenTreeOptions& options) except +translate_exception

        size_t PageSize() noexcept
        EvictionPolicy Policy() noexcept
        cbool RecountHits() noexcept

        void InsertTokens(
            TokenSpan tokens, string_view tenant
        ) except +translate_exception
        void InsertTokens(
            TokenSpan tokens, string_view tenant, int32_t priority
        ) except +translate_exception
        PrefixMatchResult MatchPrefixWithCounts(TokenSpan tokens) except +translate_exception
        PrefixMatchResult MatchAndInsert(
            TokenSpan tokens, string_view tenant
        ) except +translate_exception
        PrefixMatchResult MatchAndInsert(
            TokenSpan tokens, string_view tenant, int32_t priority
        ) except +translate_exception
        # Select: a function or function object from const PrefixMatchResult& to
        # optional[string_view]. A Python exception must not leave it: keep it, return nothing.
        PrefixMatchResult MatchAndInsertWith[Select](
            TokenSpan tokens, Select& select
        ) except +translate_exception
        PrefixMatchResult MatchAndInsertWith[Select](
            TokenSpan tokens, Select& select, int32_t priority
        ) except +translate_exception
        pair[size_t, string] PrefixMatchLegacy(TokenSpan tokens) except +translate_exception
        vector[TenantTokens] MatchTenants(TokenSpan tokens) except +translate_exception
        void MatchTenants(
            TokenSpan tokens, const string_view* candidates, size_t count, size_t* held
        ) except +translate_exception

        vector[PrefixMatchResult] MatchBatch(
            TokenSpan tokens, const size_t* offsets, size_t count
        ) except +translate_exception
        void InsertBatch(
            TokenSpan tokens, const size_t* offsets, size_t count, const string_view* tenants
        ) except +translate_exception
        void InsertBatch(
            TokenSpan tokens,
            const size_t* offsets,
            size_t count,
            const string_view* tenants,
            int32_t priority,
        ) except +translate_exception

        vector[TenantTokens] GetTenantTokenCounts() except +translate_exception
        size_t TenantTokenSize(string_view tenant) except +translate_exception
        size_t EvictTenant(string_view tenant, size_t max_tokens) except +translate_exception
        size_t EvictTenantBySize(size_t max_tokens) except +translate_exception
        cbool RemoveTenant(string_view tenant) except +translate_exception

        # Cannot fail. Keep the result in an optional: Cython has no variable without a default.
        EntryIterator IterEntries() noexcept
        void Clear() except +translate_exception
        void Reserve(size_t tokens) except +translate_exception
        TokenTreeStats Stats() except +translate_exception
        string Serialize() except +translate_exception
        @staticmethod
        unique_ptr[TokenTree] Deserialize(string_view data) except +translate_exception
        string CheckInvariants() except +translate_exception
