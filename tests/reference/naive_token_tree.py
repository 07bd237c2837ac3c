"""NaiveTokenTree: what TokenTree must do, written in the simplest way that is obviously right.

It touches every node of a path, looks for leaves by walking the whole tree and copies tokens
freely. Where the specification leaves the choice to the implementation (which owner a match
names), the caller says what was chosen: match_prefix takes the owner that was routed to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Tokens = tuple[int, ...]


@dataclass
class Mark:
    """What a tenant leaves on a node that it owns."""

    last_access: int = 0
    hits: int = 0


@dataclass(eq=False)
class Node:
    """A run of whole pages and what hangs below it."""

    edge: Tokens = ()
    parent: Node | None = None
    creation: int = 0
    priority: int = 0
    children: dict[Tokens, Node] = field(default_factory=dict)
    owners: dict[str, Mark] = field(default_factory=dict)

    def prefix(self) -> Tokens:
        """All tokens from the root to the end of this node."""
        above = self.parent.prefix() if self.parent else ()
        return above + self.edge

    def below(self) -> Iterator[Node]:
        """All nodes below in pre-order, children in lexicographic order of their first page."""
        for page in sorted(self.children):
            yield self.children[page]
            yield from self.children[page].below()

    def is_leaf_of(self, tenant: str) -> bool:
        """Whether the tenant owns this node and none of its children."""
        below = any(tenant in child.owners for child in self.children.values())
        return tenant in self.owners and not below


class NaiveTokenTree:
    """The naive tree; the methods are TokenTree's unless their docstring says otherwise."""

    def __init__(
        self, page_size: int = 16, policy: str = "lru", *, recount_hits: bool = False
    ) -> None:
        self._page_size = page_size
        self._policy = policy
        self._recount_hits = recount_hits
        self._clock = 0
        self.clear()

    def clear(self) -> None:
        self._root = Node()
        self._counts: dict[str, int] = {}

    def peek(self, tokens: Tokens) -> tuple[int, list[str]]:
        """How far the tokens match, and who owns the deepest matched node; touches nothing."""
        path, matched = self._descend(self._align(tokens))
        return matched, sorted(path[-1].owners) if path else []

    def match_prefix(self, tokens: Tokens, routed: str) -> None:
        """A match that named `routed`, which is of no matter where nothing matched."""
        self._clock += 1
        path, _ = self._descend(self._align(tokens))
        assert not path or routed in path[-1].owners
        for node in path:
            self._touch(node, routed)

    def insert_tokens(self, tokens: Tokens, tenant: str, priority: int = 0) -> None:
        self._clock += 1
        rest = self._align(tokens)
        if not rest:
            return
        self._counts.setdefault(tenant, 0)
        node = self._root
        while rest:
            node = self._step(node, rest, tenant, priority)
            node.priority = max(node.priority, priority)
            self._touch(node, tenant)
            rest = rest[len(node.edge) :]

    def match_tenants(self, tokens: Tokens) -> dict[str, int]:
        path, matched = self._descend(self._align(tokens))
        held: dict[str, int] = {}
        depth = 0
        for node in path:
            depth = min(depth + len(node.edge), matched)
            held.update(dict.fromkeys(node.owners, depth))
        return held

    def get_tenant_token_counts(self) -> dict[str, int]:
        return dict(self._counts)

    def evict_tenant(self, tenant: str, max_tokens: int) -> int:
        lost = 0
        while self._counts.get(tenant, 0) > max_tokens:
            leaves = self._leaves(tenant)
            if not leaves:
                break
            victim = min(leaves, key=lambda node: self._eviction_key(node, tenant))
            lost += len(victim.edge)
            self._disown(victim, tenant)
        return lost

    def evict_tenant_by_size(self, max_size: int) -> int:
        return sum(self.evict_tenant(tenant, max_size) for tenant in self._counts)

    def remove_tenant(self, tenant: str) -> bool:
        while leaves := self._leaves(tenant):
            self._disown(leaves[0], tenant)
        return self._counts.pop(tenant, None) is not None

    def owns_a_node(self, tenant: str) -> bool:
        """Whether an eviction would find something to take."""
        return bool(self._leaves(tenant))

    def entries(self) -> list[tuple[Tokens, list[str]]]:
        """Every node's prefix and owners, in the order of iter_entries."""
        return [(node.prefix(), sorted(node.owners)) for node in self._root.below()]

    def _align(self, tokens: Tokens) -> Tokens:
        return tokens[: len(tokens) // self._page_size * self._page_size]

    def _common_pages(self, a: Tokens, b: Tokens) -> int:
        agree = 0
        while agree < min(len(a), len(b)) and a[agree] == b[agree]:
            agree += 1
        return agree // self._page_size * self._page_size

    def _descend(self, rest: Tokens) -> tuple[list[Node], int]:
        """The owned nodes that `rest` passes or ends in, and how many tokens agree."""
        path: list[Node] = []
        matched = 0
        node = self._root
        while rest:
            child = node.children.get(rest[: self._page_size])
            if child is None or not child.owners:
                break
            common = self._common_pages(child.edge, rest)
            path.append(child)
            matched += common
            if common < len(child.edge):
                break
            rest = rest[common:]
            node = child
        return path, matched

    def _touch(self, node: Node, tenant: str) -> None:
        mark = node.owners.setdefault(tenant, Mark())
        mark.last_access = self._clock
        mark.hits += 1

    def _step(self, node: Node, rest: Tokens, tenant: str, priority: int) -> Node:
        """The child of `node` on the way along `rest`, made or cut to fit and counted."""
        child = node.children.get(rest[: self._page_size])
        if child is None:
            self._counts[tenant] += len(rest)
            return self._add_child(node, rest, self._clock, priority)
        owned = tenant in child.owners
        common = self._common_pages(child.edge, rest)
        whole = common == len(child.edge)
        if not whole:
            child = self._split(child, common)
        # The reference implementation counts an edge that agrees as a whole at every insert.
        if not owned or (self._recount_hits and whole):
            self._counts[tenant] += common
        return child

    def _add_child(self, parent: Node, edge: Tokens, creation: int, priority: int) -> Node:
        node = Node(edge, parent, creation, priority)
        parent.children[edge[: self._page_size]] = node
        return node

    def _split(self, lower: Node, length: int) -> Node:
        """Cuts `lower` after `length` tokens; returns the new node above it."""
        assert lower.parent is not None
        upper = self._add_child(lower.parent, lower.edge[:length], lower.creation, lower.priority)
        upper.owners = {
            tenant: Mark(mark.last_access, mark.hits) for tenant, mark in lower.owners.items()
        }
        lower.edge = lower.edge[length:]
        lower.parent = upper
        upper.children[lower.edge[: self._page_size]] = lower
        return upper

    def _leaves(self, tenant: str) -> list[Node]:
        return [node for node in self._root.below() if node.is_leaf_of(tenant)]

    def _eviction_key(self, node: Node, tenant: str) -> tuple[int, int]:
        """What decides who goes first; the lowest does. No two leaves of a tenant are equal."""
        mark = node.owners[tenant]
        return {
            "lru": (mark.last_access, 0),
            "lfu": (mark.hits, mark.last_access),
            "fifo": (node.creation, 0),
            "mru": (-mark.last_access, 0),
            "filo": (-node.creation, 0),
            "priority": (node.priority, mark.last_access),
        }[self._policy]

    def _disown(self, node: Node, tenant: str) -> None:
        """Takes the node from the tenant, and removes it if nobody is left."""
        del node.owners[tenant]
        self._counts[tenant] -= len(node.edge)
        while node.parent is not None and not node.owners and not node.children:
            del node.parent.children[node.edge[: self._page_size]]
            node = node.parent
