package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"

	"wardroom/internal/config"
	"wardroom/internal/inventory"
	"wardroom/internal/shell"
)

// checkConfig prints what the environments file permits, so that a platform owner can
// read what the program will do before it does anything.
func checkConfig(_ context.Context, c cli) error {
	s, err := settings(c)
	if err != nil {
		return err
	}
	file, err := environments(s)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "settings are good: listens on %s, data in %s\n", s.Listen, s.Data)
	if s.Environments == "" {
		b.WriteString("no environments file (WARDROOM_ENVIRONMENTS): nothing is watched and no command can run\n")
	} else {
		fmt.Fprintf(&b, "%s is good\n", s.Environments)
	}
	for _, e := range file.Environments {
		describe(&b, e)
	}
	for _, source := range file.Sources {
		describeSource(&b, source, file.ForSource(source.Name))
	}
	_, err = io.WriteString(c.stdout, b.String())
	return err
}

// describe says what each class of command may do in the environment, and what commands
// can reach and start there.
func describe(b *strings.Builder, e config.Environment) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(b, "\nenvironment %s (%s)\n", e.Name, e.Platform)
	row("read", "runs at one click of a responder")
	row("change", "runs when the exact text was confirmed; values from an alert only when a variable allows them%s", orThere(e))
	if e.Approvals == "none" {
		row("destroy", "runs when the exact text was confirmed and %q was typed", e.Name)
	} else {
		row("destroy", "never: it needs a second person's approval, which this version does not have")
	}
	row("other", "never: interactive commands and unknown ones can only be copied")
	row("typed", "%s", typed(e))
	for _, p := range e.Programs {
		row("starts", "%s = %s%s", p.Name, p.Path, verbs(p))
	}
	if e.Platform == string(shell.Kubernetes) {
		row("starts", "kubectl = the one beside web%s", byTable)
	}
	if d := e.Docker; d != nil {
		if !slices.ContainsFunc(e.Programs, func(p config.Program) bool { return p.Name == "docker" }) {
			row("starts", "docker = %s%s", d.Path, byTable)
		}
		if d.Compose != "" {
			row("starts", "docker-compose = %s%s", d.Compose, byTable)
		}
	}
	row("starts", "nothing else: %s are built in", strings.Join(shell.Builtins, ", "))
	for _, name := range slices.Sorted(maps.Keys(e.Hosts)) {
		row("reaches", "%s%s", name, at(name, e.Hosts[name]))
	}
	for _, p := range e.Postgres {
		row("reaches", "PostgreSQL %s%s", p.Alias, readsAs(p))
	}
	for _, r := range e.Redis {
		row("reaches", "Redis %s", r.Alias)
	}
	if address, err := url.Parse(e.Prometheus); err == nil && e.Prometheus != "" {
		row("reaches", "Prometheus %s", address.Redacted())
	}
	if k := e.Kubernetes; k != nil && k.Kubeconfig != "" {
		row("reaches", "the cluster of %s, context %s", k.Kubeconfig, cmp.Or(k.Context, "as the file says"))
	}
	if k := e.Kubernetes; k != nil && k.Impersonate {
		row("acts as", "wardroom:NAME in the cluster, by the name that a person signs in with%s", inGroups(k.Groups))
	}
	if e.Kubernetes != nil && len(e.Kubernetes.Namespaces) > 0 {
		row("only in", "the namespaces %s", strings.Join(e.Kubernetes.Namespaces, ", "))
	}
	if d := e.Docker; d != nil {
		row("reaches", "every container of the engine at %s", cmp.Or(d.Host, "docker's own default"))
		row("only in", "the project %s, with Compose", cmp.Or(d.Project, "that is named like its folder"))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
		row("fills", "<%s>%s", name, filling(e.Variables[name]))
	}
	if later := unused(e); len(later) > 0 {
		row("not yet", "%s: read and checked, but without effect in this version", strings.Join(later, ", "))
	}
}

func inGroups(groups []string) string {
	if len(groups) == 0 {
		return ", in no group"
	}
	return ", in the groups " + strings.Join(groups, ", ")
}

// orThere says where values from an alert may be proved, beside the variables' lists.
func orThere(e config.Environment) string {
	stock := inventory.New(config.File{Environments: []config.Environment{e}}, slog.New(slog.DiscardHandler))
	if stock.Covers(e.Name, "pod") {
		return " or the cluster has a thing of that name"
	}
	return ""
}

// typed says what people may run that no playbook has.
func typed(e config.Environment) string {
	switch e.Adhoc {
	case "read":
		return "people may type and edit commands that read and show no secrets; the others run only as a playbook has them"
	case "change":
		return "people may type and edit commands that read or change; what destroys runs only as a playbook has it"
	default:
		return "nobody types or edits a command: what runs is what playbooks have"
	}
}

// byTable is said of programs whose verbs and flags Wardroom knows.
const byTable = ", judged by its verbs and flags"

func verbs(p config.Program) string {
	if shell.Known(p.Name) {
		return byTable
	}
	if len(p.Verbs) == 0 {
		return ", but no verb of it is permitted"
	}
	var all []string
	for _, verb := range slices.Sorted(maps.Keys(p.Verbs)) {
		all = append(all, verb+" ("+p.Verbs[verb]+")")
	}
	return ", with " + strings.Join(all, ", ")
}

func readsAs(p config.Postgres) string {
	if p.Role == "" {
		return ", reads as the user who connects"
	}
	return ", reads as the role " + p.Role
}

func at(name, target string) string {
	if name == target {
		return ""
	}
	return " at " + target
}

func filling(v config.Variable) string {
	var text string
	switch {
	case v.Fixed:
		text = " with " + v.Value + ", whatever an alert says"
	case v.Value != "":
		text = " with " + v.Value + " when nothing else does"
	}
	if len(v.Allow) > 0 {
		text += "; in changes one of " + strings.Join(v.Allow, ", ")
	}
	return text
}

// unused are keys that are set and that nothing acts on yet.
func unused(e config.Environment) []string {
	var keys []string
	add := func(key string, set bool) {
		if set {
			keys = append(keys, key)
		}
	}
	add("auto_open", len(e.AutoOpen) > 0)
	add("unattended", len(e.Unattended) > 0)
	return keys
}

func describeSource(b *strings.Builder, s config.Source, environments []string) {
	fmt.Fprintf(b, "\nsource %s (%s)\n", s.Name, s.Kind)
	if s.URL != "" {
		fmt.Fprintf(b, "  asked     %s every 15 s; silent for %s its symptoms are unknown\n", s.URL, s.Silent)
	}
	if s.TokenFile != "" {
		fmt.Fprintf(b, "  told      at /hooks/alertmanager/TOKEN with the token in %s\n", s.TokenFile)
	}
	if len(environments) == 0 {
		b.WriteString("  belongs   to no environment: its symptoms are shown, but commands have nowhere to run\n")
	} else {
		fmt.Fprintf(b, "  belongs   to %s\n", strings.Join(environments, ", "))
	}
}
