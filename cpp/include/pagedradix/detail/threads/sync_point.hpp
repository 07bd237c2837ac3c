// Places in the protocol at which tests can stop a thread.
//
// Each names the moment between two steps that another thread must be able to get in between: see
// docs/concurrency.md. Without PAGEDRADIX_SYNC_POINTS reaching one does nothing and costs nothing.
// With it (test builds) the hook is called, on the thread that got there, with the locks that it
// holds there.
//
// Thread safety: the hook may be set while no thread is inside a tree.
#pragma once

#include <atomic>

namespace pagedradix::detail {

enum class SyncPoint {
  kChildLoaded,        ///< a reader has a child from a slot, and will load its edge (R1)
  kEdgeCompared,       ///< a walk has compared an edge, and will read the owner count (R3)
  kMatchEnded,         ///< a match knows its end, and will look for an owner there (R4)
  kPathRecorded,       ///< a match has recorded its path, and will leave the tree (R21)
  kSelected,           ///< select has returned, and its thread will enter the tree again (R21)
  kInsertWalked,       ///< an insert knows where it ends, and will take locks (R6)
  kParentClaimed,      ///< with the node's lock: the parent is claimed, the place not filled (R7)
  kPlaceSealed,        ///< with the node's lock: the place is filled, and still sealed (R7)
  kLeafCopied,         ///< an insert has copied its new tokens, and will hash them (R8)
  kLeafClaimed,        ///< with the slot lock: the leaf's parent is claimed, no slot stored (R8)
  kUpperLinked,        ///< with three locks: the upper node is linked, the edge not cut (R9)
  kInsertEnding,       ///< an insert owns all, and will make sure that it is queued (R14)
  kPlaceFound,         ///< a touch has found its place, and will raise its time (R15, R18)
  kRecordPopped,       ///< an evictor has popped a record, and will lock its node (R10)
  kOwnerCountLowered,  ///< with the node's lock: one owner less, the place not cleared (R10)
  kOwnerRemoved,       ///< the node has lost an owner, its claim on the parent is still there (R13)
  kUnowned,            ///< a node without owners is about to be locked for unlinking (R11)
  kUnlinked,           ///< a node is unlinked, and not yet retired (R21, R23)
  kTableReplaced,      ///< with the slot lock: a larger table is published (R1)
  kTenantSealed,       ///< remove_tenant has sealed and unmapped its tenant (R20)
  kGenerationReplaced,  ///< clear has installed a new generation, and will wait (R24)
};

#ifdef PAGEDRADIX_SYNC_POINTS

namespace sync_point {
using Hook = void (*)(SyncPoint);
inline std::atomic<Hook> hook{nullptr};
}  // namespace sync_point

inline void Reach(SyncPoint point) {
  const sync_point::Hook hook = sync_point::hook.load(std::memory_order_acquire);
  if (hook != nullptr) hook(point);
}

#else

inline void Reach(SyncPoint) noexcept {}

#endif

}  // namespace pagedradix::detail
