package process

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Credential returns what a process needs to run as the named user (a name or a number) with that user's groups, or nil when this process is not root and can only
// stay who it is.
func Credential(name string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil is what SysProcAttr takes for "as myself"
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", name, err)
	}
	uid, err := number(u.Uid)
	if err != nil {
		return nil, fmt.Errorf("user %q: uid: %w", name, err)
	}
	if uid == 0 {
		return nil, fmt.Errorf("user %q is root", name)
	}
	gid, err := number(u.Gid)
	if err != nil {
		return nil, fmt.Errorf("user %q: gid: %w", name, err)
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("groups of user %q: %w", name, err)
	}
	cred := &syscall.Credential{Uid: uid, Gid: gid}
	for _, id := range ids {
		group, err := number(id)
		if err != nil {
			return nil, fmt.Errorf("groups of user %q: %w", name, err)
		}
		cred.Groups = append(cred.Groups, group)
	}
	return cred, nil
}

// RunAs makes cmd start as the named user when this process is root; otherwise cmd stays as it is. The caller's HOME, USER and LOGNAME are not inherited, because
// they would point an unprivileged program at root's files.
func RunAs(cmd *exec.Cmd, name string) error {
	cred, err := Credential(name)
	if err != nil || cred == nil {
		return err
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = cred
	if cmd.Env == nil {
		cmd.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
			key, _, _ := strings.Cut(entry, "=")
			return key == "HOME" || key == "USER" || key == "LOGNAME"
		})
	}
	return nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}
