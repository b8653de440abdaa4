package sed

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardroom/internal/posix"
)

// substitution is what s puts in the place of a match.
type substitution struct {
	parts  []part
	global bool
	print  bool
	nth    int // only this match and, with global, those behind it
}

// part is a piece of a replacement: text, a group, or a change of case.
type part struct {
	text  string
	group int  // -1: text
	fold  byte // U L u l E, or 0
}

// delimited reads up to the delimiter that has just been read.
func (p *parser) delimited(delimiter byte, isRegexp bool) (string, error) {
	if delimiter == 0 || strings.IndexByte("/|#,:@!%~_=+", delimiter) < 0 {
		return "", errors.New("this delimiter is not available")
	}
	var out strings.Builder
	for p.at < len(p.text) {
		switch ch := p.next(); {
		case ch == delimiter:
			return out.String(), nil
		case ch == '\n':
			return "", errors.New("a newline must be written as \\n")
		case ch == '[' && isRegexp:
			// Whether a delimiter in brackets ends the expression is where one sed takes for text what another runs.
			end := posix.BracketEnd(p.text, p.at-1)
			bracket := p.text[p.at-1 : end]
			if !strings.HasSuffix(bracket, "]") || strings.IndexByte(bracket, delimiter) >= 0 || strings.Contains(bracket, "\n") {
				return "", errors.New("unterminated [ or a delimiter in it")
			}
			out.WriteString(bracket)
			p.at = end
		case ch == '\\':
			next := p.next()
			switch {
			case next == 0:
				return "", errors.New("unterminated expression")
			case next == delimiter && strings.IndexByte("|+", next) >= 0 && isRegexp:
				return "", errors.New("an escaped delimiter must not have a meaning of its own")
			case next == delimiter:
				out.WriteByte(next)
			default:
				out.WriteByte(ch)
				out.WriteByte(next)
			}
		default:
			out.WriteByte(ch)
		}
	}
	return "", errors.New("unterminated expression")
}

// compile returns nil for an empty expression, which means the last one.
func (p *parser) compile(text string, fold bool) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the empty expression is one of its own
	}
	mode := "(?s)"
	if fold {
		mode = "(?si)"
	}
	re, err := regexp.Compile(mode + posix.Syntax{Extended: p.extended, Escapes: true}.Translate(text))
	if err != nil {
		return nil, fmt.Errorf("invalid or unsupported expression: %w", err)
	}
	re.Longest()
	return re, nil
}

func (p *parser) substitute(c *command) error {
	delimiter := p.next()
	pattern, err := p.delimited(delimiter, true)
	if err != nil {
		return err
	}
	replacement, err := p.delimited(delimiter, false)
	if err != nil {
		return err
	}
	fold := false
	for {
		switch ch := p.peek(); {
		case ch == 'g':
			c.sub.global = true
		case ch == 'p':
			c.sub.print = true
		case ch == 'i' || ch == 'I':
			fold = true
		case ch >= '1' && ch <= '9' && c.sub.nth == 0:
			c.sub.nth = p.number()
			continue
		default:
			if c.re, err = p.compile(pattern, fold); err != nil {
				return err
			}
			return c.sub.read(replacement, c.re)
		}
		p.at++
	}
}

// read takes a replacement apart.
func (s *substitution) read(text string, re *regexp.Regexp) error {
	s.nth = max(1, s.nth)
	plain := ""
	add := func(next part) {
		if plain != "" {
			s.parts = append(s.parts, part{text: plain, group: -1})
			plain = ""
		}
		s.parts = append(s.parts, next)
	}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '&':
			add(part{})
			continue
		case text[i] != '\\':
			plain += text[i : i+1]
			continue
		}
		i++ // a backslash never stands at the end
		switch ch := text[i]; {
		case ch >= '0' && ch <= '9':
			group := int(ch - '0')
			if re != nil && group > re.NumSubexp() {
				return fmt.Errorf("invalid reference \\%d on s command's RHS", group)
			}
			add(part{group: group})
		case strings.IndexByte("ULulE", ch) >= 0:
			add(part{group: -1, fold: ch})
		case ch == 'n':
			plain += "\n"
		case ch == 't':
			plain += "\t"
		case ch < utf8.RuneSelf && (unicode.IsLetter(rune(ch)) || ch == '\n'):
			return fmt.Errorf("\\%c is not available", ch)
		default:
			plain += text[i : i+1]
		}
	}
	if plain != "" {
		s.parts = append(s.parts, part{text: plain, group: -1})
	}
	return nil
}

// apply returns the text with its matches replaced, and whether there were any.
func (s *substitution) apply(re *regexp.Regexp, text string) (string, bool) {
	var matches [][]int
	if s.global {
		matches = re.FindAllStringSubmatchIndex(text, -1)
	} else {
		matches = re.FindAllStringSubmatchIndex(text, s.nth)
	}
	if len(matches) < s.nth {
		return text, false
	}
	var out strings.Builder
	end := 0
	for _, m := range matches[s.nth-1:] {
		out.WriteString(text[end:m[0]])
		s.expand(&out, text, m)
		end = m[1]
	}
	out.WriteString(text[end:])
	return out.String(), true
}

func (s *substitution) expand(out *strings.Builder, text string, groups []int) {
	var all, once byte // changes of case that are in force
	for _, p := range s.parts {
		switch {
		case p.fold == 'u' || p.fold == 'l':
			once = p.fold
			continue
		case p.fold != 0:
			all = p.fold
			continue
		}
		piece := p.text
		if p.group >= 0 {
			piece = ""
			if 2*p.group+1 < len(groups) && groups[2*p.group] >= 0 {
				piece = text[groups[2*p.group]:groups[2*p.group+1]]
			}
		}
		switch all {
		case 'U':
			piece = strings.ToUpper(piece)
		case 'L':
			piece = strings.ToLower(piece)
		}
		if once != 0 && piece != "" {
			first, size := utf8.DecodeRuneInString(piece)
			if once == 'u' {
				piece = string(unicode.ToUpper(first)) + piece[size:]
			} else {
				piece = string(unicode.ToLower(first)) + piece[size:]
			}
			once = 0
		}
		out.WriteString(piece)
	}
}

func (p *parser) transliterate(c *command) error {
	delimiter := p.next()
	var sets [2][]rune
	for i := range sets {
		text, err := p.delimited(delimiter, false)
		if err != nil {
			return err
		}
		sets[i] = []rune(strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(text))
	}
	if len(sets[0]) != len(sets[1]) {
		return errors.New("strings for `y' command are different lengths")
	}
	c.swap = map[rune]rune{}
	for i, from := range sets[0] {
		if _, twice := c.swap[from]; !twice {
			c.swap[from] = sets[1][i]
		}
	}
	return nil
}
