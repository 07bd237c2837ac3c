/*
 * Exhaustive model of docs/concurrency.md: one reader, two inserters, one evictor with unlinking and
 * reclamation, on a path of three pages. README.md tells what is modelled and what each switch removes.
 *
 * Every access to shared memory that the protocol makes without a lock is a step of its own; memory is
 * sequentially consistent. Prefixes are "x", "xa", "xab" and "xac": pages 0 and 1 are the same in all
 * prompts, page 2 is b (0) or c (1). A node is told by its end depth and, at depth 3, by its branch.
 */

#ifndef I1T             /* first inserter: tenant, branch, length in pages */
#define I1T 1
#endif
#ifndef I1B
#define I1B 1
#endif
#ifndef I1L
#define I1L 3
#endif
#ifndef I2T             /* second inserter */
#define I2T 0
#endif
#ifndef I2B
#define I2B 0
#endif
#ifndef I2L
#define I2L 3
#endif
#ifndef ET              /* tenant that is evicted */
#define ET 0
#endif
#ifndef QB              /* the reader's prompt: branch; always three pages */
#define QB 0
#endif
#define QL 3

/* Nodes: 0 root, 1 "x", 2 "xab" with the edge [1,3), then an upper node and a leaf for each inserter. */
#define N 7
#define NIL 0
#define UPPER(i) (3 + 2 * (i))
#define LEAF(i)  (4 + 2 * (i))

/* The word of an owner place (its tenant is its index). */
#define PRESENT 1
#define SEALED  2
#define QUEUED  4
#define ONE     8
#define W(n, t)      w[(n) * 2 + (t)]
#define COUNT(n, t)  (W(n, t) >> 3)
#define HOLDS(n, t)  ((W(n, t) & (PRESENT | SEALED)) == PRESENT)

byte end[N];            /* I1: never changes while the node lives */
byte start[N];          /* the edge; a node's edges differ in their start */
byte br[N];
byte parent[N];
byte slot[2 * N];
byte w[2 * N];
byte owners[N];         /* owner_count, as the set of the tenants that raised it */
bit  dead[N];
bit  freed[N];
bit  lk[N];             /* L1 */
#ifdef WIDE
bit  slk[N];            /* L2: every node has a wide table */
#define SLK(n) slk[n]
#else
#define SLK(n) lk[n]
#endif
bit  rec[2 * N];        /* the index: one record for each queued place */
byte tokens[2];         /* the tenants' token counts */

byte pinned;            /* set of processes */
byte waits[N];          /* retired: the pins that must go first */
bit  retired[N];
byte unlinked;          /* R21's counter */

byte held[2];           /* ghost: node whose record a tenant's evictor has popped and not yet settled */
bit  reading;           /* ghost */
byte seen;              /* ghost: lengths of the longest owned prefix during the match */
byte finished;
bit  failed[2];
hidden byte h, g, lop;  /* scratch, inside of d_step only */

#define KEY(n, b)   ((end[n] == 2) -> (b) : 0)
#define SLOT(n, b)  slot[(n) * 2 + KEY(n, b)]
#define AGREE(n, b, l) (((end[n] == 3 && br[n] != (b)) -> 2 : end[n]) > (l) -> (l) : ((end[n] == 3 && br[n] != (b)) -> 2 : end[n]))
#define TOUCH(n)    assert(!freed[n])               /* any access to a node's memory */
#define LOCK(l, n)  atomic { l == 0 -> TOUCH(n); l = 1 }
#define UNLOCK(l)   l = 0

/* After every change of what is owned: closure as readers see it, and what a match may answer now. */
inline observe() {
  d_step {
    h = 1; lop = 0;
    do
    :: h < N ->
       if
       :: owners[h] != 0 ->
          assert((owners[h] & ~owners[parent[h]]) == 0);        /* I4 */
          assert(!dead[h]);
          if
          :: AGREE(h, QB, QL) > lop -> lop = AGREE(h, QB, QL)
          :: else
          fi
       :: else
       fi;
       h++
    :: else -> break
    od;
    if
    :: reading -> seen = seen | (1 << lop)
    :: else
    fi;
    h = 0; g = 0; lop = 0
  }
}

/* An insert is about to return: at this instant its tenant owns the whole way up, for readers too. */
inline assert_owned(n, t) {
  d_step {
    h = n;
    do
    :: h != 0 ->
       assert(W(h, t) & PRESENT);
       assert(owners[h] & (1 << t));
       assert(!dead[h]);
       h = parent[h]
    :: else -> break
    od;
    h = 0
  }
}

inline pin(me) { atomic { pinned = pinned | (1 << me) } }

inline unpin(me) {
  d_step {
    pinned = pinned & ~(1 << me);
    h = 1;
    do
    :: h < N ->
       waits[h] = waits[h] & ~(1 << me);
       if
       :: retired[h] && waits[h] == 0 ->
          freed[h] = 1; retired[h] = 0; dead[h] = 0;
          end[h] = 0; start[h] = 0; br[h] = 0; parent[h] = 0;
          slot[2 * h] = 0; slot[2 * h + 1] = 0
       :: else
       fi;
       h++
    :: else -> break
    od;
    h = 0
  }
}

inline retire(n) {
  d_step {
    retired[n] = 1;
#ifdef NO_PIN
    freed[n] = 1; waits[n] = 0
#else
    waits[n] = pinned
#endif
  }
}

/* R13. The root's word is never queued. */
inline release(n, t) {
#ifdef LATE_PUSH
  atomic {
    TOUCH(n);
    assert(W(n, t) & PRESENT); assert(COUNT(n, t) > 0);
    W(n, t) = W(n, t) - ONE;
    push = 0;
    if
    :: n != 0 && COUNT(n, t) == 0 && !(W(n, t) & QUEUED) -> W(n, t) = W(n, t) | QUEUED; push = 1
    :: else
    fi
  };
  if
  :: push -> atomic { assert(!rec[n * 2 + t]); rec[n * 2 + t] = 1; push = 0 }
  :: else
  fi
#else
  atomic {
    TOUCH(n);
    assert(W(n, t) & PRESENT); assert(COUNT(n, t) > 0);
    W(n, t) = W(n, t) - ONE;
#ifndef RELEASE_NO_QUEUE
    if
    :: n != 0 && COUNT(n, t) == 0 && !(W(n, t) & QUEUED) ->
       W(n, t) = W(n, t) | QUEUED;
       assert(!rec[n * 2 + t]);
       rec[n * 2 + t] = 1
    :: else
    fi
#endif
  }
#endif
}

/* A claim: ok tells. */
inline claim(n, t) {
#ifdef NO_CLAIM
  atomic { TOUCH(n); ok = HOLDS(n, t) }
#else
  atomic {
    TOUCH(n);
    if
    :: HOLDS(n, t) -> W(n, t) = W(n, t) + ONE; ok = 1
    :: else -> ok = 0
    fi
  }
#endif
}

/* NO_CLAIM: the parent's count grows after the child has got its owner, by nobody's leave. */
inline late_claim(n, t) {
#ifdef NO_CLAIM
  atomic { TOUCH(n); W(n, t) = W(n, t) + ONE }
#else
  skip
#endif
}

/* R11, upwards from y. */
inline unlink_up(y) {
  do
  :: y == 0 -> break
  :: else ->
     atomic { TOUCH(y); up = parent[y] };
     LOCK(SLK(up), up);
     atomic {
       lk[y] == 0 -> TOUCH(y); lk[y] = 1;
       if
       :: dead[y] -> UNLOCK(lk[y]); UNLOCK(SLK(up)); break
       :: else ->
          if
          :: parent[y] != up ->
             UNLOCK(lk[y]); UNLOCK(SLK(up));
#ifdef NO_UNLINK_RETRY
             break
#endif
          :: else ->
             if
#ifdef NO_UNLINK_CHECK
             :: slot[2 * y] != NIL || slot[2 * y + 1] != NIL ->
#else
             :: owners[y] != 0 || slot[2 * y] != NIL || slot[2 * y + 1] != NIL ->
#endif
                UNLOCK(lk[y]); UNLOCK(SLK(up)); break
             :: else ->
                assert(SLOT(up, br[y]) == y);
                dead[y] = 1;
                SLOT(up, br[y]) = NIL;
                assert(owners[y] == 0);
                UNLOCK(lk[y]); UNLOCK(SLK(up));
                unlinked++;
                retire(y);
#ifdef NO_UNLINK_UP
                break
#else
                y = up
#endif
             fi
          fi
       fi
     }
  od;
  atomic { y = 0; up = 0 }
}

proctype Reader() {
  byte m, d, c, es, ag;
  bit o;

look:
  atomic {
    if
    :: !reading -> pinned = pinned | 1; reading = 1; observe()
    :: else
    fi;
    ag = 0; es = 0;
    if
    :: d == QL -> goto done
    :: else
    fi;
    TOUCH(m);
    c = SLOT(m, QB);                            /* table word and slot */
    if
    :: c == NIL -> goto done
    :: else
    fi
  };
  atomic {
    TOUCH(c);
    es = start[c];                              /* the edge */
    if
    :: es > d ->
       assert(SLOT(m, QB) != c);                /* a reader never waits: there is a newer node */
#ifdef NO_DEPTH_CHECK
       goto done                                /* its tokens are not the wanted ones: a collision */
#else
       goto look                                /* R1 */
#endif
    :: else
    fi;
    ag = AGREE(c, QB, QL)
  };
#ifdef OWNER_SCAN
  atomic { TOUCH(c); o = (W(c, 1) & PRESENT) != 0 };
  if
  :: !o -> atomic { TOUCH(c); o = (W(c, 0) & PRESENT) != 0 }
  :: else
  fi;
#else
  atomic { TOUCH(c); o = (owners[c] != 0) };
#endif
  if
  :: !o ->
#ifdef NO_EDGE_RECHECK
     goto done
#else
     atomic {
       TOUCH(c);
       if
       :: start[c] != es -> goto look           /* R3 */
       :: else -> goto done
       fi
     }
#endif
  :: else ->
     if
     :: ag < end[c] && ag < QL ->               /* stopped inside the edge with input left */
#ifndef NO_STOP_RECHECK
        atomic {
          TOUCH(c);
          if
          :: start[c] != es -> goto look
          :: else
          fi
        };
#endif
        atomic { d = ag; goto done }
     :: else -> atomic { m = c; d = ag; goto look }
     fi
  fi;
done:
  atomic {
#ifdef FLOOR_ONLY
    /* Only "no false miss": not less than the least that was owned during the call. */
    assert((seen & ((1 << (d + 1)) - 1)) != 0);
#else
    assert((seen >> d) & 1);                    /* promise 1 */
#endif
    reading = 0; seen = 0; m = 0; d = 0; c = 0; es = 0; ag = 0; o = 0;
    unpin(0);
    finished++
  }
}

proctype Inserter(byte me; byte t; byte b; byte l) {
  byte a, c, es, ag, up;
  bit ok, push, did;
#ifdef NO_END_CHECK
  bit trust;
#endif
#ifdef WITH
  byte ctr;
#endif

#ifdef WITH
  pin(me + 1);
  /* R21: walk, drop the pin for `select`, pin again, go on from the recorded node. */
  if
  :: me == 0 ->
     ctr = unlinked;
     do
     :: atomic { TOUCH(a); c = SLOT(a, b);
                 if :: c == NIL || end[a] == l -> break :: else fi };
        atomic { TOUCH(c);
                 if
                 :: start[c] > end[a] -> skip
                 :: else -> if :: AGREE(c, b, l) == end[c] -> a = c :: else -> break fi
                 fi }
     od;
     c = 0;
     unpin(me + 1);
     pin(me + 1);
     if
#ifdef NO_COUNTER
     :: ctr = 0; goto higher
#else
     :: atomic { unlinked == ctr -> ctr = 0; goto higher }
     :: atomic { unlinked != ctr -> ctr = 0; a = 0 }
#endif
     fi
  :: else
  fi;
#endif

next:
  /* t was seen to own a. */
  atomic {
    pinned = pinned | (1 << (me + 1));          /* the first time */
    c = 0; es = 0; ag = 0;
#ifdef FAIL
    /* Memory runs out anywhere before the end. */
    if
    :: me == 0 -> goto out_of_memory
    :: true
    fi;
#endif
    TOUCH(a);
    if
    :: end[a] == l -> goto finish
    :: else
    fi;
    c = SLOT(a, b);
    if
    :: c == NIL -> goto leaf
    :: else
    fi
  };
  atomic {
    TOUCH(c);
    es = start[c];
    if
    :: es > end[a] -> goto next
    :: else
    fi;
    ag = AGREE(c, b, l);
    if
    :: ag < end[c] -> goto split
    :: else
    fi
  };
  atomic {
    TOUCH(c);
    if
    :: HOLDS(c, t) ->
       a = c;
#ifdef NO_END_CHECK
       trust = (end[c] == l);
#endif
       goto next
    :: else
    fi
  };

  /* R7: add t to c. */
  atomic {
    lk[c] == 0 -> TOUCH(c); lk[c] = 1;
    if
#ifndef NO_LOOK_AGAIN
    :: dead[c] || parent[c] != a -> UNLOCK(lk[c]); goto next
#endif
    :: W(c, t) & PRESENT -> UNLOCK(lk[c]); a = c; goto next
    :: else
    fi;
    claim(a, t);
    if
    :: !ok -> UNLOCK(lk[c]); goto higher
    :: else
    fi
  };
#ifdef FILL_UNSEALED
  W(c, t) = PRESENT;
#else
  W(c, t) = PRESENT | SEALED;
#endif
  atomic { owners[c] = owners[c] | (1 << t); observe() };
#ifdef NO_CLAIM
  late_claim(a, t);
#endif
  atomic {
    tokens[t] = tokens[t] + end[c] - start[c];
    W(c, t) = W(c, t) & ~SEALED;
    UNLOCK(lk[c]);
    ok = 0;
    a = c;
    goto next
  };

leaf:
  /* R8 */
  atomic {
    SLK(a) == 0 -> TOUCH(a); SLK(a) = 1;
    if
    :: SLOT(a, b) != NIL -> UNLOCK(SLK(a)); goto next
    :: else
    fi;
    claim(a, t);
    if
    :: !ok -> UNLOCK(SLK(a)); goto higher
    :: else
    fi
  };
  atomic {
    ok = 0;
    c = LEAF(me);
    assert(end[c] == 0 && !freed[c]);
    end[c] = l; start[c] = end[a]; br[c] = ((l == 3) -> b : 0); parent[c] = a;
    W(c, t) = PRESENT; owners[c] = 1 << t;
#ifndef COUNT_AFTER
    tokens[t] = tokens[t] + l - end[a];
#endif
    assert(!dead[a]);
    SLOT(a, b) = c;
    observe();
    assert_owned(c, t);
#ifndef NO_CLAIM
    UNLOCK(SLK(a))
#endif
  };
#ifdef NO_CLAIM
  late_claim(a, t);
  UNLOCK(SLK(a));
#endif
#ifdef COUNT_AFTER
  tokens[t] = tokens[t] + l - end[a];
#endif
  atomic { a = c; did = 1; goto queue };

split:
  /* R9 */
  LOCK(SLK(a), a);
  atomic {
    lk[c] == 0 -> TOUCH(c); lk[c] = 1;
    if
#ifdef NO_LOOK_AGAIN
    :: dead[c] ->
#else
    :: dead[c] || parent[c] != a || SLOT(a, b) != c ->
#endif
       UNLOCK(lk[c]); UNLOCK(SLK(a)); goto next
    :: else
    fi;
    if
    :: W(c, t) & PRESENT -> push = 1            /* t owns c: its claim on a passes to the upper node */
    :: else ->
       claim(a, t);
       if
       :: !ok -> UNLOCK(lk[c]); UNLOCK(SLK(a)); goto higher
       :: else
       fi
    fi
  };
#ifdef SHORTEN_FIRST
  start[c] = ag;
#endif
  atomic {
    up = UPPER(me);
    assert(end[up] == 0 && !freed[up]);
    end[up] = ag; start[up] = end[a]; br[up] = 0; parent[up] = a;
    slot[up * 2 + ((ag == 2) -> br[c] : 0)] = c;
    owners[up] = owners[c] | (1 << t);
    W(up, 0) = ((owners[c] & 1) -> PRESENT | ONE : 0);
    W(up, 1) = ((owners[c] & 2) -> PRESENT | ONE : 0);
    W(up, t) = W(up, t) | PRESENT;
    if
    :: !push -> tokens[t] = tokens[t] + ag - end[a]
    :: else
    fi;
    if
    :: ag < l ->
       assert(end[LEAF(me)] == 0 && !freed[LEAF(me)]);
       end[LEAF(me)] = l; start[LEAF(me)] = ag; br[LEAF(me)] = b; parent[LEAF(me)] = up;
       W(LEAF(me), t) = PRESENT; owners[LEAF(me)] = 1 << t;
       slot[up * 2 + ((ag == 2) -> b : 0)] = LEAF(me);
#ifdef SPLIT_COUNT_ONE
       W(up, t) = PRESENT | ONE;
#else
       W(up, t) = W(up, t) + ONE;
#endif
#ifndef COUNT_AFTER
       tokens[t] = tokens[t] + l - ag
#endif
    :: else
    fi;
    SLOT(a, b) = up;
    observe();
    if
    :: ag < l -> assert_owned(LEAF(me), t)
    :: else -> assert_owned(up, t)
    fi
  };
#ifdef NO_CLAIM
  if
  :: !push -> late_claim(a, t)
  :: else
  fi;
#endif
#ifndef NO_PARENT_SET
  parent[c] = up;
#endif
  atomic {
#ifndef SHORTEN_FIRST
    start[c] = ag;
#endif
    UNLOCK(lk[c]); UNLOCK(SLK(a)); push = 0; ok = 0
  };
#ifdef COUNT_AFTER
  if
  :: ag < l -> tokens[t] = tokens[t] + l - ag
  :: else
  fi;
#endif
  atomic { a = ((ag < l) -> LEAF(me) : up); up = 0; c = 0; did = 1; goto queue };

higher:
  /* a's place is missing or sealed: go on from the deepest ancestor that t owns. */
  do
  :: atomic {
       ok = 0;
       TOUCH(a);
       if
       :: HOLDS(a, t) -> goto next
       :: else -> a = parent[a]
       fi
     }
  od;

queue:
  /* R14 for a node that this insert has published: the insert has taken effect. */
  atomic {
    c = 0; es = 0; ag = 0;
    TOUCH(a);
    if
    :: HOLDS(a, t) && COUNT(a, t) == 0 && !(W(a, t) & QUEUED) -> goto set_queued
    :: else -> goto done
    fi
  };

finish:
  /* R14 for a node that was there. */
  atomic {
    TOUCH(a);
    if
#ifdef NO_END_CHECK
    :: trust -> assert_owned(a, t); goto done
#endif
    :: !HOLDS(a, t) -> goto higher
    :: HOLDS(a, t) && (COUNT(a, t) > 0 || (W(a, t) & QUEUED)) ->
       assert_owned(a, t);
       /* An eviction that begins now can pop it, unless something below it holds it. */
       assert(COUNT(a, t) > 0 || rec[a * 2 + t] || held[t] == a);
       goto done
    :: else
    fi
  };
set_queued:
  atomic {
    TOUCH(a);
    if
    :: HOLDS(a, t) && COUNT(a, t) == 0 && !(W(a, t) & QUEUED) ->
       assert_owned(a, t);
       W(a, t) = W(a, t) | QUEUED;
#ifdef LATE_PUSH
       push = 1
#else
       assert(!rec[a * 2 + t]);
       rec[a * 2 + t] = 1
#endif
    :: else -> if :: did -> goto queue :: else -> goto finish fi
    fi
  };
#ifdef LATE_PUSH
  if
  :: push -> atomic { assert(!rec[a * 2 + t]); rec[a * 2 + t] = 1; push = 0 }
  :: else
  fi;
#endif
  goto done;

#ifdef FAIL
out_of_memory:
  /* R14: it ends at the deepest node that it owns, as an insert of a shorter prompt. */
  atomic {
    failed[me] = 1; did = 1;
#ifndef NO_FAIL_END
    if
    :: a != 0 -> goto queue
    :: else
    fi
#endif
  };
#endif

done:
  atomic {
    a = 0; c = 0; es = 0; ag = 0; up = 0; ok = 0; push = 0; did = 0;
    unpin(me + 1);
    finished++
  }
}

proctype Evictor(byte t) {
  byte x, up, p;
#ifdef LATE_PUSH
  bit push;
#endif

  do
  :: atomic {
       pinned = pinned | (8 << t);
       if
       :: rec[1 * 2 + t] -> x = 1
       :: rec[2 * 2 + t] -> x = 2
       :: rec[3 * 2 + t] -> x = 3
       :: rec[4 * 2 + t] -> x = 4
       :: rec[5 * 2 + t] -> x = 5
       :: rec[6 * 2 + t] -> x = 6
       :: else -> break
       fi;
       rec[x * 2 + t] = 0;
       held[t] = x;
       TOUCH(x);
       assert((W(x, t) & (PRESENT | QUEUED)) == (PRESENT | QUEUED))
     };
again:
     atomic {
       TOUCH(x);
       if
       :: COUNT(x, t) > 0 -> W(x, t) = W(x, t) & ~QUEUED; held[t] = 0; x = 0    /* R16 */
       :: else
       fi
     };
     if
     :: x == 0
     :: else ->
        /* R10 */
#ifdef STALE_PARENT
        atomic { TOUCH(x); p = parent[x] };
#endif
        atomic {
          lk[x] == 0 -> TOUCH(x); lk[x] = 1;
          if
          :: COUNT(x, t) > 0 -> UNLOCK(lk[x]); goto again
          :: else
#ifndef NO_SEAL
             -> W(x, t) = W(x, t) | SEALED
#endif
          fi
        };
        atomic { owners[x] = owners[x] & ~(1 << t); held[t] = 0; observe() };
        atomic {
          W(x, t) = 0;
          assert(tokens[t] >= end[x] - start[x]);               /* promise 3 */
          tokens[t] = tokens[t] - (end[x] - start[x]);
#ifndef STALE_PARENT
          p = parent[x];
#endif
          UNLOCK(lk[x])
        };
        release(p, t);
        p = 0;
        unlink_up(x)
     fi;
     unpin(3 + t)
  od;
  atomic { x = 0; unpin(3 + t); finished++ }
}

#ifdef NO_READER
#define READERS 0
#else
#define READERS 1
#endif
#ifdef ONE_INSERTER
#define INSERTERS 1
#else
#define INSERTERS 2
#endif
#ifdef TWO_EVICTORS
#define EVICTORS 2
#define EVICTED(t) 1
#else
#define EVICTORS 1
#define EVICTED(t) ((t) == ET)
#endif
#define PROCS (READERS + INSERTERS + EVICTORS)

/* At rest. */
proctype Rest() {
  atomic {
    finished == PROCS ->
    h = 1;
    d_step {
      do
      :: h < N ->
         if
         :: end[h] == 0 -> assert(W(h, 0) == 0 && W(h, 1) == 0 && owners[h] == 0)
         :: else ->
            assert(!dead[h] && !freed[h] && !lk[h]);
            assert(owners[h] != 0);                                             /* I10: nothing leaks */
            assert(SLOT(parent[h], br[h]) == h);
            assert(start[h] == end[parent[h]] && start[h] < end[h]);            /* I2 */
            g = 0;
            do
            :: g < 2 ->
               assert(((owners[h] >> g) & 1) == (W(h, g) & PRESENT));           /* I6 */
               assert(!(W(h, g) & SEALED));
               lop = ((slot[2 * h] != NIL) -> (owners[slot[2 * h]] >> g) & 1 : 0) +
                     ((slot[2 * h + 1] != NIL) -> (owners[slot[2 * h + 1]] >> g) & 1 : 0);
               assert(COUNT(h, g) == lop);                                      /* I5 */
               assert(rec[2 * h + g] == ((W(h, g) & QUEUED) != 0));             /* I7 */
               assert(!(W(h, g) & PRESENT) || COUNT(h, g) > 0 || (W(h, g) & QUEUED));
               if
               :: (W(h, g) & PRESENT) ->
                  assert(tokens[g] >= end[h] - start[h]);
                  tokens[g] = tokens[g] - (end[h] - start[h])
               :: else
               fi;
               g++
            :: else -> break
            od
         fi;
         h++
      :: else -> break
      od;
      assert(tokens[0] == 0 && tokens[1] == 0);                                 /* I8 */
      /* Promise 2, for a tenant that nobody evicts. */
      h = 1; g = 0; lop = 0;
      do
      :: h < N ->
         if
         :: !EVICTED(I1T) && !failed[0] && (owners[h] & (1 << I1T)) && AGREE(h, I1B, I1L) == I1L -> g = 1
         :: else
         fi;
         if
#ifndef ONE_INSERTER
         :: !EVICTED(I2T) && !failed[1] && (owners[h] & (1 << I2T)) && AGREE(h, I2B, I2L) == I2L -> lop = 1
#else
         :: false
#endif
         :: else
         fi;
         h++
      :: else -> break
      od;
      assert(EVICTED(I1T) || failed[0] || g);
#ifndef ONE_INSERTER
      assert(EVICTED(I2T) || failed[1] || lop);
#endif
      skip
    }
  }
}

init {
  atomic {
    owners[0] = 3;
    W(0, 0) = PRESENT | ONE; W(0, 1) = PRESENT;
    slot[0] = 1;
    end[1] = 1; owners[1] = 1; W(1, 0) = PRESENT | ONE; slot[2] = 2;
    end[2] = 3; start[2] = 1; parent[2] = 1; owners[2] = 1; W(2, 0) = PRESENT | QUEUED;
    rec[4] = 1;
    tokens[0] = 3;
#ifndef NO_READER
    run Reader();
#endif
    run Inserter(0, I1T, I1B, I1L);
#ifndef ONE_INSERTER
    run Inserter(1, I2T, I2B, I2L);
#endif
    run Evictor(ET);
#ifdef TWO_EVICTORS
    run Evictor(1 - ET);
#endif
    run Rest()
  }
}
