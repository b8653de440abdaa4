package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"wardroom/internal/process"
)

// peerMap is the name in pg_hba.conf of the operating-system users that may be the cluster's roles.
const peerMap = "wardroom"

// create makes the cluster when there is none. It is made beside its place and moved there when complete, so that a start that was killed in the middle leaves
// nothing that looks like a database.
func (c *cluster) create(ctx context.Context) error {
	if _, err := os.Stat(c.data); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("folder of the database: %w", err)
	}
	unfinished := c.data + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove an unfinished database: %w", err)
	}
	if err := own(unfinished, c.cred); err != nil {
		return err
	}
	c.opts.Log.InfoContext(ctx, "creating a private database", "dir", c.data, "program", c.programs.initdb)
	args := []string{
		"--pgdata=" + unfinished, "--username=" + c.opts.Owner, "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=peer", "--auth-host=reject", "--no-instructions",
	}
	if c.opts.FsyncOff {
		args = append(args, "--no-sync")
	}
	cmd := c.command(exec.CommandContext(ctx, c.programs.initdb, args...)) //nolint:gosec // the program is the machine's own initdb
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := process.Run(cmd); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out.Bytes()))
	}
	if err := os.Rename(unfinished, c.data); err != nil {
		return fmt.Errorf("put the new database in its place: %w", err)
	}
	return nil
}

// writeAccess says who may connect; written at each start, so that changed options count for a cluster that exists.
func (c *cluster) writeAccess() error {
	var hba, ident strings.Builder
	fmt.Fprintf(&hba, "local all all peer map=%s\n", peerMap)
	for _, user := range c.opts.PasswordUsers {
		fmt.Fprintf(&hba, "host all %q 127.0.0.1/32 scram-sha-256\n", user)
	}
	for _, system := range c.systemUsers() {
		for _, role := range append([]string{c.opts.Owner}, c.opts.Roles...) {
			fmt.Fprintf(&ident, "%s %q %q\n", peerMap, system, role)
		}
	}
	for name, text := range map[string]string{"pg_hba.conf": hba.String(), "pg_ident.conf": ident.String()} {
		if err := c.write(filepath.Join(c.data, name), text); err != nil {
			return err
		}
	}
	return nil
}

// write replaces a file of the cluster and leaves it readable for the server alone.
func (c *cluster) write(path, text string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("configure the database: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("configure the database: %w", err)
	}
	if c.cred == nil {
		return nil
	}
	if err := os.Lchown(path, int(c.cred.Uid), int(c.cred.Gid)); err != nil {
		return fmt.Errorf("configure the database: %w", err)
	}
	return nil
}

// arguments of the server: options beat the cluster's own file.
func (c *cluster) arguments() []string {
	settings := map[string]string{ //nolint:gosec // there is no credential in it
		"listen_addresses": "", "unix_socket_directories": c.socket, "unix_socket_permissions": "0700", "port": c.port(),
		"timezone": "UTC", "log_timezone": "UTC", "password_encryption": "scram-sha-256", "cluster_name": "wardroom",
	}
	if len(c.opts.PasswordUsers) > 0 {
		settings["listen_addresses"] = "127.0.0.1"
	}
	if c.opts.FsyncOff {
		settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(settings, c.opts.Settings)
	args := []string{"-D", c.data}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// command gives cmd the server's user, a process group of its own — Ctrl-C in a terminal must not end the database before its users — and an environment without
// anything of ours.
func (c *cluster) command(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = c.base
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.cred}
	return cmd
}
