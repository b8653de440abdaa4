// Package sed reads and runs sed scripts that only print. A script that could write or read a file or run a program is an error of Parse, so that what is judged before
// a run and what runs are one and the same tree. Where implementations of sed differ about where a command ends, Parse refuses too: a script that it takes does no
// more in any of them.
package sed

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Script is a parsed script.
type Script struct{ commands []command }

// command is one command. Blocks and jumps are positions in the list.
type command struct {
	from, to *address
	not      bool
	name     byte
	text     string         // of a, i, c and y; the label of : b t T
	target   int            // where b, t, T and a skipped { go on
	re       *regexp.Regexp // of s; nil is the last one that was used
	sub      substitution
	swap     map[rune]rune // of y
}

// address chooses lines.
type address struct {
	kind kind
	n    int // a line, or how many lines; for step: the first
	step int
	re   *regexp.Regexp
}

type kind uint8

const (
	line kind = iota
	last
	match
	step
	plus     // +N, as the second one
	multiple // ~N, as the second one
)

const (
	maxScript   = 64 << 10
	maxCommands = 1000
	maxBlocks   = 50
)

type parser struct {
	text     string
	at       int
	extended bool
	script   Script
	open     []int
	labels   map[string]int
}

// Parse reads a script; several -e are joined by newlines.
func Parse(text string, extended bool) (*Script, error) {
	if len(text) > maxScript {
		return nil, errors.New("the script is too long")
	}
	p := parser{text: text, extended: extended, labels: map[string]int{}}
	for {
		p.skip(" \t\n;")
		if p.at == len(text) {
			break
		}
		if err := p.command(); err != nil {
			return nil, fmt.Errorf("expression #1, char %d: %w", p.at, err)
		}
	}
	if len(p.open) > 0 {
		return nil, errors.New("unmatched {")
	}
	for i, c := range p.script.commands {
		if c.name != 'b' && c.name != 't' && c.name != 'T' {
			continue
		}
		target, known := p.labels[c.text]
		switch {
		case c.text == "":
			target = len(p.script.commands)
		case !known:
			return nil, fmt.Errorf("can't find label for jump to '%s'", c.text)
		}
		p.script.commands[i].target = target
	}
	return &p.script, nil
}

func (p *parser) skip(chars string) {
	for p.at < len(p.text) && strings.IndexByte(chars, p.text[p.at]) >= 0 {
		p.at++
	}
}

// next takes a character, or 0 at the end.
func (p *parser) next() byte {
	if p.at == len(p.text) {
		return 0
	}
	p.at++
	return p.text[p.at-1]
}

func (p *parser) peek() byte {
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) number() int {
	start := p.at
	p.skip("0123456789")
	n, err := strconv.Atoi(p.text[start:p.at])
	if err != nil {
		return 1 << 30 // longer than any input
	}
	return n
}

func (p *parser) command() (err error) {
	if len(p.script.commands) >= maxCommands {
		return errors.New("too many commands")
	}
	var c command
	if c.from, err = p.address(false); err != nil {
		return err
	}
	p.skip(" \t")
	if c.from != nil && p.peek() == ',' {
		p.at++
		p.skip(" \t")
		if c.to, err = p.address(true); err == nil && c.to == nil {
			err = errors.New("unexpected ','")
		}
		if err != nil {
			return err
		}
		p.skip(" \t")
	}
	if c.from != nil && c.from.kind == line && c.from.n == 0 && (c.to == nil || c.to.kind != match) {
		return errors.New("invalid usage of line address 0")
	}
	for p.peek() == '!' {
		c.not = true
		p.at++
		p.skip(" \t")
	}
	c.name = p.next()
	if err = p.arguments(&c); err != nil {
		return err
	}
	p.script.commands = append(p.script.commands, c)
	if c.name == '{' {
		return nil
	}
	p.skip(" \t")
	if strings.IndexByte("\x00;\n}", p.peek()) < 0 {
		return errors.New("extra characters after command")
	}
	return nil
}

// arguments reads what follows the letter. The letters that are not here write, read, run, or are rare.
func (p *parser) arguments(c *command) (err error) {
	here := len(p.script.commands)
	switch c.name {
	case '{':
		if p.open = append(p.open, here); len(p.open) > maxBlocks {
			err = errors.New("blocks are nested too deep")
		}
	case '}':
		if c.from != nil || len(p.open) == 0 {
			return errors.New("unexpected }")
		}
		p.script.commands[p.open[len(p.open)-1]].target = here
		p.open = p.open[:len(p.open)-1]
	case 'p', 'P', 'd', 'D', 'n', 'N', 'g', 'G', 'h', 'H', 'x', '=':
	case 'q', 'Q':
		if c.to != nil {
			return errors.New("command only uses one address")
		}
		p.skip(" \t")
		if ch := p.peek(); ch >= '0' && ch <= '9' {
			c.target = p.number() & 0xff
		}
	case ':', 'b', 't', 'T':
		err = p.label(c, here)
	case 'a', 'i', 'c':
		c.text, err = p.lines()
	case 's':
		err = p.substitute(c)
	case 'y':
		err = p.transliterate(c)
	case 0:
		err = errors.New("missing command")
	default:
		err = fmt.Errorf("the command '%c' is not available", c.name)
	}
	return err
}

func (p *parser) label(c *command, here int) error {
	p.skip(" \t")
	start := p.at
	for ch := p.peek(); ch == '_' || '0' <= ch && ch <= '9' || 'a' <= ch && ch <= 'z' || 'A' <= ch && ch <= 'Z'; ch = p.peek() {
		p.at++
	}
	c.text = p.text[start:p.at]
	if c.name != ':' {
		return nil
	}
	if _, twice := p.labels[c.text]; twice || c.text == "" || c.from != nil {
		return errors.New("a label must be new, have a name and no address")
	}
	p.labels[c.text] = here
	return nil
}

// lines reads the text of a, i and c: one line, so that nobody can take a part of it for a command.
func (p *parser) lines() (string, error) {
	p.skip(" \t")
	if p.peek() == '\\' {
		p.at++
		p.skip(" \t")
		if p.peek() == '\n' {
			p.at++
		}
	}
	text, _, _ := strings.Cut(p.text[p.at:], "\n")
	if text == "" || strings.Contains(text, `\`) {
		return "", errors.New("the text must be one line without backslashes")
	}
	p.at += len(text)
	return text, nil
}

func (p *parser) address(second bool) (*address, error) {
	switch ch := p.peek(); {
	case ch >= '0' && ch <= '9':
		a := &address{kind: line, n: p.number()}
		if !second && p.peek() == '~' {
			p.at++
			a.kind, a.step = step, p.number()
		}
		return a, nil
	case second && (ch == '+' || ch == '~'):
		p.at++
		if ch = p.peek(); ch < '0' || ch > '9' {
			return nil, errors.New("a number is missing")
		}
		kinds := map[byte]kind{'+': plus, '~': multiple}
		return &address{kind: kinds[p.text[p.at-1]], n: p.number()}, nil
	case ch == '$':
		p.at++
		return &address{kind: last}, nil
	case ch != '/' && ch != '\\':
		return nil, nil //nolint:nilnil // no address is no mistake
	case ch == '\\':
		p.at++
	}
	text, err := p.delimited(p.next(), true)
	if err != nil {
		return nil, err
	}
	fold := p.peek() == 'I'
	if fold {
		p.at++
	}
	re, err := p.compile(text, fold)
	return &address{kind: match, re: re}, err
}
