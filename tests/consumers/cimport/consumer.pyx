# distutils: language = c++
"""An extension module against the installed declarations: each class, used without the GIL."""

from libc.stdint cimport int32_t, int64_t
from libcpp.pair cimport pair
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from pagedradix.paged_radix_tree cimport PagedRadixTree, PagedRadixTreeOptions
from pagedradix.prefix_cache cimport BindRemoveCallback, PrefixCache, PrefixCacheMatchedResult
from pagedradix.token_tree cimport PrefixMatchResult, Token, TokenSpan, TokenTree


def round_trip(list prompt, bytes worker):
    """Tokens matched after an insert, who holds them, and tokens matched after an eviction."""
    cdef TokenTree tree
    cdef vector[Token] tokens = prompt
    cdef string_view tenant = string_view(worker, len(worker))
    cdef PrefixMatchResult held
    cdef PrefixMatchResult evicted
    with nogil:
        tree.InsertTokens(TokenSpan(tokens), tenant)
        held = tree.MatchPrefixWithCounts(TokenSpan(tokens))
        tree.EvictTenant(tenant, 0)
        evicted = tree.MatchPrefixWithCounts(TokenSpan(tokens))
    return held.matched_token_count, held.tenant.str(), evicted.matched_token_count


def share_prefix(list prompt, size_t forked_offset):
    """Tokens of a fork, tokens that the prompt shares with both sequences, and their number."""
    cdef PagedRadixTree tree = PagedRadixTree.Create()
    cdef vector[int32_t] tokens = prompt
    cdef pair[size_t, vector[int64_t]] shared
    with nogil:
        tree.get().AddSequence(0)
        tree.get().ExtendSequence(0, tokens)
        tree.get().ForkSequence(1, 0, forked_offset)
        shared = tree.get().MatchPrefix(tokens.data(), forked_offset)
    return tree.get().GetSequenceTokens(1), shared.first, shared.second.size()


def outgrow(size_t max_tokens):
    """Adds more tokens than a tree may hold."""
    cdef PagedRadixTreeOptions options
    options.page_size = 1
    options.max_tokens = max_tokens
    cdef PagedRadixTree tree = PagedRadixTree.Create(options)
    cdef vector[int32_t] tokens
    tokens.resize(max_tokens + 1)
    tree.get().AddSequence(0)
    tree.get().ExtendSequence(0, tokens)


def length_of_unknown(int64_t seq_id):
    """Asks a tree without sequences for one."""
    return PagedRadixTree.Create().get().GetSequenceLength(seq_id)


cdef void note_removed(void* removed, int64_t seq_id) noexcept nogil:
    (<vector[int64_t]*>removed).push_back(seq_id)


def reuse(list prompt):
    """What a cache says to the same prompt again, and which sequences it removed in the end."""
    cdef vector[int64_t] removed
    cdef PrefixCache cache = PrefixCache.CreateRadixPrefixCache(
        1, BindRemoveCallback(note_removed, &removed)
    )
    cdef vector[int32_t] tokens = prompt
    cdef PrefixCacheMatchedResult result
    with nogil:
        cache.get().InsertSequence(7, tokens)
        cache.get().ExtendSequence(7, tokens)
        cache.get().RecycleSequence(7)
        result = cache.get().InsertSequence(8, tokens)
        cache.get().RecycleSequence(result.reused_seq_id, False)
    return (
        result.prefilled_offset,
        result.reused_seq_id,
        result.reused_seq_pop_last_tokens,
        removed,
    )
