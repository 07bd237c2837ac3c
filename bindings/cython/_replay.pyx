# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, freethreading_compatible=True, auto_pickle=False
# cython: autotestdict=False
# distutils: language = c++
"""The loop of ``pagedradix replay``: requests in, routing decisions and their figures out.

It is written on the .pxd files that the wheel ships and runs without the GIL. Python calls it in
slices of some milliseconds, so that an interrupt or a progress bar never waits for a whole trace.
Everything that is not the loop (reading traces, options, percentiles) is in pagedradix.replay.
"""
cimport cython
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libcpp.atomic cimport atomic
from libcpp.memory cimport unique_ptr
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector

from pagedradix.routing cimport (
    CacheAwareOptions,
    CacheAwarePolicy,
    ConsistentHashPolicy,
    LeastLoadedPolicy,
    PrefillQueues,
    RandomPolicy,
    RoundRobinPolicy,
    RoutingPolicy,
    RoutingQuery,
    SplitMix64Finalize,
    kSplitMix64Gamma,
)
from pagedradix.token_tree cimport (
    ParseEvictionPolicy,
    Token,
    TokenSpan,
    TokenTree,
    TokenTreeOptions,
    TokenTreeStats,
)

import numpy as np

cdef extern from * nogil:
    """
    #include <chrono>
    #include <cstdint>

    static inline std::int64_t pagedradix_monotonic_ns() noexcept {
      const auto now = std::chrono::steady_clock::now().time_since_epoch();
      return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    }
    """
    int64_t monotonic_ns "pagedradix_monotonic_ns"() noexcept

cdef enum:
    # Tokens of an expanded trace are below this number.
    VOCABULARY = 128000

cdef uint64_t UNSHARED_SEED = <uint64_t>1 << 63
cdef uint64_t LONGEST_TIME_NS = 0xFFFFFFFF


cdef void expand_block(uint64_t seed, Token* out, size_t count) noexcept nogil:
    """Writes the first `count` tokens of the SplitMix64 stream of `seed`."""
    cdef uint64_t state = seed
    cdef size_t i
    for i in range(count):
        state += kSplitMix64Gamma
        out[i] = <Token>(SplitMix64Finalize(state) % VOCABULARY)


@cython.final
cdef class Prompts:
    """The requests' prompts as block ids; expanded to tokens one at a time.

    Request ``i`` is ``ids[first_id[i]:first_id[i] + id_count[i]]``, blocks of ``block_size[i]``
    tokens, cut to ``input_length[i]``. Tokens beyond the blocks are unique to the request.
    """

    cdef const uint64_t[::1] ids
    cdef const int64_t[::1] first_id
    cdef const uint32_t[::1] id_count
    cdef const uint32_t[::1] block_size
    cdef const uint32_t[::1] input_length
    cdef readonly size_t count
    cdef readonly size_t longest

    def __init__(self, ids, first_id, id_count, block_size, input_length):
        self.ids = ids
        self.first_id = first_id
        self.id_count = id_count
        self.block_size = block_size
        self.input_length = input_length
        self.count = input_length.shape[0]
        for per_request in (first_id, id_count, block_size):
            if per_request.shape[0] != self.count:
                raise ValueError("the requests' arrays differ in length")
        self.longest = int(input_length.max(initial=0))
        last_id = first_id + id_count
        if first_id.min(initial=0) < 0 or last_id.max(initial=0) > ids.shape[0]:
            raise ValueError("a request's ids lie outside of the array of ids")

    cdef TokenSpan expand(self, size_t index, Token* out) noexcept nogil:
        """Writes request `index` to `out`, which has room for the longest prompt."""
        cdef size_t length = self.input_length[index]
        cdef size_t block_size = self.block_size[index]
        cdef size_t written = 0
        cdef size_t count
        cdef size_t at = <size_t>self.first_id[index]
        cdef size_t end = at + self.id_count[index]
        while at < end and written < length:
            count = min(block_size, length - written)
            expand_block(self.ids[at], out + written, count)
            written += count
            at += 1
        if written < length:
            expand_block(UNSHARED_SEED + index, out + written, length - written)
        return TokenSpan(out, length)

    def tokens(self, size_t index):
        """Request ``index`` as a new array of uint32 tokens."""
        if index >= self.count:
            raise IndexError(f"request {index} of {self.count}")
        out = np.empty(self.longest + 1, dtype=np.uint32)
        cdef uint32_t[::1] view = out
        return out[: self.expand(index, &view[0]).size()]


@cython.final
cdef class Policy:
    """A routing policy of pagedradix/routing, ready to be used by one simulation."""

    cdef unique_ptr[RoutingPolicy] policy
    cdef size_t workers  # that the policy is made for; 0: any number

    @staticmethod
    def cache_aware(double cache_threshold, double balance_abs, double balance_rel):
        """The best match above the threshold unless the fleet is out of balance."""
        cdef Policy self = Policy()
        cdef CacheAwareOptions options
        options.cache_threshold = cache_threshold
        options.balance_abs = balance_abs
        options.balance_rel = balance_rel
        self.policy.reset(new CacheAwarePolicy(options))
        return self

    @staticmethod
    def consistent_hash(size_t workers, size_t hash_tokens):
        """A ring over the hash of the first tokens."""
        cdef Policy self = Policy()
        if workers == 0:
            raise ValueError("at least one worker")
        self.policy.reset(new ConsistentHashPolicy(workers, hash_tokens))
        self.workers = workers
        return self

    @staticmethod
    def round_robin():
        """One worker after the other."""
        cdef Policy self = Policy()
        self.policy.reset(new RoundRobinPolicy())
        return self

    @staticmethod
    def least_loaded():
        """The lowest backlog."""
        cdef Policy self = Policy()
        self.policy.reset(new LeastLoadedPolicy())
        return self

    @staticmethod
    def random(uint64_t seed):
        """Any worker."""
        cdef Policy self = Policy()
        self.policy.reset(new RandomPolicy(seed))
        return self


@cython.final
cdef class Lane:
    """What one thread needs for itself to drive a simulation, and what it measured."""

    cdef vector[Token] tokens
    cdef vector[size_t] held
    cdef vector[double] backlog
    cdef readonly int64_t eviction_ns
    cdef readonly size_t evicted_tokens

    def __init__(self, size_t workers, size_t longest_prompt):
        self.tokens.resize(longest_prompt + 1)
        self.held.resize(workers)
        self.backlog.resize(workers)
        self.eviction_ns = 0
        self.evicted_tokens = 0


@cython.final
cdef class Simulation:
    """One policy on one fresh tree; every request of `prompts` is routed once.

    Times are counted in tokens, as PrefillQueues does: ``arrival[i]`` is request i's, not
    decreasing. Results are arrays with one entry a request: ``worker``, ``hit_tokens``,
    ``ttft`` (in tokens) and ``decision_ns`` (at most 2^32 - 1).
    """

    cdef unique_ptr[TokenTree] tree
    cdef unique_ptr[PrefillQueues] queues
    cdef vector[string] names
    cdef vector[string_view] candidates
    cdef atomic[size_t] next_request
    cdef size_t capacity
    cdef Prompts prompts
    cdef Policy policy
    cdef const double[::1] arrival
    cdef uint32_t[::1] worker_view
    cdef uint32_t[::1] hit_view
    cdef double[::1] ttft_view
    cdef uint32_t[::1] decision_view
    cdef readonly object worker
    cdef readonly object hit_tokens
    cdef readonly object ttft
    cdef readonly object decision_ns

    def __cinit__(self):
        self.next_request.store(0)

    def __init__(
        self,
        Prompts prompts not None,
        arrival,
        Policy policy not None,
        *,
        size_t workers,
        size_t page_size,
        str eviction not None,
        size_t capacity,
    ):
        if workers == 0:
            raise ValueError("at least one worker")
        if arrival.shape[0] != prompts.count:
            raise ValueError("one arrival for each request")
        if not policy.policy:
            raise ValueError("the policy is empty: make it by a static method of Policy")
        if policy.workers != 0 and policy.workers != workers:
            raise ValueError(f"the policy is for {policy.workers} workers, not for {workers}")
        cdef TokenTreeOptions options
        cdef string eviction_name = eviction.encode()
        parsed = ParseEvictionPolicy(string_view(eviction_name.data(), eviction_name.size()))
        if not parsed.has_value():
            raise ValueError(f"unknown eviction policy {eviction!r}")
        options.page_size = page_size
        options.policy = parsed.value()
        options.hash_seed = 1  # a run must repeat, memory figures included
        self.tree.reset(new TokenTree(options))
        self.queues.reset(new PrefillQueues(workers))
        self.prompts = prompts
        self.arrival = arrival
        self.policy = policy
        self.capacity = capacity
        self._name_workers(workers)
        self._make_results(prompts.count)

    def _name_workers(self, size_t workers):
        cdef size_t worker
        self.names.reserve(workers)  # the views below stay valid
        for worker in range(workers):
            self.names.push_back(f"worker-{worker}".encode())
            self.candidates.push_back(
                string_view(self.names[worker].data(), self.names[worker].size())
            )

    def _make_results(self, size_t count):
        self.worker = np.zeros(count, dtype=np.uint32)
        self.hit_tokens = np.zeros(count, dtype=np.uint32)
        self.ttft = np.zeros(count, dtype=np.float64)
        self.decision_ns = np.zeros(count, dtype=np.uint32)
        self.worker_view = self.worker
        self.hit_view = self.hit_tokens
        self.ttft_view = self.ttft
        self.decision_view = self.decision_ns

    def lane(self):
        """A new Lane; each thread that calls run_slice needs its own."""
        return Lane(self.names.size(), self.prompts.longest)

    @property
    def done(self):
        """Requests that were taken up so far."""
        return min(<size_t>self.next_request.load(), self.prompts.count)

    def run_slice(self, Lane lane not None, int64_t budget_ns):
        """Routes requests for about `budget_ns`; False when none is left."""
        if lane.held.size() != self.names.size() or lane.tokens.size() <= self.prompts.longest:
            raise ValueError(
                f"the lane is for {lane.held.size()} workers and prompts of up to "
                f"{<int64_t>lane.tokens.size() - 1} tokens; the simulation has "
                f"{self.names.size()} workers and prompts of up to {self.prompts.longest}"
            )
        cdef int64_t deadline = monotonic_ns() + budget_ns
        cdef size_t index
        cdef bint more = True
        with nogil:
            while monotonic_ns() < deadline:
                index = self.next_request.fetch_add(1)
                if index >= self.prompts.count:
                    self.next_request.store(self.prompts.count)
                    more = False
                    break
                self._route(index, lane)
        return more

    cdef int _route(self, size_t index, Lane lane) except -1 nogil:
        """One request, in the order that docs/replay.md gives."""
        cdef TokenSpan prompt = self.prompts.expand(index, lane.tokens.data())
        cdef double now = self.arrival[index]
        cdef RoutingQuery query
        cdef size_t worker, hit
        cdef int64_t started, decided

        self.queues.get().Backlogs(now, lane.backlog.data())
        query.prompt = prompt
        query.held = lane.held.data()
        query.backlog = lane.backlog.data()
        query.workers = lane.held.size()

        started = monotonic_ns()
        self.tree.get().MatchTenants(
            prompt, self.candidates.data(), self.candidates.size(), lane.held.data()
        )
        worker = self.policy.policy.get().Choose(query)
        self.tree.get().InsertTokens(prompt, self.candidates[worker])
        decided = monotonic_ns()
        if self.capacity != 0:
            lane.evicted_tokens += self.tree.get().EvictTenant(
                self.candidates[worker], self.capacity
            )
            lane.eviction_ns += monotonic_ns() - decided

        hit = lane.held[worker]
        self.worker_view[index] = <uint32_t>worker
        self.hit_view[index] = <uint32_t>hit
        self.ttft_view[index] = self.queues.get().Push(worker, now, <double>(prompt.size() - hit))
        self.decision_view[index] = <uint32_t>min(<uint64_t>(decided - started), LONGEST_TIME_NS)
        return 0

    def tree_figures(self):
        """Nodes, stored tokens and live bytes of the tree as it is now."""
        cdef TokenTreeStats stats
        with nogil:
            stats = self.tree.get().Stats()
        return stats.nodes, stats.tokens, stats.memory_bytes
