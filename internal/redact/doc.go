// Package redact keeps secrets out of what is shown and recorded.
//
// It owns which parts of a text may not be seen: the values that somebody has named as
// secrets, in every form in which programs commonly write them (EXECUTION.md 3) and, long
// ones, in pieces of folded lines; and private keys from BEGIN to END (EXECUTION.md 19). It is given the text of lines as a
// person would see them, without escape sequences, so that no colour in the middle of a
// secret hides it.
//
// It must not know where secrets come from, nor runs, terminals or pages. It holds no
// goroutine and no clock.
package redact
