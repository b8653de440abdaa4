// Package ansi turns the bytes that a program writes to a terminal into lines of
// styled text that are safe to show.
//
// It owns the reading of escape sequences: colours and weights (SGR), carriage
// return, backspace, tab and erase-in-line change the text; every other sequence
// is dropped, so that output can neither load an image, nor link, nor hide the
// direction in which it is written. Colours become class names, never styles.
//
// It must not know runs, pages or redaction. It holds no goroutine and no clock,
// and any split of the same bytes gives the same lines.
package ansi
