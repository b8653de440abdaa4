package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"wardroom/internal/process"
)

// ErrNotInstalled says that this machine has no PostgreSQL server programs that fit.
var ErrNotInstalled = errors.New("PostgreSQL's server is not installed")

// programFolders is where distributions keep the server's programs outside PATH.
const programFolders = "/usr/lib/postgresql/*/bin"

// programs are the two that a private server needs, from one folder, so that their versions are the same.
type programs struct{ initdb, postgres string }

// find returns the programs for the cluster in data: those of its own major version when it exists, else the newest on this machine.
func find(path, data string) (programs, error) {
	major, err := clusterVersion(data)
	if err != nil {
		return programs{}, err
	}
	for _, dir := range candidates(path) {
		found := programs{initdb: filepath.Join(dir, "initdb"), postgres: filepath.Join(dir, "postgres")}
		if !executable(found.initdb) || !executable(found.postgres) {
			continue
		}
		if major == "" || folderVersion(dir) == major {
			return found, nil
		}
	}
	if major != "" {
		return programs{}, fmt.Errorf("%w in version %s, which made %s: install the package postgresql-%s", ErrNotInstalled, major, data, major)
	}
	return programs{}, fmt.Errorf("%w (looked in PATH and %s): install the package postgresql, or set DATABASE_URL to a server of yours", ErrNotInstalled, programFolders)
}

// clusterVersion is the major version that made the cluster, empty when there is none yet.
func clusterVersion(data string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION")) //nolint:gosec // the operator names the folder
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("version of the database: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// candidates are the folders that may hold the programs, newest version first. Links are followed, because a link to initdb alone would not find its share files.
func candidates(path string) []string {
	dirs, _ := filepath.Glob(programFolders) // the pattern is constant and well formed
	for _, dir := range filepath.SplitList(path) {
		target, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	slices.SortStableFunc(dirs, func(a, b string) int {
		va, _ := strconv.Atoi(folderVersion(a)) // no number sorts as the oldest
		vb, _ := strconv.Atoi(folderVersion(b))
		return cmp.Compare(vb, va)
	})
	return slices.Compact(dirs)
}

// folderVersion is the major version of the programs in dir: the name of Debian's folder, or what the program itself says.
func folderVersion(dir string) string {
	if name := filepath.Base(filepath.Dir(dir)); name != "" && strings.Trim(name, "0123456789") == "" {
		return name
	}
	var out strings.Builder
	cmd := exec.Command(filepath.Join(dir, "postgres"), "--version") //nolint:noctx,gosec // answers at once; dir is from PATH
	if cmd.Stdout = &out; process.Run(cmd) != nil {
		return ""
	}
	fields := strings.Fields(out.String())
	if len(fields) < 3 {
		return ""
	}
	major, _, _ := strings.Cut(fields[2], ".")
	return major
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
