// Package shell owns the safe command language of playbooks: where a command
// begins and ends in a fence, which placeholders it holds, how values are bound
// into it, which programs it starts and what each of them may do (read, change,
// destroy, interactive, unknown).
//
// It is pure: it parses, classes and binds text. It must not start a process,
// open a file or a connection, or know who is asking. The supervisor of a run
// asks [Policy.Classify] again for every program start, so what this package says
// at show time is a promise that is enforced later and never milder than the truth.
package shell
