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
	case onlyProcSubst(r.Word):
		return Class{}, r.Op == syntax.RdrIn // what it holds is judged by itself
	case dynamic(target) || target == "":
		return unknown("the target of a redirection is known only at run time"), true
	case strings.HasPrefix(target, "/dev/tcp/") || strings.HasPrefix(target, "/dev/udp/"):
		if r.Op == syntax.RdrIn {
			return Class{Why: "opens a connection", Refused: "a redirection may not open a connection"}, true
		}
		return refuse("a redirection may not open a connection"), true
	case r.Op == syntax.RdrIn || r.Op == syntax.DplIn:
		return fileRead(target), true
	case r.Op == syntax.DplOut && strings.Trim(target, "0123456789-") == "":
		return Class{}, false
	}
	return written(target, cmd), false
}

func onlyProcSubst(w *syntax.Word) bool {
	if w == nil || len(w.Parts) != 1 {
		return false
	}
	_, is := w.Parts[0].(*syntax.ProcSubst)
	return is
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

// secretFolders hold what processes were started with, or secrets that are mounted.
var secretFolders = []string{"/proc/", "/run/secrets", "/var/run/secrets", "/etc/ssl/private"}

// harmlessProc are files of /proc that say nothing about one process.
var harmlessProc = []string{"/proc/meminfo", "/proc/cpuinfo", "/proc/loadavg", "/proc/stat", "/proc/vmstat", "/proc/uptime", "/proc/version", "/proc/mounts", "/proc/net/", "/proc/sys/", "/proc/diskstats", "/proc/pressure/", "/proc/interrupts", "/proc/mdstat", "/proc/slabinfo"}

func hasAny(name string, folders []string) bool {
	if strings.Contains(name, "..") {
		return true
	}
	for _, harmless := range harmlessProc {
		if strings.HasPrefix(name, harmless) {
			return false
		}
	}
	for _, folder := range folders {
		if strings.Contains(name+"/", folder) {
			return true
		}
	}
	return false
}

// fileRead judges reading a file by its name.
func fileRead(name string) Class {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "/") && strings.ContainsAny(lower, "*?["+later+hole) || hasAny(lower, secretFolders) {
		return discloses("reads " + shown(name) + ", which may hold secrets")
	}
	for _, part := range secretFiles {
		if strings.Contains(lower, part) {
			return discloses("reads " + shown(name) + ", which may hold secrets")
		}
	}
	return Class{}
}
