package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wardroom/internal/shell"
)

// playbook is what authors of runbooks use, also in their own CI.
func playbook(ctx context.Context, c cli) error {
	verb, json, paths := "", false, []string(nil)
	for _, arg := range c.args {
		switch {
		case arg == "--json":
			json = true
		case verb == "":
			verb = arg
		default:
			paths = append(paths, arg)
		}
	}
	switch {
	case verb == "check" && !json && len(paths) > 0:
		return playbookCheck(ctx, c, paths)
	case verb == "show" && json && len(paths) > 0:
		return playbookShow(ctx, c, paths)
	case verb == "risk" && json && len(paths) == 0:
		return playbookRisk(c)
	case verb == "match" && json:
		return playbookMatch(ctx, c, paths)
	}
	return usageError("usage: web playbook check PATH…, web playbook show --json PATH…, web playbook risk --json, or web playbook match --json [PATH…]")
}

// eachLine answers every line of standard input, which is one JSON value, with one line
// at once: whoever asks may wait for it before asking on.
func eachLine[Q any](c cli, answer func(question Q) any) error {
	const longest = 16 << 20
	in := bufio.NewScanner(c.stdin)
	in.Buffer(make([]byte, 0, 1<<16), longest)
	encoder := newEncoder(c.stdout)
	for n := 1; in.Scan(); n++ {
		if len(in.Bytes()) == 0 {
			continue
		}
		var question Q
		if err := json.Unmarshal(in.Bytes(), &question); err != nil {
			return fmt.Errorf("line %d of standard input is not the JSON that is expected: %w", n, err)
		}
		if err := encoder.Encode(answer(question)); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	return nil
}

// newEncoder writes commands as they are: < and & are no HTML here.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

type parameter struct {
	Name  string `json:"name"`
	Text  string `json:"text"`
	Label string `json:"label"`
}

type verdict struct {
	Risk       shell.Risk  `json:"risk"`
	Discloses  bool        `json:"discloses"`
	Why        string      `json:"why"`
	Programs   []string    `json:"programs"`
	Parameters []parameter `json:"parameters"`
	Runnable   bool        `json:"runnable"`
}

// judge classes a command without an environment: what it does, not whether some place
// permits it.
func judge(kind, text string) (verdict, error) {
	var a shell.Analysis
	switch kind {
	case "shell", "":
		a = shell.Policy{}.Analyse(text)
	case "sql":
		a = shell.AnalyseSQL(text)
	case "promql":
		a = shell.AnalysePromQL(text)
	default:
		return verdict{}, fmt.Errorf("kind %q is none of shell, sql and promql", kind)
	}
	v := verdict{Risk: a.Risk, Discloses: a.Discloses, Why: a.Why, Programs: append([]string{}, a.Programs...), Parameters: []parameter{}, Runnable: a.Runnable}
	if a.Refused != "" && a.Refused != a.Why { // the class alone does not tell why it cannot run
		v.Why = strings.TrimPrefix(a.Why+"; refused: "+a.Refused, "; ")
	}
	for _, p := range a.Params {
		v.Parameters = append(v.Parameters, parameter{p.Name, p.Text, p.Label})
	}
	return v, nil
}

func playbookRisk(c cli) error {
	type question struct{ Command, Kind string }
	var wrong error
	err := eachLine(c, func(q question) any {
		v, err := judge(q.Kind, q.Command)
		if err != nil {
			wrong = err
			v = verdict{Risk: shell.Unknown, Why: err.Error(), Programs: []string{}, Parameters: []parameter{}}
		}
		return v
	})
	if err == nil {
		err = wrong
	}
	return err
}
