package programs

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func echo(_ context.Context, c *Call) int {
	args, newline := c.Args[1:], "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, newline = args[1:], ""
	}
	if _, err := fmt.Fprint(c.Stdout, strings.Join(args, " "), newline); err != nil {
		return 1
	}
	return 0
}

func sleep(ctx context.Context, c *Call) int {
	if len(c.Args) < 2 {
		return c.fail(1, "missing operand")
	}
	var total time.Duration
	for _, arg := range c.Args[1:] {
		d, err := duration(arg)
		if err != nil {
			return c.fail(1, "%v", err)
		}
		total += d
	}
	if !pause(ctx, total) {
		return codeEnded
	}
	return 0
}

// pause waits, and reports whether the run goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

func seq(ctx context.Context, c *Call) int {
	args, separator, wide := c.Args[1:], "\n", false
	// Not by options: a number may be negative.
flags:
	for len(args) > 0 {
		switch value, attached := strings.CutPrefix(args[0], "-s"); {
		case args[0] == "-w":
			wide = true
		case args[0] == "-s" && len(args) > 1:
			separator, args = args[1], args[1:]
		case attached && value != "":
			separator = value
		default:
			break flags
		}
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 3 {
		return c.fail(1, "missing or extra operand")
	}
	numbers, digits := []float64{1, 1, 1}, 0
	for i, arg := range args {
		n, err := strconv.ParseFloat(arg, 64)
		if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return c.fail(1, "invalid floating point argument: '%s'", arg)
		}
		_, fraction, _ := strings.Cut(arg, ".")
		digits = max(digits, len(fraction))
		switch {
		case i == len(args)-1:
			numbers[2] = n
		default:
			numbers[i] = n
		}
	}
	first, step, last := numbers[0], numbers[1], numbers[2]
	if step == 0 {
		return c.fail(1, "the increment must not be zero")
	}
	width := 0
	if wide {
		width = max(len(strconv.FormatFloat(first, 'f', digits, 64)), len(strconv.FormatFloat(last, 'f', digits, 64)))
	}
	for i := 0; ctx.Err() == nil; i++ {
		n := first + float64(i)*step
		if step > 0 && n > last+step/1e6 || step < 0 && n < last+step/1e6 {
			if i > 0 {
				fmt.Fprintln(c.Stdout)
			}
			return 0
		}
		text := fmt.Sprintf("%0*.*f", width, digits, n)
		if i > 0 {
			text = separator + text
		}
		if _, err := fmt.Fprint(c.Stdout, text); err != nil {
			return 1
		}
	}
	return codeEnded
}
