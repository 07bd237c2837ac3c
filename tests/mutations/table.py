"""Which protection of the protocol is guarded by which test.

Each entry takes one protection out of the headers. `run.py` (or `nox -s mutations`) does so, builds the
test and expects it to fail. Rules are those of docs/concurrency.md.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """A protection taken out.

    Attributes:
        rule: of docs/concurrency.md.
        removed: what is missing then.
        header: below cpp/include/pagedradix/detail.
        old: text that occurs once in the header.
        new: what stands there instead.
        test: GoogleTest filter of the test that fails.
        source: the test's file below tests/cpp.
        sanitizer: that the failure needs to be seen with.
    """

    rule: str
    removed: str
    header: str
    old: str
    new: str
    test: str
    source: str = "scripted_races_hooked_test.cpp"
    sanitizer: str = ""


MUTATIONS = [
    Mutation(
        "R1",
        "the depth check",
        "token_tree/descent.hpp",
        "if (edge->start_depth > from) return Probe::kAgain;",
        "if (edge->start_depth > from) return Probe::kOther;",
        "ScriptedRace.R1_ASplitBetweenChildAndEdgeHidesNothing",
    ),
    Mutation(
        "R1",
        "the depth check stands before the comparison",
        "token_tree/descent.hpp",
        "if (edge->start_depth > from) return Probe::kAgain;",
        "if (edge->head()[0] != tokens[from]) return Probe::kOther;\n"
        "    if (edge->start_depth > from) return Probe::kAgain;",
        "ScriptedRace.R1_ASplitBetweenChildAndEdgeHidesNothing",
    ),
    Mutation(
        "R1",
        "the look-up begins at the node's word again",
        "token_tree/descent.hpp",
        "  for (;;) {  // R1: each repetition needs a newer split\n"
        "    const ChildWord word = parent.Children();",
        "  const ChildWord word = parent.Children();\n  for (int tries = 0; tries < 1000; ++tries) {",
        "ScriptedRace.R1_ASplitInATableThatWasReplacedMeanwhileHidesNothing",
    ),
    Mutation(
        "R3",
        "owners are read, the edge is not read again",
        "token_tree/descent.hpp",
        "if (child.LoadEdge() != hit.edge) continue;\n        break;",
        "break;",
        "ScriptedRace.R3_TheUpperPartIsFoundWhenTheLowerWasSplitOffAndEvicted",
    ),
    Mutation(
        "R3",
        "owners are scanned, not counted",
        "token_tree/descent.hpp",
        "if (child.owner_count.load(std::memory_order_seq_cst) == 0) {  // R3",
        "bool owned_now = false;\n"
        "      child.owners.FindIf([&](const OwnerPlace& place) {\n"
        "        owned_now = owned_now || place.Load().tenant() != kNobody;\n"
        "        Reach(SyncPoint::kMatchEnded);\n        return false;\n      });\n"
        "      if (!owned_now) {",
        "ScriptedRace.R3_ANodeThatChangesHandsIsOwnedAllTheTime",
    ),
    Mutation(
        "R4",
        "a match whose owners have left looks again",
        "token_tree/matcher.hpp",
        "if (owner.tenant != nullptr) break;  // R4: all owners left since the walk was there",
        "break;",
        "ScriptedRace.R4_AMatchWhoseOwnersAllLeaveLooksAgain",
    ),
    Mutation(
        "R5",
        "a removed slot stays a tombstone",
        "token_tree/slot_guard.hpp",
        "SlotOf(word, child)->node.store(ChildSlot::Tombstone(), std::memory_order_seq_cst);",
        "SlotOf(word, child)->node.store(nullptr, std::memory_order_seq_cst);",
        "ScriptedRace.R5_ChildrenThatWereRemovedHideNoOther",
    ),
    Mutation(
        "R6",
        "the slot is searched again under the lock",
        "token_tree/inserter.hpp",
        "return std::memcmp(child->LoadEdge()->head(), page, page_bytes) == 0;",
        "return child == nullptr && std::memcmp(child, page, page_bytes) == 0;",
        "ScriptedRace.R6_ALeafThatSomebodyElseAddedMeanwhileIsNotAddedTwice",
    ),
    Mutation(
        "R6",
        "a split looks again at parent and edge",
        "token_tree/inserter.hpp",
        "if (lower.IsDead() || lower.Parent() != &parent || lower.LoadEdge() != split_.cut_edge() ||",
        "if (lower.IsDead() ||",
        "ScriptedRace.R6_ASplitThatComesSecondMeasuresAgain",
    ),
    Mutation(
        "R6",
        "a walk begins above the nodes that are dead",
        "token_tree/inserter.hpp",
        "    while (at->IsDead()) at = at->Parent();\n",
        "",
        "ScriptedRace.R6_AnInsertWhoseParentWentAwayGoesOnAboveIt",
    ),
    Mutation(
        "R7",
        "a new owner claims the parent",
        "token_tree/inserter.hpp",
        "        if (!Claim(parent, tenant_)) return ClaimFailed(parent);\n"
        "        Reach(SyncPoint::kParentClaimed);",
        "        Reach(SyncPoint::kParentClaimed);",
        "ScriptedRace.R7_TheParentOfANewOwnerIsNotEvictedMeanwhile",
    ),
    Mutation(
        "R7",
        "the tenant's count is raised under the lock, before the place can be used",
        "token_tree/inserter.hpp",
        "        tenant_.tokens.fetch_add(length, std::memory_order_relaxed);\n"
        "        Reach(SyncPoint::kPlaceSealed);\n"
        "        place->word.store(word.raw(), std::memory_order_seq_cst);\n",
        "        place->word.store(word.raw(), std::memory_order_seq_cst);\n"
        "        node.lock.Unlock();\n        Reach(SyncPoint::kInsertEnding);\n"
        "        tenant_.tokens.fetch_add(length, std::memory_order_relaxed);\n"
        "        node.lock.Lock();\n",
        "ScriptedRace.R7_WhatATenantOwnsIsCounted",
    ),
    Mutation(
        "R8",
        "a new leaf claims its parent",
        "token_tree/inserter.hpp",
        "      if (!Claim(parent, tenant_)) return ClaimFailed(parent);\n      leaf.parent.store",
        "      leaf.parent.store",
        "ScriptedRace.R8_TheParentOfANewLeafIsNotEvictedMeanwhile",
    ),
    Mutation(
        "R8",
        "the copy is hashed, not the caller's buffer",
        "token_tree/insert_memory.hpp",
        "hash_ = visit_.hasher()(edge->head());  // R8: the copy is hashed",
        "hash_ = visit_.hasher()(tokens.data() + from);",
        "ScriptedRace.R8_ABufferThatChangesDuringAnInsertIsFoundAsItWasCopied",
    ),
    Mutation(
        "R9",
        "the upper node is linked before the edge is cut",
        "token_tree/inserter.hpp",
        "      slot.Replace(&lower, &upper);\n      Reach(SyncPoint::kUpperLinked);\n",
        "      lower.edge.store(split_.lower_edge(), std::memory_order_seq_cst);\n"
        "      Reach(SyncPoint::kUpperLinked);\n      slot.Replace(&lower, &upper);\n",
        "ScriptedRace.R9_ReadersGoOnWhileAnEdgeIsCut",
    ),
    Mutation(
        "R9",
        "the upper node is locked until the edge is cut",
        "token_tree/inserter.hpp",
        "      const SpinLockGuard upper_guard(upper.lock);\n",
        "",
        "ScriptedRace.R9_AChildAddedWhileAnEdgeIsCutHidesNeitherOfTheTwo",
    ),
    Mutation(
        "R10",
        "only a leaf is sealed",
        "token_tree/evictor.hpp",
        "const bool leaf = word.count() == 0;",
        "const bool leaf = true;",
        "ScriptedRace.R10_ALeafThatGotAChildIsNotEvicted",
    ),
    Mutation(
        "R11",
        "the owners are counted again under the locks",
        "token_tree/evictor.hpp",
        "if (node->owner_count.load(std::memory_order_seq_cst) != 0 || node->HasChildren()) return;",
        "if (node->HasChildren()) return;",
        "ScriptedRace.R11_ANodeThatIsOwnedAgainIsNotUnlinked",
    ),
    Mutation(
        "R11",
        "the parent is read again under the locks",
        "token_tree/evictor.hpp",
        "if (node->Parent() != parent || node->LoadEdge() != edge) continue;",
        "if (node->LoadEdge() != edge && node->Parent() == parent) continue;",
        "ScriptedRace.R11_ANodeThatWasSplitMeanwhileIsUnlinkedFromItsNewParent",
    ),
    Mutation(
        "R12",
        "a repeated insert raises priorities",
        "token_tree/inserter.hpp",
        "    RaisePriorities();\n    return true;",
        "    return true;",
        "*Priorit*:*priorit*",
        source="token_tree_eviction_test.cpp",
    ),
    Mutation(
        "R13",
        "who lowers the count to 0 queues the place",
        "token_tree/ownership.hpp",
        "if (lower.count() == 0 && !word.queued()) {",
        "if (lower.count() == 0 && !word.queued() && false) {",
        "ScriptedRace.R13_AParentIsQueuedOnceItsLastChildHasGone",
    ),
    Mutation(
        "R14",
        "an insert makes sure that it is queued",
        "token_tree/inserter.hpp",
        "    const Ending ending = EndInsertAt(node, tenant_);",
        "    const Ending ending = Ending::kBacked;\n    static_cast<void>(node);",
        "ScriptedRace.R14_WhatAnInsertOwnsIsNotEvictedBeforeItEnds",
    ),
    Mutation(
        "R14",
        "a tenant is known before others can take away what it owns",
        "token_tree/inserter.hpp",
        "    tenant_.known.store(true, std::memory_order_release);\n"
        "    Reach(SyncPoint::kInsertEnding);\n",
        "    Reach(SyncPoint::kInsertEnding);\n"
        "    tenant_.known.store(true, std::memory_order_release);\n",
        "ScriptedRace.R14_WhatCanBeTakenAwayBelongsToAKnownTenant",
    ),
    Mutation(
        "R14",
        "an insert of what is held already asks whether its tenant is known",
        "token_tree/inserter.hpp",
        "tenant_.known.load(std::memory_order_acquire) && IsBacked",
        "IsBacked",
        "ScriptedRace.R14_AnInsertOfWhatAnUnknownTenantHoldsMakesItKnown",
    ),
    Mutation(
        "R15",
        "times are handed up when a leaf goes",
        "token_tree/evictor.hpp",
        "      RaiseUnlessDead(above.last_access, last_access);\n",
        "",
        "*",
        source="token_tree_differential_test.cpp",
    ),
    Mutation(
        "R16",
        "a popped place with children loses its queued bit",
        "token_tree/evictor.hpp",
        "leaf ? word.Sealed() : word.WithQueued(false)",
        "leaf ? word.Sealed() : word",
        "ScriptedRace.R10_ALeafThatGotAChildIsNotEvicted",
    ),
    Mutation(
        "R17",
        "a record whose key has grown goes back (lazy keys)",
        "token_tree/evictor.hpp",
        "if (record.key < KeyOf(visit_.policy(), node, place) &&\n",
        "if (KeyOf(visit_.policy(), node, place) < record.key &&\n",
        "*",
        source="token_tree_eviction_test.cpp",
    ),
    Mutation(
        "R17",
        "MRU moves the record at each touch (no lazy heap)",
        "token_tree/ownership.hpp",
        "if (policy == EvictionPolicy::kMru) tenant.index.Rekey(place);",
        "",
        "*",
        source="token_tree_eviction_test.cpp",
    ),
    Mutation(
        "R18",
        "a cleared place rests for two epochs",
        "token_tree/owner_list.hpp",
        "return age >= EpochDomain::kGrace;",
        "return age < EpochDomain::kGrace || true;",
        "ScriptedRace.R18_ALateTouchMeetsNoStranger",
    ),
    Mutation(
        "R19",
        "an eviction takes what was too much when it began",
        "token_tree/evictor.hpp",
        "lost < target && tenant_.index.Pop(record)",
        "target != 0 && tenant_.Counted() > max_tokens && tenant_.index.Pop(record)",
        "ScriptedRace.R19_AnEvictionEndsHoweverMuchComesMeanwhile",
    ),
    Mutation(
        "R19",
        "an eviction lets go of its pin between batches",
        "token_tree/evictor.hpp",
        "        visit_.Refresh();\n      }\n      lost +=",
        "      }\n      lost +=",
        "ScriptedRace.R19_AnEvictionFreesAsItGoes",
    ),
    Mutation(
        "R20",
        "the root word is sealed against claims",
        "token_tree/tenant_table.hpp",
        "    tenant->root_word.fetch_or(Tenant::kRootSealed, std::memory_order_seq_cst);\n",
        "",
        "ScriptedRace.R20_AnInsertForATenantThatIsBeingRemovedIsForTheNextOfThatName",
    ),
    Mutation(
        "R20",
        "the name is free before the tenant is",
        "token_tree/tenant_table.hpp",
        "    slot.store(Removed(), std::memory_order_seq_cst);\n",
        "    static_cast<void>(slot);\n",
        "ScriptedRace.R20_AnInsertAfterTheNameIsGoneIsNotRemoved",
    ),
    Mutation(
        "R21",
        "the path is checked for nodes that were unlinked",
        "token_tree/match_path.hpp",
        "if (same_tree && generation.unlinked.load(std::memory_order_seq_cst) == unlinked_) return end;",
        "if (same_tree) return end;",
        "ScriptedRace.R21_APathThatWasUnlinkedDuringSelectIsNotUsed",
        sanitizer="address",
    ),
    Mutation(
        "R21",
        "the path is checked for a clear",
        "token_tree/match_path.hpp",
        "const bool same_tree = generation.number == generation_number_;",
        "const bool same_tree = true;",
        "ScriptedRace.R21_ATreeThatWasClearedDuringSelectGetsTheInsert",
        sanitizer="address",
    ),
    Mutation(
        "R22",
        "the epoch waits for who shows an older one",
        "threads/epoch.hpp",
        "if (shown != kFree && shown != epoch) return false;",
        "static_cast<void>(shown);",
        "ScriptedRace.R23_WhatAReaderLooksAtIsNotFreed",
        sanitizer="address",
    ),
    Mutation(
        "R23",
        "unlinked nodes are retired, not freed",
        "token_tree/evictor.hpp",
        "    visit.limbo().Retire(node, RetiredKind::kNode);\n",
        "    FreeNode(visit.heap(), node);\n",
        "ScriptedRace.R23_WhatAReaderLooksAtIsNotFreed",
        sanitizer="address",
    ),
    Mutation(
        "R24",
        "clear waits for who is inside",
        "token_tree/tree_core.hpp",
        "    epochs.WaitForGrace();\n",
        "",
        "ScriptedRace.R24_ClearWaitsForWhoIsInside",
    ),
    Mutation(
        "R24",
        "match and insert do without the maintenance lock",
        "token_tree/tree_core.hpp",
        "generation_(&core.Current()) {}",
        "generation_(&core.Current()) {\n"
        "    core.maintenance.lock_shared();\n    core.maintenance.unlock_shared();\n  }",
        "ScriptedRace.R24_WhoComesAfterTheNewGenerationDoesNotWaitForClear",
    ),
]
