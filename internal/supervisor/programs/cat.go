package programs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// catFlags are what each letter of cat stands for; letters that stand for several are A, e and t.
var catFlags = strings.NewReplacer("A", "vET", "e", "vE", "t", "vT")

// catter is one cat that changes lines.
type catter struct {
	c     *Call
	flags map[rune]bool
	lines int  // that were numbered
	empty bool // the line before was
}

func cat(ctx context.Context, c *Call) int {
	opts, names, err := options(c.Args[1:], "nubsvETAet", map[string]string{
		"number": "n", "number-nonblank": "b", "squeeze-blank": "s", "show-all": "A", "show-ends": "E", "show-tabs": "T", "show-nonprinting": "v",
	})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	k := catter{c: c, flags: map[rune]bool{}}
	for _, o := range opts {
		for _, flag := range catFlags.Replace(o.name) {
			k.flags[flag] = flag != 'u'
		}
	}
	changes := len(k.flags) > 0
	return c.eachInput(names, func(_ string, r io.Reader) error {
		if !changes {
			if _, err := io.Copy(c.Stdout, contextReader{ctx, r}); err != nil {
				return errDone
			}
			return nil
		}
		in := bufio.NewReaderSize(contextReader{ctx, r}, 64<<10)
		for {
			line, err := in.ReadString('\n')
			if line != "" && !k.print(line) {
				return errDone
			}
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err //nolint:wrapcheck // printed as it is
			}
		}
	})
}

// print writes a line with its newline, if it has one; false when there is nobody to write for.
func (k *catter) print(line string) bool {
	blank := line == "\n"
	if blank && k.empty && k.flags['s'] {
		return true
	}
	k.empty = blank
	number := ""
	if k.flags['b'] && !blank || k.flags['n'] && !k.flags['b'] {
		k.lines++
		number = fmt.Sprintf("%6d\t", k.lines)
	}
	text, ended := strings.CutSuffix(line, "\n")
	if k.flags['v'] || k.flags['T'] {
		text = k.visible(text)
	}
	if ended && k.flags['E'] {
		text += "$"
	}
	if ended {
		text += "\n"
	}
	_, err := io.WriteString(k.c.Stdout, number+text)
	return err == nil
}

// visible writes what cannot be seen as ^X and M-x.
func (k *catter) visible(text string) string {
	var out strings.Builder
	for i := range len(text) {
		b := text[i]
		switch {
		case b == '\t':
			if k.flags['T'] {
				out.WriteString("^I")
			} else {
				out.WriteByte(b)
			}
			continue
		case !k.flags['v']:
			out.WriteByte(b)
			continue
		case b >= 0x80:
			out.WriteString("M-")
			b -= 0x80
		}
		switch {
		case b < ' ':
			out.WriteString("^" + string(rune(b+'@')))
		case b == 0x7f:
			out.WriteString("^?")
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}
