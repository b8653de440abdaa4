// Package daemon owns one program in the background: it starts it in a process group of its own and as an unprivileged user for root, records it in a PID file, and
// ends it — also the one that an earlier process left running when it was killed.
//
// It must not know what the program does.
package daemon
