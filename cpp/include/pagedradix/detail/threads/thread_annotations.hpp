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

// On a member: reading or writing it needs the lock.
#define PAGEDRADIX_GUARDED_BY(lock) PAGEDRADIX_THREAD_ATTRIBUTE(guarded_by(lock))

// On a function: the caller holds the locks.
#define PAGEDRADIX_REQUIRES(...) PAGEDRADIX_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))

// On a function: it takes or releases the locks (of the object itself when none is named).
#define PAGEDRADIX_ACQUIRE(...) PAGEDRADIX_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define PAGEDRADIX_RELEASE(...) PAGEDRADIX_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

// On a function: leave its body out. Every use says why the analysis cannot follow it.
#define PAGEDRADIX_NO_THREAD_SAFETY_ANALYSIS PAGEDRADIX_THREAD_ATTRIBUTE(no_thread_safety_analysis)
