package wardroom

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// lastRule is the number of the last rule of docs/execution.md.
const lastRule = 19

// TestEveryRuleHasItsTests reads the table of docs/execution.md: each rule has a row, and each test that a row names exists. A row that says "not yet" holds nothing.
func TestEveryRuleHasItsTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("docs/execution.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int]int{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		rule, err := strconv.Atoi(strings.TrimSpace(cells[0]))
		if err != nil || len(cells) != 3 {
			continue
		}
		rows[rule]++
		tests := strings.TrimSpace(cells[2])
		if strings.HasPrefix(tests, "not yet") {
			continue
		}
		for group := range strings.SplitSeq(tests, ";") {
			if err := missing(group); err != nil {
				t.Errorf("rule %d: %v", rule, err)
			}
		}
	}
	for rule := 1; rule <= lastRule; rule++ {
		if rows[rule] == 0 {
			t.Errorf("rule %d has no row", rule)
		}
	}
}

// missing reads "`folder`: TestA, TestB".
func missing(group string) error {
	folder, names, found := strings.Cut(strings.TrimSpace(group), "`: ")
	if !found {
		return fmt.Errorf("%q names no folder", group)
	}
	files, err := filepath.Glob(filepath.Join(strings.Trim(folder, "`"), "*_test.go"))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range parsed.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
				there[f.Name.Name] = true
			}
		}
	}
	for name := range strings.SplitSeq(names, ", ") {
		if !there[name] {
			return fmt.Errorf("there is no %s in %s", name, folder)
		}
	}
	return nil
}
