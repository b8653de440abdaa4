// Command kubectl is the only kubectl that Wardroom starts: the real one without plugins
// and without a kuberc, so that a command line means the same for everybody and starts
// nothing else, and with the values of secrets masked in what it prints. Which command lines are permitted at all is decided by the caller
// (internal/shell), not here.
package main

import (
	"errors"
	"net/http"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if os.Getenv(compares) != "" && len(os.Args) == 3 {
		os.Exit(compareFolders(os.Stdout, os.Stderr, os.Args[1], os.Args[2]))
	}
	util.CheckErr(ownDiff())
	_, err := logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	util.CheckErr(err)
	// Before the command is made, because its flags depend on it.
	util.CheckErr(os.Setenv(string(util.KubeRC), "false"))
	verb := ""
	util.CheckErr(cli.RunNoErrOutput(command(os.Args, &verb)))
}

// command is kubectl; verb is told the verb once it is known.
func command(args []string, verb *string) *cobra.Command {
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	// The same as kubectl's own, and masked.
	flags := genericclioptions.NewConfigFlags(true).WithDeprecatedPasswordFlag().WithDiscoveryBurst(300).WithDiscoveryQPS(50).WithWarningPrinter(streams)
	flags.WithWrapConfigFn(func(c *rest.Config) *rest.Config {
		c.Wrap(func(next http.RoundTripper) http.RoundTripper { return masker{next, verb} })
		return c
	})
	root := cmd.NewKubectlCommand(cmd.KubectlOptions{PluginHandler: nil, Arguments: args, IOStreams: streams, ConfigFlags: flags})
	// A plugin would be asked for its completions, that is, started.
	prepare := root.PersistentPreRunE
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if c.Name() == cobra.ShellCompRequestCmd {
			return errors.New("completion is switched off")
		}
		*verb = verbOf(c)
		return prepare(c, args)
	}
	return root
}

// verbOf is the first word behind kubectl: "set" of kubectl set env.
func verbOf(c *cobra.Command) string {
	for c.HasParent() && c.Parent().HasParent() {
		c = c.Parent()
	}
	return c.Name()
}
