package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var write = flag.Bool("write", false, "write the record of flags anew")

// record says of each verb which flags this kubectl has: --alone, --valued= or --optional?, those of all verbs in the first line. internal/shell tests its
// tables against it: a flag that they read otherwise would hide what a command does.
const record = "../../internal/shell/testdata/kubectl_flags.txt"

func TestFlagsAreRecorded(t *testing.T) {
	t.Parallel()
	verb := ""
	var all strings.Builder
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		var own []string
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			kind := "="
			if f.NoOptDefVal == "true" && f.Value.Type() == "bool" {
				kind = ""
			} else if f.NoOptDefVal != "" {
				kind = "?"
			}
			if f.Shorthand != "" {
				own = append(own, "-"+f.Shorthand+kind)
			}
			own = append(own, "--"+f.Name+kind)
		})
		fmt.Fprintf(&all, "%s: %s\n", c.CommandPath(), strings.Join(own, " "))
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(command([]string{"kubectl"}, &verb))
	if *write {
		if err := os.WriteFile(record, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(record); err != nil || string(got) != all.String() {
		t.Errorf("%s is not what this kubectl has (%v): go test -C tools/kubectl . -write, then correct the tables of internal/shell", record, err)
	}
}
