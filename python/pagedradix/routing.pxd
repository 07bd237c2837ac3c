# The C++ routing policies of pagedradix (headers pagedradix/routing/*.hpp), for Cython.
from libc.stdint cimport uint64_t

from pagedradix.errors cimport translate_exception
from pagedradix.token_tree cimport TokenSpan


cdef extern from "pagedradix/routing/routing_policy.hpp" namespace "pagedradix::routing" nogil:
    cdef cppclass RoutingQuery:
        RoutingQuery() noexcept
        TokenSpan prompt
        const size_t* held
        const double* backlog
        size_t workers

    cdef cppclass RoutingPolicy:
        size_t Choose(const RoutingQuery& query) noexcept

    size_t LeastLoadedWorker(const RoutingQuery& query) noexcept


cdef extern from "pagedradix/routing/cache_aware_policy.hpp" namespace "pagedradix::routing" nogil:
    cdef cppclass CacheAwareOptions:
        CacheAwareOptions() noexcept
        double cache_threshold
        double balance_abs
        double balance_rel

    cdef cppclass CacheAwarePolicy(RoutingPolicy):
        CacheAwarePolicy(const CacheAwareOptions& options) noexcept


cdef extern from "pagedradix/routing/consistent_hash_policy.hpp" \
        namespace "pagedradix::routing" nogil:
    cdef cppclass ConsistentHashPolicy(RoutingPolicy):
        ConsistentHashPolicy(size_t workers, size_t hash_tokens) except +translate_exception


cdef extern from "pagedradix/routing/simple_policies.hpp" namespace "pagedradix::routing" nogil:
    cdef cppclass RoundRobinPolicy(RoutingPolicy):
        RoundRobinPolicy() noexcept

    cdef cppclass LeastLoadedPolicy(RoutingPolicy):
        LeastLoadedPolicy() noexcept

    cdef cppclass RandomPolicy(RoutingPolicy):
        RandomPolicy(uint64_t seed) noexcept


cdef extern from "pagedradix/routing/prefill_queues.hpp" namespace "pagedradix::routing" nogil:
    cdef cppclass PrefillQueues:
        PrefillQueues(size_t workers) except +translate_exception
        size_t Workers() noexcept
        void Backlogs(double now, double* backlog) noexcept
        double Push(size_t worker, double now, double tokens) noexcept


cdef extern from "pagedradix/routing/prompt_hash.hpp" namespace "pagedradix::routing" nogil:
    uint64_t PromptHash(TokenSpan tokens) noexcept
    uint64_t PromptHash(TokenSpan tokens, uint64_t seed) noexcept


cdef extern from "pagedradix/routing/splitmix64.hpp" namespace "pagedradix::routing" nogil:
    const uint64_t kSplitMix64Gamma
    uint64_t SplitMix64Finalize(uint64_t state) noexcept
    uint64_t SplitMix64At(uint64_t seed, uint64_t index) noexcept
