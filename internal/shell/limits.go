package shell

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

const (
	maxText    = 64 << 10
	maxNesting = 100
	// maxOpeners bounds the real nesting of a text whose closing brackets stand
	// in quotes, where a count of the bytes cannot tell.
	maxOpeners = 1000
)

// Two private-use runes stand for what is not literal in a word: a placeholder
// (followed by a rune that says which) and anything the shell works out at run
// time. A text that holds them itself is refused, so they cannot be forged.
const (
	holeRune  = '\uE000'
	laterRune = '\uE001'
	holeIndex = '\uE100'
	maxHoles  = 1000
)

const (
	hole  = string(holeRune)
	later = string(laterRune)
)

// dynamic reports whether a word is not known literally.
func dynamic(word string) bool { return strings.ContainsAny(word, hole+later) }

// checkText refuses, before anything is parsed, what could hurt the parser or
// deceive a reader.
func checkText(text string) error {
	if len(text) > maxText {
		return fmt.Errorf("the command is longer than %d KiB", maxText>>10)
	}
	if err := checkCharacters(text); err != nil {
		return err
	}
	return checkNesting(text)
}

func checkCharacters(text string) error {
	for i, r := range text {
		if r < utf8.RuneSelf && r >= ' ' && r != 0x7f || r == '\n' || r == '\t' {
			continue
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return errors.New("the command is not valid UTF-8")
			}
		}
		if hidden(r) {
			return fmt.Errorf("the command holds the invisible character %U", r)
		}
	}
	return nil
}

// hidden reports control, bidi, zero-width, private-use and line-separating characters.
func hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector)
}

func checkNesting(text string) error {
	depth, openers := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '[', '`':
			openers++
			depth++
		case ')', '}', ']':
			depth = max(0, depth-1)
		}
		// A backquote closes as well as it opens; pairs of them cannot nest unescaped.
		if text[i] == '`' && depth > 1 && openers%2 == 0 {
			depth -= 2
		}
		if depth > maxNesting || openers > maxOpeners {
			return fmt.Errorf("the command is nested deeper than %d levels or has more than %d brackets", maxNesting, maxOpeners)
		}
	}
	return nil
}

// parse turns checked text into a tree. It never panics: a defect of the parser
// is an error about the text.
func parse(text string) (file *syntax.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("the command cannot be parsed")
		}
	}()
	file, err = parseBash(text)
	if err != nil {
		return nil, fmt.Errorf("the command is not valid shell: %w", err)
	}
	if depth := treeDepth(file); depth > maxNesting*nodesPerLevel {
		return nil, fmt.Errorf("the command is nested deeper than %d levels", maxNesting)
	}
	return file, nil
}

// parsers are used again: a new one takes some kilobytes, for the three bytes of x=1 too.
var parsers = sync.Pool{New: func() any {
	return syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true))
}}

// parseBash may panic; the parser is then not used again.
func parseBash(text string) (*syntax.File, error) {
	parser, _ := parsers.Get().(*syntax.Parser)
	file, err := parser.Parse(strings.NewReader(text), "")
	parsers.Put(parser)
	return file, err
}

// nodesPerLevel is how many nodes one level of written nesting makes at most
// (statement, command, word, double quote, substitution, …).
const nodesPerLevel = 8

func treeDepth(file *syntax.File) int {
	depth, deepest := 0, 0
	syntax.Walk(file, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		depth++
		deepest = max(deepest, depth)
		return true
	})
	return deepest
}
