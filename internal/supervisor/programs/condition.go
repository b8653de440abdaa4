package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

// test evaluates a condition, for the places where a program and not the interpreter's own word is meant (xargs test …).
func test(_ context.Context, c *Call) int {
	words := c.Args[1:]
	if c.Args[0] == "[" {
		if len(words) == 0 || words[len(words)-1] != "]" {
			return c.fail(2, "missing ']'")
		}
		words = words[:len(words)-1]
	}
	e := condition{c: c, words: words}
	result, err := e.or()
	if err == nil && len(e.words) > 0 {
		err = fmt.Errorf("extra argument '%s'", e.words[0])
	}
	switch {
	case err != nil:
		return c.fail(2, "%v", err)
	case result:
		return 0
	}
	return 1
}

// condition is what is left to evaluate.
type condition struct {
	c     *Call
	words []string
}

func (e *condition) next() string {
	word := e.words[0]
	e.words = e.words[1:]
	return word
}

func (e *condition) or() (bool, error) {
	result, err := e.and()
	for err == nil && len(e.words) > 0 && e.words[0] == "-o" {
		e.next()
		var right bool
		right, err = e.and()
		result = result || right
	}
	return result, err
}

func (e *condition) and() (bool, error) {
	result, err := e.not()
	for err == nil && len(e.words) > 0 && e.words[0] == "-a" {
		e.next()
		var right bool
		right, err = e.not()
		result = result && right
	}
	return result, err
}

func (e *condition) not() (bool, error) {
	if len(e.words) > 1 && e.words[0] == "!" {
		e.next()
		result, err := e.not()
		return !result, err
	}
	return e.primary()
}

func (e *condition) primary() (bool, error) {
	if len(e.words) == 0 {
		return false, nil
	}
	left := e.next()
	if len(e.words) >= 2 {
		if compare, ok := comparisons[e.words[0]]; ok {
			e.next()
			return compare(left, e.next())
		}
	}
	if len(left) == 2 && left[0] == '-' && len(e.words) > 0 && e.words[0] != "-a" && e.words[0] != "-o" {
		return e.unary(left[1], e.next())
	}
	return left != "", nil
}

func (e *condition) unary(op byte, word string) (bool, error) {
	switch op {
	case 'z':
		return word == "", nil
	case 'n':
		return word != "", nil
	case 'e', 'f', 'd', 's', 'r', 'w', 'x':
	default:
		return false, fmt.Errorf("unknown operator '-%c'", op)
	}
	info, err := e.c.Files.Stat(word)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", word, cause(err)) // what may not be seen is no answer
	}
	switch op {
	case 'f':
		return info.Mode().IsRegular(), nil
	case 'd':
		return info.IsDir(), nil
	case 's':
		return info.Size() > 0, nil
	case 'x':
		return info.Mode()&0o100 != 0, nil
	}
	return true, nil
}

var comparisons = map[string]func(a, b string) (bool, error){
	"=":   func(a, b string) (bool, error) { return a == b, nil },
	"==":  func(a, b string) (bool, error) { return a == b, nil },
	"!=":  func(a, b string) (bool, error) { return a != b, nil },
	"-eq": integers(func(a, b int64) bool { return a == b }),
	"-ne": integers(func(a, b int64) bool { return a != b }),
	"-lt": integers(func(a, b int64) bool { return a < b }),
	"-le": integers(func(a, b int64) bool { return a <= b }),
	"-gt": integers(func(a, b int64) bool { return a > b }),
	"-ge": integers(func(a, b int64) bool { return a >= b }),
}

func integers(compare func(a, b int64) bool) func(a, b string) (bool, error) {
	return func(a, b string) (bool, error) {
		x, err := strconv.ParseInt(a, 10, 64)
		if err != nil {
			return false, fmt.Errorf("integer expression expected: '%s'", a)
		}
		y, err := strconv.ParseInt(b, 10, 64)
		if err != nil {
			return false, fmt.Errorf("integer expression expected: '%s'", b)
		}
		return compare(x, y), nil
	}
}
