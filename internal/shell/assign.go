package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// protected are the variables that a command may never set: they change which
// program starts, what it loads, where it connects or whom it asks.
var protected = regexp.MustCompile(`^(PATH|HOME|LD_.*|KUBECONFIG|KUBERC|KUBECTL_.*|DOCKER_.*|COMPOSE_.*|HELM_.*|GIT_.*|PG.*|WARDROOM_RUN|` +
	`(?i:.*_PROXY|.*PAGER|.*EDITOR)|BASH_.*|ENV|SHELL|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND)$`)

// connects are protected variables that say where and as whom, not what: a command is
// classed by what it would do all the same.
var connects = regexp.MustCompile(`^(KUBECONFIG|DOCKER_HOST|DOCKER_CONTEXT|COMPOSE_FILE|COMPOSE_PROJECT_NAME|HELM_NAMESPACE|PG(HOST|PORT|USER|DATABASE|PASSWORD|SSLMODE)|(?i:https?_proxy|no_proxy|all_proxy))$`)

// benign are variables that a program inside a container may be given: they only
// change how it prints, or which version of a protocol it speaks.
var benign = regexp.MustCompile(`^(TZ|LANG|ETCDCTL_API|LC_[A-Z]+|TERM|COLUMNS|LINES)$`)

// sets judges giving a program a variable. On this machine assignments stay in
// the interpreter; in a container the program sees them, and many load code by one.
func (s scope) sets(name string) Class {
	switch {
	case connects.MatchString(name):
		return Class{Refused: "a playbook may not set " + name}
	case protected.MatchString(name):
		return refuse("a playbook may not set %s", shown(name))
	case s.remote && !benign.MatchString(name):
		return unknown("a variable that a program is given may change what it does")
	}
	return Class{}
}

// assignedNames collects the variables that a script sets for itself, with the
// values whose text is known. A nil value means that a name is not set.
func assignedNames(file *syntax.File) map[string][]string {
	names := map[string][]string{}
	add := func(name, value string) { names[name] = append(names[name], value) }
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil && !n.Naked {
				add(n.Name.Value, wordText(n.Value))
			}
		case *syntax.WordIter:
			add(n.Name.Value, "")
			for _, item := range n.Items {
				add(n.Name.Value, wordText(item))
			}
		case *syntax.CallExpr:
			for _, name := range setByCall(n) {
				add(name, later)
			}
		}
		return true
	})
	return names
}

// setByCall gives the variables that a builtin sets by name: read X, printf -v X.
func setByCall(c *syntax.CallExpr) []string {
	if len(c.Args) == 0 {
		return nil
	}
	var words []string
	for _, arg := range c.Args[1:] {
		words = append(words, wordText(arg))
	}
	switch wordText(c.Args[0]) {
	case "read", "mapfile", "readarray", "getopts", "unset":
		return words
	case "printf":
		for i, word := range words {
			if name, ok := strings.CutPrefix(word, "-v"); ok && name != "" {
				return []string{name}
			} else if ok && i+1 < len(words) {
				return words[i+1 : i+2]
			}
		}
	}
	return nil
}

// flaggy reports whether a variable may hold something that a program takes for a flag.
func flaggy(values []string) bool {
	for _, value := range values {
		if strings.HasPrefix(value, "-") || strings.Contains(value, " -") || braces(value) {
			return true
		}
	}
	return false
}
