// Package escalation owns who must act next on an incident and when: its level, the
// timers that raise it when nobody gets it done, and the buttons that raise, hold and
// extend. It must not know how people are reached, nor what an incident's status means:
// incidents tells it to start, hold, stop and restart.
//
// The levels are 1 (on-call engineer), 2 (senior engineer) and 3 (engineering lead).
// Level 1 that is unresolved for 15 minutes becomes 2, level 2 after 30 minutes 3, and
// level 3 has no timer. The states and what changes them; every change is an event on
// the incident's timeline, written in the same transaction:
//
//	state     hold          extend      escalate now  timer fires  stop     restart
//	(none)    not found *   not found   not found     –            no-op    running, new timer
//	running   held, full    due later   next level    next level   stopped  no-op
//	held      held, full    due later   next level    next level   stopped  no-op
//	stopped   conflict *    conflict    conflict      no effect    no-op    running, new timer
//
// * HoldTx, with which others hold by the way, does nothing there; OnIt refuses.
//
// "I'm on it" is a hold, not an end. Nobody is called for the present level any more and
// its timer starts again with its full interval (never earlier than it was due), because
// the promise is "escalates after 15 minutes unresolved": a person who says it and falls
// asleep must not silence the incident for ever. The same person saying it twice within a
// minute changes nothing. Acknowledging, by itself, changes nothing here. Raising the
// level, by timer or by hand, ends a hold: it is the next person's turn to say it.
// Extending moves the deadline and needs a reason. At level 3 there is nothing to extend
// or to raise: that is a conflict. Mitigated, resolved and closed incidents stop.
//
// A timer is a row. Any replica claims it in one committed statement against the
// database's clock (fired_at), then applies the effect in a transaction (applied_at). A
// crash between the two is repaired at the next start or heartbeat of any replica. What
// stops or holds between the two wins: the claimed timer is cancelled and has no effect.
package escalation
