// Package symptoms owns what is wrong right now: the sources that report it, the episodes
// of each symptom, and whether the sources themselves are alive. It must not know what an
// incident is beyond whose timeline a symptom belongs to, nor who looks at the lists.
//
// Reports come from Alertmanager, by webhook (Receive) and by asking its API every 15 s:
// its group interval is minutes long, and a webhook that was lost is not sent again. One
// batch is one transaction; the answer to a webhook follows the commit.
//
// An alert's identity is (source group, fingerprint), an episode one contiguous firing:
//
//	                   no episode, or resolved     firing or unknown
//	webhook: firing    new episode, unless it      firing; the least startsAt wins,
//	                   began before the last       unless it is before the last
//	                   one ended (a replay)        episode's end (a replay)
//	poll: listed       new episode, unless the     the same
//	                   poll is older than the
//	                   resolution
//	webhook: resolved  –                           resolved, if the episode began before
//	                                               the alert ended (else it is late)
//	poll: absent       –                           resolved at the second absence in a row
//	source silent      –                           unknown
//
// Of the sources of a group, the one that reported a symptom first speaks for it, until
// it is silent and another one reports it. An absence counts only when the list was
// complete, its Alertmanager has been up for five minutes by its own clock, and the
// source speaks for the symptom or who does is silent; a second poll within half an
// interval (another replica's) does not count. A source is silent when it is polled and
// gave no word for its time, or is not configured any more. Silenced and inhibited are states beside firing. A batch is at most one event
// of a kind on each incident's timeline, however many symptoms it holds.
//
// Locks are taken in the order sources of a group, symptoms by id, incidents by number.
package symptoms
