// Package jobs owns River: the queues, their workers and what is done at intervals. It
// must not know how the work is done: a worker decodes its arguments and calls one
// method of a service. Everything here happens at least once; the services make it
// harmless to repeat. Timers that people rely on are not jobs (see escalation).
//
// Arguments never hold secrets: River keeps the rows of done jobs for a day. A job names
// the row that holds the text, and the service empties that row when it is done.
package jobs
