// Names for clang's thread-safety analysis (-Wthread-safety).
//
// A member that belongs to a lock says so (PAGEDRADIX_GUARDED_BY), a function that needs the
// lock says so (PAGEDRADIX_REQUIRES), and clang rejects the code that forgets. Other compilers
// see nothing: every macro is empty there.
//
// Thread safety: declarations only, no code.
#pragma once

#if defined(__clang__)
#define PAGEDRADIX_THREAD_ATTRIBUTE(...) __attribute__((__VA_ARGS__))
#else
#define PAGEDRADIX_THREAD_ATTRIBUTE(...)
#endif

// On a class: its objects are locks.
#define PAGEDRADIX_CAPABILITY(name) PAGEDRADIX_THREAD_ATTRIBUTE(capability(name))

// On a class: its objects hold a lock from construction to destruction.
#define PAGEDRADIX_SCOPED_CAPABILITY PAGEDRADIX_THREAD_ATTRIBUTE(scoped_lockable)

// On a member: reading or writing it (PT_: what it points to) needs the lock.
#define PAGEDRADIX_GUARDED_BY(lock) PAGEDRADIX_THREAD_ATTRIBUTE(guarded_by(lock))
#define PAGEDRADIX_PT_GUARDED_BY(lock) PAGEDRADIX_THREAD_ATTRIBUTE(pt_guarded_by(lock))

// On a function: the caller holds the locks (shared: at least for reading), or must not.
#define PAGEDRADIX_REQUIRES(...) PAGEDRADIX_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define PAGEDRADIX_REQUIRES_SHARED(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(requires_shared_capability(__VA_ARGS__))
#define PAGEDRADIX_EXCLUDES(...) PAGEDRADIX_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

// On a function: it takes or releases the locks (of the object itself when none is named).
#define PAGEDRADIX_ACQUIRE(...) PAGEDRADIX_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define PAGEDRADIX_ACQUIRE_SHARED(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(acquire_shared_capability(__VA_ARGS__))
#define PAGEDRADIX_RELEASE(...) PAGEDRADIX_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define PAGEDRADIX_RELEASE_SHARED(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(release_shared_capability(__VA_ARGS__))
#define PAGEDRADIX_RELEASE_GENERIC(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(release_generic_capability(__VA_ARGS__))

// On a function: it takes the locks if it returns the first argument.
#define PAGEDRADIX_TRY_ACQUIRE(...) PAGEDRADIX_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define PAGEDRADIX_TRY_ACQUIRE_SHARED(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(try_acquire_shared_capability(__VA_ARGS__))

// On a function: after it returns, the analysis takes the lock as held.
#define PAGEDRADIX_ASSERT_CAPABILITY(...) \
  PAGEDRADIX_THREAD_ATTRIBUTE(assert_capability(__VA_ARGS__))

// On a function: the returned reference is this lock.
#define PAGEDRADIX_RETURN_CAPABILITY(lock) PAGEDRADIX_THREAD_ATTRIBUTE(lock_returned(lock))

// On a function: leave its body out. Every use says why the analysis cannot follow it.
#define PAGEDRADIX_NO_THREAD_SAFETY_ANALYSIS PAGEDRADIX_THREAD_ATTRIBUTE(no_thread_safety_analysis)
