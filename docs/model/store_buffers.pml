/*
 * Why some orders of docs/concurrency.md are seq_cst: the places where a thread stores one thing and then
 * loads another, with a store that others may see late. A processor's store buffer does that on every
 * machine; weak memory (Arm) allows no more in these places, because each has one store and one load.
 *
 * Each LATE_* switch lets one store be buffered, as a weaker order would allow: it takes effect at any
 * later time, by the process Buffer. README.md has the table.
 */

bit buffered;           /* the late store has been made and is on its way */
bit first, second;      /* R2: two slots; R11: "no owner is left", "no child is left" */
bit slot = 1;           /* R22: leads to the node */
bit freed;
byte epoch = 1;
byte pin;               /* the epoch that the reader shows; 0: not inside */
byte entered;           /* the epoch with which it came */
bit counter;            /* R21: nodes unlinked */
byte ended;
bit missed[2];

/* The late store of the switch that is on. */
#if defined(LATE_INSERT) || defined(LATE_LAST_OWNER)
#define LATE first = 1
#elif defined(LATE_PIN)
#define LATE pin = entered
#elif defined(LATE_UNLINK)
#define LATE slot = 0
#elif defined(LATE_COUNTER)
#define LATE counter = 1
#endif

#ifdef LATE
active proctype Buffer() {
end: buffered -> LATE
}
#endif

#if defined(LATE_INSERT) || defined(LATE_LAST_OWNER)
#define STORE_FIRST buffered = 1
#else
#define STORE_FIRST first = 1
#endif
#ifdef LATE_PIN
#define STORE_PIN buffered = 1
#else
#define STORE_PIN pin = entered
#endif
#ifdef LATE_UNLINK
#define STORE_UNLINK buffered = 1
#else
#define STORE_UNLINK slot = 0
#endif
#ifdef LATE_COUNTER
#define STORE_COUNTER buffered = 1
#else
#define STORE_COUNTER counter = 1
#endif

#if defined(INSERTS) || defined(LAST_ONES)
/*
 * INSERTS (R2): two threads each insert and then match what the other has inserted: they may not both
 * miss. LAST_ONES (R11): one takes a node's last owner, the other its last child; each then looks whether
 * the other's is gone, and unlinks the node if so: they may not both leave it.
 */
active proctype One() {
  STORE_FIRST;
  missed[0] = !second;
  ended++
}
active proctype Other() {
  second = 1;
  missed[1] = !first;
  ended++
}
active proctype Check() {
end: ended == 2 -> assert(!(missed[0] && missed[1]))
}
#endif

#ifdef RECLAIM
/* R22, R23: a reader that got a node from a slot under its pin uses it, however late. It stays inside. */
active proctype Reader() {
  bit node;
  entered = epoch;
  STORE_PIN;
  node = slot;
  assert(!(node && freed))
}
#endif

#ifdef PATH
/*
 * R21: the path was recorded under an earlier pin, when the counter was 0. The thread pins again, and if the
 * counter is still 0 it uses the recorded node without looking it up.
 */
active proctype Returner() {
  bit same;
  entered = epoch;
  STORE_PIN;
  same = (counter == 0);
  assert(!(same && freed))
}
#endif

#if defined(RECLAIM) || defined(PATH)
active proctype Evictor() {
  byte retired;
  STORE_UNLINK;
  STORE_COUNTER;
  retired = epoch;
  do
  :: epoch == retired + 2 -> break
  :: epoch < retired + 2 ->
       if
       :: pin == 0 || pin == epoch -> epoch++
       :: else -> goto end_blocked      /* the reader stays inside: nothing is freed */
       fi
  od;
  freed = 1;
end_blocked: skip
}
#endif
