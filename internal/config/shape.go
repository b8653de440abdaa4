package config

import (
	"encoding"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds what is parsed: nobody writes so much, and nesting costs stack.
const maxFile = 256 << 10

// decode reads YAML into value, a pointer to a struct. The decoder stops at its first
// mistake, so the tree is compared with the type before; it returns all of them. When
// complete is false value holds nothing worth checking.
func decode(data []byte, value any) (mistakes list, complete bool) {
	if len(data) > maxFile {
		return list{"the file is larger than 256 KiB"}, false
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return list{sentence(err)}, false
	}
	switch {
	case len(file.Docs) > 1:
		return list{"the file holds more than one document (separated by ---)"}, false
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		return nil, true
	}
	s := shape{complete: true}
	s.check("", file.Docs[0].Body, reflect.TypeOf(value).Elem())
	if !s.complete {
		return s.mistakes, false
	}
	if err := yaml.NodeToValue(file.Docs[0].Body, value); err != nil {
		s.mistakes.add("%s", sentence(err))
		s.complete = false
	}
	return s.mistakes, s.complete
}

// sentence is the parser's complaint without the excerpt that it draws.
func sentence(err error) string {
	complaint, ok := errors.AsType[yaml.Error](err)
	if !ok || complaint.GetToken() == nil {
		return strings.Join(strings.Fields(err.Error()), " ")
	}
	var m list
	m.add("line %d: %s", complaint.GetToken().Position.Line, strings.Join(strings.Fields(complaint.GetMessage()), " "))
	return m[0]
}

// shape compares a tree with a type.
type shape struct {
	mistakes list
	complete bool // every value is of the kind that its key wants
}

func (s *shape) check(path string, node ast.Node, want reflect.Type) {
	if want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	switch node := node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		s.wrong(path, node, "anchors, aliases and tags are not read here; write the value out")
		return
	case nil, *ast.NullNode:
		return
	}
	if reflect.PointerTo(want).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		s.text(path, node, want)
		return
	}
	switch want.Kind() {
	case reflect.Struct:
		s.fields(path, node, want)
	case reflect.Map:
		for _, entry := range s.entries(path, node) {
			s.check(join(path, keyOf(entry)), entry.Value, want.Elem())
		}
	case reflect.Slice:
		list, ok := node.(*ast.SequenceNode)
		if !ok {
			s.wrong(path, node, "a list is wanted: [a, b] or lines that begin with a dash")
			return
		}
		for i, value := range list.Values {
			s.check(element(path, i), value, want.Elem())
		}
	case reflect.Bool:
		if _, ok := node.(*ast.BoolNode); !ok {
			s.wrong(path, node, "true or false is wanted")
		}
	default:
		if _, ok := node.(ast.ScalarNode); !ok {
			s.wrong(path, node, "a single value is wanted")
		}
	}
}

func (s *shape) text(path string, node ast.Node, want reflect.Type) {
	scalar, ok := node.(ast.ScalarNode)
	if !ok {
		s.wrong(path, node, "a single value is wanted")
		return
	}
	value, ok := reflect.TypeAssert[encoding.TextUnmarshaler](reflect.New(want))
	if !ok {
		return
	}
	if err := value.UnmarshalText([]byte(scalar.GetToken().Value)); err != nil {
		s.wrong(path, node, err.Error())
	}
}

func (s *shape) fields(path string, node ast.Node, want reflect.Type) {
	known := map[string]reflect.Type{}
	var names []string
	for field := range want.Fields() {
		name := field.Tag.Get("yaml")
		known[name], names = field.Type, append(names, name)
	}
	for _, entry := range s.entries(path, node) {
		key := keyOf(entry)
		if _, ok := known[key]; !ok {
			slices.Sort(names)
			s.mistakes.add("line %d: %s is not a key here; these are: %s", line(entry.Key), join(path, key), strings.Join(names, ", "))
			continue
		}
		s.check(join(path, key), entry.Value, known[key])
	}
}

func (s *shape) entries(path string, node ast.Node) []*ast.MappingValueNode {
	var entries []*ast.MappingValueNode
	switch node := node.(type) {
	case *ast.MappingNode:
		entries = node.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{node}
	default:
		s.wrong(path, node, "keys with values are wanted (key: value)")
	}
	return slices.DeleteFunc(slices.Clone(entries), func(entry *ast.MappingValueNode) bool {
		switch entry.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
			return false
		}
		s.wrong(path, entry, "a key must be a plain word")
		return true
	})
}

func (s *shape) wrong(path string, node ast.Node, reason string) {
	s.complete = false
	if path == "" {
		path = "the file"
	}
	s.mistakes.add("line %d: %s: %s", line(node), path, reason)
}

func line(node ast.Node) int {
	if node == nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return 1
	}
	return node.GetToken().Position.Line
}

func keyOf(entry *ast.MappingValueNode) string { return entry.Key.GetToken().Value }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
