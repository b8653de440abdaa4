package supervisor_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

const (
	// leak begins every secret that no run may say; outsideSecret is in files that everybody may read.
	leak          = "leak-of-"
	outsideSecret = "hunter2"
	// worlds is the folder below which every program that starts leaves a word.
	worlds = "escapes"
)

// world is everything around one attempt, and what it was before.
type world struct {
	escape
	dir, scratch, out string
	spec              supervisor.Spec
	evil, own, socket *trap
	redis             *redisStub
	good              *goodServer
	database          database
	before            map[string]string // outside the scratch folder
	scratchBefore     map[string]string
	rows              string
}

func newWorld(t *testing.T, e escape, db database) *world {
	t.Helper()
	dir := filepath.Join(bin, worlds, strings.ReplaceAll(e.name, "/", "-")+"-"+strconv.FormatInt(scratches.Add(1), 10))
	w := &world{escape: e, dir: dir, scratch: dir + "/scratch", out: dir + "/out", database: db}
	for _, folder := range []string{filepath.Dir(dir), dir, w.scratch, w.scratch + "/.kube", w.out} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(folder, 0o777); err != nil { // it is not the kernel that keeps a run out of it
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w.evil, w.own, w.socket = newTrap(t, "tcp", "127.0.0.1:0"), newTrap(t, "tcp", "127.0.0.1:0"), newTrap(t, "unix", w.out+"/sock")
	w.redis, w.good = newRedisStub(t), newGoodServer(t, w)
	w.furnish(t)
	w.spec = supervisor.Spec{
		RunID: filepath.Base(dir), Text: w.expand(e.text), Scratch: w.scratch, Confirmed: e.confirmed, Discloses: e.discloses, Policy: programsOf(e.env, dir),
		Hosts: map[string]string{w.good.address(): "http://" + w.good.address(), "own": "http://" + w.own.Addr().String(), "metadata": "http://169.254.169.254"},
		Own:   []string{w.own.Addr().String()}, Redis: []supervisor.Conn{{Alias: "cache", URL: "redis://:" + leak + "redis@" + w.redis.Addr().String() + "/0"}},
		Postgres: []supervisor.Conn{{Alias: "main", URL: string(db)}},
		Vars: map[string]string{
			"POD": "api-0", "EVIL_SUBST": w.expand("$(@CANARY@ x)"), "EVIL_WORDS": "delete pod x", "EVIL_FLAG": "--raw=/", "EVIL_GLOB": "/* ../*", "OWN_PORT": portOf(w.own),
		},
		Timeout: 4 * time.Second, Grace: 100 * time.Millisecond, Limits: supervisor.Limits{Memory: 256 << 20, File: 8 << 20},
	}
	w.before, w.scratchBefore, w.rows = w.outside(t), tree(t, w.scratch), db.rows(t)
	return w
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func (w *world) expand(text string) string {
	return strings.NewReplacer(
		"@CANARY@", w.dir+"/canary", "@OUT@", w.out, "@SECRET@", w.out+"/secret", "@EVIL@", w.evil.Addr().String(), "@PORT@", portOf(w.evil), "@SOCK@", w.out+"/sock",
		"@GOOD@", w.good.address(), "@OWN@", w.own.Addr().String(), "@NUL@", "\x00", "@RLO@", "\u202e", "@ZWSP@", "\u200b", "@ZWJ@", "\u200d", "@BOM@", "\ufeff", "@ESC@", "\x1b", "@CR@", "\r",
		"@BS@", "\b", "@VT@", "\v", "@NBSP@", "\u00a0", "@LS@", "\u2028", "@LONG@", strings.Repeat("x", 60_000), "@DEEP@", strings.Repeat("$(", 60),
	).Replace(text)
}

// furnish puts into the world what an attempt might want to use.
func (w *world) furnish(t *testing.T) {
	t.Helper()
	for _, path := range []string{"web", "kubectl", "canary", "witness"} {
		if err := os.Link(filepath.Join(bin, "web"), filepath.Join(w.dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"canary", "kubectl", "awk", "helper"} {
		if err := os.WriteFile(filepath.Join(w.scratch, path), []byte(w.expand("#!@CANARY@\n")), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := w.expand("url = \"http://@EVIL@/\"\noutput = \"@OUT@/config\"\nproxy = \"http://@EVIL@\"\n")
	for path, text := range map[string]string{
		"secret": outsideSecret + "-beside\n", "out/secret": outsideSecret + "-outside\n", "compose.yml": "services: {}\n", "scratch/data": "a:b 1\n2 c\n", "scratch/data.json": `{"a":[1]}`,
		"scratch/script.sh": w.expand("@CANARY@ x\n"), "scratch/prog.awk": w.expand("BEGIN { system(\"@CANARY@ x\"); while ((getline l < \"@SECRET@\") > 0) print l }\n"),
		"scratch/prog.sed": w.expand("r @SECRET@\ne @CANARY@ x\n"), "scratch/prog.jq": "def x: env; env, input_filename\n", "scratch/urls": config, "scratch/.curlrc": config,
		"scratch/.netrc": "machine 127.0.0.1 login x password " + leak + "netrc\n", "scratch/.psqlrc": w.expand("\\! @CANARY@ x\n"), "scratch/.pgpass": "*:*:*:*:x\n",
		"scratch/.env": "COMPOSE_PROJECT_NAME=evil\n", "scratch/docker-compose.yml": "services: {evil: {}}\n", "scratch/.kube/config": w.expand("clusters: [{cluster: {server: 'http://@EVIL@'}}]\n"),
	} {
		if err := os.WriteFile(filepath.Join(w.dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(w.dir, path), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !w.links {
		return
	}
	for name, target := range map[string]string{"link": w.out + "/secret", "dir": w.out, "root": "/", "self": "/proc/self", "hole": w.out + "/hole"} {
		if err := os.Symlink(target, filepath.Join(w.scratch, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// tree is every file below dir with what it holds; of large ones with when it was written.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		state := fmt.Sprintf("%v %d", info.Mode().Type(), info.Size())
		switch {
		case entry.IsDir():
			state = "folder"
		case info.Mode()&fs.ModeSymlink != 0:
			state, _ = os.Readlink(path)
		case info.Mode().IsRegular() && info.Size() < 64<<10:
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			state = string(text)
		case info.Mode().IsRegular():
			state += info.ModTime().String()
		}
		files[path] = state
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// outside is all but the scratch folder and what the witness writes.
func (w *world) outside(t *testing.T) map[string]string {
	t.Helper()
	files := tree(t, w.dir)
	for path := range files {
		if strings.HasPrefix(path, w.scratch) || path == w.dir+"/started" {
			delete(files, path)
		}
	}
	for _, folder := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		path := folder + "/escape-" + portOf(w.evil)
		if _, err := os.Lstat(path); err == nil {
			files[path] = "made"
		}
	}
	return files
}

func differences(before, after map[string]string) (changed []string) {
	for path, state := range after {
		if was, there := before[path]; !there || was != state {
			changed = append(changed, path)
		}
	}
	for path := range before {
		if _, there := after[path]; !there {
			changed = append(changed, path)
		}
	}
	slices.Sort(changed)
	return changed
}

// started is what a program says about its own start.
type started struct {
	Program string   `json:"program"`
	Argv    []string `json:"argv"`
	Env     []string `json:"env"`
	Parent  int      `json:"parent"`
}

// testify is called by every program below the folder of the worlds as it starts, in TestMain: the supervisor, what the environment permits and what nobody permits.
func testify(executable string) {
	root, rest, _ := strings.Cut(executable, "/"+worlds+"/")
	name, program, _ := strings.Cut(rest, "/")
	word, err := json.Marshal(started{program, os.Args, os.Environ(), os.Getppid()})
	if err != nil {
		panic(err)
	}
	file, err := os.OpenFile(filepath.Join(root, worlds, name, "started"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	if _, err = file.Write(append(word, '\n')); err != nil {
		panic(err)
	}
	_ = file.Close()
}

func (w *world) starts(t *testing.T) (all []started) {
	t.Helper()
	raw, err := os.ReadFile(w.dir + "/started")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var s started
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// variables are all that a program may be given, beside what configuration gives it.
var variables = regexp.MustCompile(`^(HOME=/nonexistent|LANG=C\.UTF-8|TERM=xterm-256color|COLUMNS=160|FORCE_COLOR=1|CLICOLOR_FORCE=1|GIVEN=by configuration|COMPOSE_FILE=/\S+/compose\.yml|COMPOSE_PROJECT_NAME=octollm)$`)

// violations compares the world with what it was.
func (w *world) violations(t *testing.T, r result) (found []string) {
	t.Helper()
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	supervisors := 0
	for _, s := range w.starts(t) {
		if s.Program == "web" && s.Parent == os.Getpid() {
			supervisors++
			continue
		}
		if s.Program != "witness" && (s.Program != "kubectl" || w.env != "kubernetes") {
			say("%s was started: %q", s.Program, s.Argv)
		}
		if words := strings.Join(s.Argv, " "); w.never != "" && regexp.MustCompile(w.expand(w.never)).MatchString(words) {
			say("a program was given %q", words)
		}
		for _, variable := range s.Env {
			own := variable == "WARDROOM_RUN="+w.spec.RunID || variable == "TMPDIR="+w.spec.Scratch
			if !own && !variables.MatchString(variable) {
				say("%q has %s in its environment", s.Argv, variable)
			}
		}
		if !slices.Contains(s.Env, "WARDROOM_RUN="+w.spec.RunID) {
			say("%q was started without its mark in the environment", s.Argv)
		}
	}
	if supervisors != 1 {
		say("%d supervisors were started", supervisors)
	}
	if changed := differences(w.before, w.outside(t)); len(changed) > 0 {
		say("outside has changed: %v", changed)
	}
	if changed := differences(w.scratchBefore, tree(t, w.scratch)); len(changed) > 0 && w.confirmed == shell.Read {
		say("a read has changed the scratch folder: %v", changed)
	}
	for name, l := range map[string]*trap{"an unlisted host": w.evil, "Wardroom itself": w.own, "a socket": w.socket} {
		if n := l.connections.Load(); n > 0 {
			say("%d connected to %s", n, name)
		}
	}
	found = append(found, w.good.violations(w.confirmed)...)
	found = append(found, w.redis.violations(w.confirmed)...)
	if rows := w.database.rows(t); rows != w.rows && w.confirmed == shell.Read {
		say("the database has changed from %s to %s", w.rows, rows)
	}
	return append(found, w.said(r)...)
}

// said looks for secrets in all that the run has said, and for programs above what was confirmed.
func (w *world) said(r result) (found []string) {
	record, err := json.Marshal([]any{r.stdout, r.stderr, r.exit.Vars, r.exit.Crash})
	if err != nil {
		return []string{err.Error()}
	}
	for _, secret := range []string{outsideSecret, leak} {
		if strings.Contains(string(record), secret) {
			found = append(found, secret+" was said")
		}
	}
	for _, p := range r.programs {
		switch {
		case !p.Permitted:
		case p.Class.Risk > w.confirmed:
			found = append(found, fmt.Sprintf("%q is of class %v", p.Argv, p.Class.Risk))
		case p.Class.Discloses && !w.discloses:
			found = append(found, fmt.Sprintf("%q may show secrets", p.Argv))
		}
	}
	if !r.exit.Clean {
		found = append(found, "something of the run lives on")
	}
	return found
}
