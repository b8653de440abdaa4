//go:build docker

package docker_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// alive is a descriptor on which nobody writes, and which is at its end when the tests are.
const alive = 3

// hold is the first process of the engine's namespaces, `engine FOLDER BENCH`: it starts dockerd there and ends with everything in them when the test process does, however that
// happens. What the engine has stored was in memory and is gone then; both folders it removes.
func hold(dir, bench string) error {
	unix.CloseOnExec(alive)
	if err := furnish(dir); err != nil {
		return err
	}
	group := "/wardroom-docker-" + filepath.Base(dir)
	engine, err := syscall.ForkExec(dockerd, []string{
		dockerd, "--host=unix://" + filepath.Join(dir, "docker.sock"), "--group=" + runUser, "--data-root=" + filepath.Join(dir, "data"), "--exec-root=" + filepath.Join(dir, "exec"),
		"--pidfile=" + filepath.Join(dir, "exec", "docker.pid"), "--config-file=" + filepath.Join(dir, "daemon.json"), "--cgroup-parent=" + group, "--exec-opt=native.cgroupdriver=cgroupfs",
		"--storage-driver=overlay2", "--shutdown-timeout=1",
	}, &syscall.ProcAttr{Env: []string{"PATH=" + systemPath}, Files: []uintptr{0, 1, 2}})
	if err != nil {
		return fmt.Errorf("%s: %w", dockerd, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, copyErr := io.Copy(io.Discard, os.NewFile(alive, "alive"))
		ended <- copyErr
	}()
	go func() { // what loses its parent comes here
		for {
			var status syscall.WaitStatus
			if pid, waitErr := syscall.Wait4(-1, &status, 0, nil); waitErr == nil && pid == engine {
				ended <- fmt.Errorf("dockerd ended: status %#x", uint32(status))
			}
		}
	}()
	err = <-ended
	_ = unix.Kill(-1, unix.SIGKILL) // all but this process, and only in these namespaces
	for _, place := range []string{"/etc", filepath.Join(dir, "exec"), filepath.Join(dir, "data")} {
		_ = unix.Unmount(place, unix.MNT_DETACH)
	}
	return errors.Join(err, removeGroups(group), os.RemoveAll(dir), os.RemoveAll(bench))
}

// furnish makes the folders of the engine's own, in memory: what it finds, writes and leaves is nobody else's.
func furnish(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	for _, place := range []string{"/run", filepath.Join(dir, "data"), filepath.Join(dir, "exec")} {
		if err := os.MkdirAll(place, 0o711); err != nil {
			return err
		}
		if err := unix.Mount("wardroom", place, "tmpfs", 0, "mode=711"); err != nil {
			return fmt.Errorf("mount %s: %w", place, err)
		}
	}
	return errors.Join(overlayEtc(dir), loopback())
}

// overlayEtc lets dockerd write its key into /etc/docker without making that folder on the machine.
func overlayEtc(dir string) error {
	upper, work := filepath.Join(dir, "exec", "etc"), filepath.Join(dir, "exec", "work")
	if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		return err
	}
	if err := unix.Mount("overlay", "/etc", "overlay", 0, "lowerdir=/etc,upperdir="+upper+",workdir="+work); err != nil {
		return fmt.Errorf("mount /etc: %w", err)
	}
	return nil
}

// loopback is down in new network namespaces.
func loopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(socket)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	if err = unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("bring lo up: %w", err)
	}
	return nil
}

// removeGroups takes away the control groups of the containers, which outlive namespaces.
func removeGroups(group string) error {
	roots, err := filepath.Glob("/sys/fs/cgroup/*" + group)
	if err != nil {
		return err
	}
	roots = append(roots, "/sys/fs/cgroup"+group)
	for range 50 { // a process that has been killed leaves its group only when it is gone
		left := 0
		for _, root := range roots {
			var groups []string
			_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && entry.IsDir() {
					groups = append(groups, path)
				}
				return nil
			})
			for _, group := range slices.Backward(groups) {
				if os.Remove(group) != nil {
					left++
				}
			}
		}
		if left == 0 {
			return nil
		}
		<-time.After(20 * time.Millisecond)
	}
	return errors.New("control groups are left below " + group)
}
