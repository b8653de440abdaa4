package shell

import (
	"slices"
	"strings"
	"unicode"
)

// Remark is whole-line comments that are no command's caption: at the end of a fence, or
// with an empty line below them.
type Remark struct {
	Lines []string // without their marks
	Line  int      // where they begin in the fence, from 1
}

// remark keeps the comments above the current line, unless they say nothing, are printed
// ones, or announce output and are it.
func (c *cutter) remark() {
	lines := c.captions
	c.captions = nil
	if c.printed && c.prompted {
		return
	}
	if i := slices.IndexFunc(lines, announces); i >= 0 {
		lines = lines[:i]
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.ContainsFunc(line, unicode.IsLetter) })
	if len(lines) > 0 {
		c.remarks = append(c.remarks, Remark{Lines: lines, Line: c.from + 1})
	}
}
