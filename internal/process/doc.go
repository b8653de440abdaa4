// Package process owns the identity of operating-system processes on this machine: which process a number means, what descends from it, which carry a mark in
// their environment, and how a tree of them is ended for certain.
//
// It must not know why a process was started: runs, databases and demos are the business of its callers. Linux only, by /proc and pidfd.
package process
