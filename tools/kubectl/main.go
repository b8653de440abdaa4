// Command kubectl is the only kubectl that Wardroom starts: the real one without plugins
// and without a kuberc, so that a command line means the same for everybody and starts
// nothing else. Which command lines are permitted at all is decided by the caller
// (internal/shell), not here.
package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	_, err := logs.GlogSetter(cmd.GetLogVerbosity(os.Args))
	util.CheckErr(err)
	// Before the command is made, because its flags depend on it.
	util.CheckErr(os.Setenv(string(util.KubeRC), "false"))
	root := cmd.NewKubectlCommand(cmd.KubectlOptions{
		PluginHandler: nil, Arguments: os.Args,
		IOStreams: genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
	})
	// A plugin would be asked for its completions, that is, started.
	prepare := root.PersistentPreRunE
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		if c.Name() == cobra.ShellCompRequestCmd {
			return errors.New("completion is switched off")
		}
		return prepare(c, args)
	}
	util.CheckErr(cli.RunNoErrOutput(root))
}
