// Package diagnostics owns the life of a run: planning what exactly would run and
// whether it may, starting it in a process of its own, recording its output while it
// streams, stopping it, and saying what became of it after a crash.
//
// The rules are those of EXECUTION.md: a command is classed when it is shown, again when
// it is confirmed and again at each program start; what was confirmed is what runs; at
// most one run of the same text is active per incident and environment; a run is never
// started twice by the system.
//
// It must not know HTTP, pages or how an incident is led. Who may act comes from authz,
// the playbook's text from the snapshot that the incident holds.
package diagnostics
