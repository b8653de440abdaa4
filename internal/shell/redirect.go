package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// redirection judges one redirection of a command; input says that it feeds standard input.
func redirection(r *syntax.Redirect, cmd syntax.Command) (class Class, input bool) {
	if r.N != nil && strings.HasPrefix(r.N.Value, "{") {
		return unknown("a redirection that names its own descriptor"), false
	}
	target := wordText(r.Word)
	switch {
	case r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc || r.Op == syntax.WordHdoc:
		return Class{}, true
	case dynamic(target) || target == "":
		return unknown("the target of a redirection is known only at run time"), true
	case strings.HasPrefix(target, "/dev/tcp/") || strings.HasPrefix(target, "/dev/udp/"):
		return refuse("a redirection may not open a connection"), true
	case r.Op == syntax.RdrIn || r.Op == syntax.DplIn:
		return fileRead(target), true
	case r.Op == syntax.DplOut && strings.Trim(target, "0123456789-") == "":
		return Class{}, false
	}
	return written(target, cmd), false
}

func written(target string, cmd syntax.Command) Class {
	switch target {
	case "/dev/null", "/dev/stdout", "/dev/stderr":
		return Class{}
	}
	if strings.HasPrefix(target, "/dev/") {
		return destroy("writes to the device " + shown(target))
	}
	if call, ok := cmd.(*syntax.CallExpr); ok && len(call.Args) == 2 && wordText(call.Args[0]) == "cat" && wordText(call.Args[1]) == "/dev/null" {
		return destroy("empties the file " + shown(target))
	}
	if call, ok := cmd.(*syntax.CallExpr); cmd == nil || ok && (len(call.Args) == 0 || wordText(call.Args[0]) == ":" || wordText(call.Args[0]) == "true") {
		return destroy("empties the file " + shown(target))
	}
	return change("writes the file " + shown(target))
}

// secretFiles are names of files that usually hold secrets.
var secretFiles = []string{"secret", "environ", ".env", "id_rsa", "id_ed25519", ".pem", ".key", "credential", "token", "passwd", "shadow", "password", ".pgpass", "kubeconfig", ".kube/", ".ssh/", ".aws/"}

// fileRead judges reading a file by its name.
func fileRead(name string) Class {
	lower := strings.ToLower(name)
	for _, part := range secretFiles {
		if strings.Contains(lower, part) {
			return discloses("reads " + shown(name) + ", which may hold secrets")
		}
	}
	return Class{}
}
