package supervisor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

func TestFilesLiveInTheScratchFolder(t *testing.T) {
	t.Parallel()
	r := run(t, `echo one > a; echo two >> a; cat a; cat < a | wc -l; ls; [ -f a ] && echo there; echo * ; tee b < a > /dev/null; cat b; helper do-cat < b`, func(s *supervisor.Spec) { s.Confirmed = shell.Change })
	want := "one\ntwo\n2\na\nthere\na\none\ntwo\none\ntwo\n"
	if r.stdout != want || r.exit.Code != 0 {
		t.Errorf("%q %q", r.stdout, r.stderr)
	}
}

func TestNothingOutsideTheScratchFolder(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(bin, "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o644); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(os.TempDir(), "sh-interp-secret") // the interpreter opens such names itself, if they lie in its folder for temporary files
	if err := os.WriteFile(fifo, []byte("hunter2"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(fifo) })
	for _, text := range []string{
		`cat < ` + secret, `cat ` + secret, `cat ../secret`, `cat < ../secret`, `echo $(<../secret)`, `head ../secret`, `grep h ../secret`, `cat link`, `cat < link`, `cat dir/secret`,
		`cat < dir/secret`, `cat < ` + fifo, `cat ` + fifo, `source ../secret`, `builtin source ../secret`, `command . ../secret`, `echo ` + filepath.Dir(secret) + `/s*`, `echo ../s*`,
		`ls ..`, `ls /`, `[ -e ../secret ] && echo hunter2`, `[[ -r /etc/passwd ]] && echo hunter2`, `test -d / && echo hunter2`, `cd .. && echo hunter2`, `cd / && echo hunter2`,
		`mapfile -t x < ../secret; echo $x`, `sort ../secret`, `xargs < ../secret`, `cd dir; cat secret`, `TMPDIR=` + bin + `; cat ` + secret,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text, func(s *supervisor.Spec) {
				for name, target := range map[string]string{"link": secret, "dir": bin} {
					if err := os.Symlink(target, filepath.Join(s.Scratch, name)); err != nil {
						t.Fatal(err)
					}
				}
			})
			if strings.Contains(r.stdout, "hunter2") || strings.Contains(r.stdout, "secret") && !strings.Contains(r.stdout, "*") {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestNothingIsWrittenOutside(t *testing.T) {
	t.Parallel()
	outside := newScratch(t)
	if err := os.Chmod(outside, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`echo x > ` + outside + `/a`, `echo x | tee ` + outside + `/b`, `echo x > ../` + filepath.Base(outside) + `/c`, `echo x > out/d`, `echo x >> out/e`, `echo x &> out/f`, `seq 3 | tee out/g`, `echo x > link`,
	} {
		r := run(t, text, func(s *supervisor.Spec) {
			s.Confirmed = shell.Change
			for name, target := range map[string]string{"out": outside, "link": outside + "/new"} {
				if err := os.Symlink(target, filepath.Join(s.Scratch, name)); err != nil {
					t.Fatal(err)
				}
			}
		})
		if r.exit.Code == 0 {
			t.Errorf("%s: %+v", text, r)
		}
	}
	entries, err := os.ReadDir(outside)
	if err != nil || len(entries) > 0 {
		t.Errorf("written: %v %v", entries, err)
	}
}

func TestStreamsByName(t *testing.T) {
	t.Parallel()
	r := run(t, `echo a > /dev/stderr; echo b > /dev/stdout; echo c > /dev/null; cat < /dev/null`)
	if r.stdout != "b\n" || r.stderr != "a\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
}

func TestScratchFolderIsPrivate(t *testing.T) {
	t.Parallel()
	scratch := ""
	run(t, `echo x > f`, func(s *supervisor.Spec) { scratch, s.Confirmed = s.Scratch, shell.Change })
	for path, want := range map[string]os.FileMode{scratch: 0o700, filepath.Join(scratch, "f"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: %v", path, info.Mode())
		}
	}
}

// A redirection has no words that could be classed as it starts, so what was confirmed is asked when the file is opened.
func TestAReadWritesNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`echo x > f`, `F=f; echo x >> "$F"`, `eval 'echo x > f'`, `: > f`, `exec > f; echo x`, `helper do-say x > f`, `seq 3 2> f`, `trap 'echo x > f' EXIT`} {
		scratch := ""
		r := run(t, text, func(s *supervisor.Spec) { scratch = s.Scratch })
		if entries, err := os.ReadDir(scratch); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v %v %+v", text, entries, err, r)
		}
	}
	if r := run(t, `echo x > /dev/null && echo y 2> /dev/null`); r.stdout != "y\n" || r.exit.Code != 0 {
		t.Errorf("%+v", r)
	}
}

// TestTheInterpreterAsksNoDisk names the builtins of the interpreter that would look past the handlers.
func TestTheInterpreterAsksNoDisk(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`echo ~root ~nobody/x ~nosuchuser`:                         "~root ~nobody/x ~nosuchuser\n",
		`PWD=/proc/self/exe; pwd -P`:                               "/proc/self/exe\n",
		`PWD=/proc/self/exe; command pwd -P`:                       "/proc/self/exe\n",
		`PWD=/proc/self/exe; builtin pwd -P`:                       "/proc/self/exe\n",
		`command -- command -v /bin/sh`:                            "",
		`command -vv /bin/sh`:                                      "",
		`command -- type -p sh`:                                    "",
		`type -P sh; hash sh; builtin type sh; command type -p sh`: "",
	} {
		if r := run(t, text); r.stdout != want {
			t.Errorf("%s: %q, not %q; %q", text, r.stdout, want, r.stderr)
		}
	}
}

// A program that the environment permits may leave a link; another one would follow it.
func TestNoProgramStartsBesideALinkThatLeadsOut(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{"/etc/passwd": "", "..": "", "/nonexistent/x": "", "sub/../..": "", "file": "x\n", "sub": "x\n", "none": "x\n"} {
		r := run(t, `helper do-say x`, func(s *supervisor.Spec) {
			for _, err := range []error{os.WriteFile(s.Scratch+"/file", nil, 0o600), os.Mkdir(s.Scratch+"/sub", 0o755), os.Symlink(target, s.Scratch+"/link")} {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
		if r.stdout != want || (want == "") != r.refused("helper") {
			t.Errorf("%s: %+v", target, r)
		}
	}
}
