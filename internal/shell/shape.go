package shell

import (
	"fmt"
	"reflect"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shape writes a tree as text, without positions and comments and with adjacent
// literal pieces of a word joined however they are quoted, so that two texts with
// equal shapes mean the same to the shell. value fills the holes of a template.
//
// It reads the nodes by reflection: a field that a later version of the parser
// adds is compared too instead of being forgotten.
func shape(file *syntax.File, value func(int) string) string {
	if value == nil {
		value = func(int) string { return "" }
	}
	d := shaper{value: value}
	d.node(reflect.ValueOf(file))
	return d.out.String()
}

type shaper struct {
	out   strings.Builder
	value func(int) string
}

var (
	posType      = reflect.TypeFor[syntax.Pos]()
	commentsType = reflect.TypeFor[[]syntax.Comment]()
)

func (d *shaper) node(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			d.out.WriteString("-")
			return
		}
		if word, ok := reflect.TypeAssert[*syntax.Word](v); ok {
			d.word(word)
			return
		}
		d.node(v.Elem())
	case reflect.Struct:
		d.out.WriteString(v.Type().Name() + "{")
		for _, field := range v.Fields() {
			if t := field.Type(); t != posType && t != commentsType {
				d.node(field)
				d.out.WriteByte(',')
			}
		}
		d.out.WriteByte('}')
	case reflect.Slice:
		d.out.WriteByte('[')
		for i := range v.Len() {
			d.node(v.Index(i))
			d.out.WriteByte(',')
		}
		d.out.WriteByte(']')
	case reflect.String:
		fmt.Fprintf(&d.out, "%q", fill(v.String(), d.value))
	default:
		fmt.Fprint(&d.out, v.Interface())
	}
}

// word writes a word as runs of literal text between its other parts. Characters
// that mean something only when they are not quoted are marked.
func (d *shaper) word(w *syntax.Word) {
	var run strings.Builder
	flush := func() {
		if run.Len() > 0 {
			fmt.Fprintf(&d.out, "%q ", run.String())
			run.Reset()
		}
	}
	var parts func(list []syntax.WordPart, quoted bool)
	parts = func(list []syntax.WordPart, quoted bool) {
		for _, part := range list {
			switch part := part.(type) {
			case *syntax.Lit:
				d.literal(&run, part.Value, quoted)
			case *syntax.SglQuoted:
				if part.Dollar {
					run.WriteString("\x00$")
				}
				run.WriteString(fill(part.Value, d.value))
			case *syntax.DblQuoted:
				parts(part.Parts, true)
			default:
				flush()
				fmt.Fprintf(&d.out, "quoted=%t ", quoted)
				d.node(reflect.ValueOf(part))
			}
		}
	}
	d.out.WriteString("Word(")
	parts(w.Parts, false)
	flush()
	d.out.WriteByte(')')
}

func (d *shaper) literal(run *strings.Builder, lit string, quoted bool) {
	for i := 0; i < len(lit); i++ {
		c := lit[i]
		switch {
		case c == '\\' && i+1 < len(lit):
			run.WriteString(unescape(lit[i:i+2], quoted))
			i++
		case strings.HasPrefix(lit[i:], hole):
			size := len(hole) + len(string(rune(holeIndex)))
			run.WriteString(fill(lit[i:i+size], d.value))
			i += size - 1
		case !quoted && strings.IndexByte("*?[]{}~", c) >= 0:
			run.WriteByte(0)
			run.WriteByte(c)
		default:
			run.WriteByte(c)
		}
	}
}
