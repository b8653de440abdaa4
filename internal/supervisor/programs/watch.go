package programs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// watch starts its command again and again, each time under a line that says when. The words make a text of the shell, which is interpreted like that of the run itself.
func watch(ctx context.Context, c *Call) int {
	opts, words, err := options(c.Args[1:], "+n:dtxe", map[string]string{"interval": "n", "differences": "d", "no-title": "t", "exec": "x", "errexit": "e"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	every, given := 2*time.Second, map[string]bool{}
	for _, o := range opts {
		given[o.name] = true
		if o.name == "n" {
			seconds, wrong := strconv.ParseFloat(o.value, 64)
			if wrong != nil || !(seconds >= 0 && seconds < 1e6) {
				return c.fail(1, "failed to parse argument: '%s'", o.value)
			}
			every = max(time.Duration(seconds*float64(time.Second)), 100*time.Millisecond)
		}
	}
	if len(words) == 0 {
		return c.fail(1, "there is no command to watch")
	}
	text := strings.Join(words, " ")
	for {
		if !given["t"] {
			if writeLine(c.Stdout, fmt.Sprintf("Every %.1fs: %s    %s\n", every.Seconds(), text, time.Now().Format(time.ANSIC))) != nil {
				return 1
			}
		}
		var code int
		if given["x"] {
			code = c.Start(ctx, words, false)
		} else {
			code = c.Text(ctx, text)
		}
		switch {
		case ctx.Err() != nil:
			return codeEnded
		case code == codeRefused:
			return code
		case code != 0 && given["e"]:
			return 8
		case !pause(ctx, every):
			return codeEnded
		case writeLine(c.Stdout, "") != nil:
			return 1
		}
	}
}

// sudo starts its command like any other: there is nobody else to start it as.
func sudo(ctx context.Context, c *Call) int {
	opts, words, err := options(c.Args[1:], "+nEHu:", map[string]string{"non-interactive": "n", "preserve-env": "E", "set-home": "H", "user": "u"})
	if err != nil {
		return c.fail(1, "%v", err)
	}
	for _, o := range opts {
		if o.name == "u" && o.value != "root" {
			return c.fail(codeRefused, "not permitted in a playbook: nothing runs as %s here", o.value)
		}
	}
	if len(words) == 0 {
		return c.fail(1, "there is no command to start")
	}
	if c.Once("sudo") {
		fmt.Fprintln(c.Stderr, "sudo: nothing runs with more rights here")
	}
	return c.Start(ctx, words, true)
}
