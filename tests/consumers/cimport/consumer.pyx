# distutils: language = c++
"""An extension module against the installed declarations: insert, match and evict."""

from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

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
    return held.matched_token_count, held.tenant, evicted.matched_token_count
