// Package playbooks turns Markdown runbooks into playbooks that can be run.
//
// It owns the reader (Markdown to Playbook), the catalogue of the playbooks that
// ship with the program and of those in the operator's directory, the matching
// of an alert's labels to playbooks, and the safe rendering of Markdown.
//
// It must not know incidents, runs or environments: what a command may do is
// asked of internal/shell, and where it runs is decided by the caller. A file
// never fails to load; what is not understood stays text and is reported as a
// Problem with its line.
package playbooks
