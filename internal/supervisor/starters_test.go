package supervisor_test

import (
	"strings"
	"testing"
	"time"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// TestFindWatchAndSudoStartThroughTheGate holds that what these start is classed like everything else, and runs where the run does.
func TestFindWatchAndSudoStartThroughTheGate(t *testing.T) {
	t.Parallel()
	change := func(s *supervisor.Spec) { s.Confirmed = shell.Change }
	destroy := func(s *supervisor.Spec) { s.Confirmed = shell.Destroy }
	files := `echo a > one; echo b > two; `
	for name, c := range map[string]struct {
		text, stdout, stderr string
		code                 int
		spec                 func(*supervisor.Spec)
	}{
		"find":             {files + `find . -type f -name 'o*' -exec cat {} \;`, "a\n", "", 0, change},
		"find +":           {files + `find . -type f -exec cat {} + | sort`, "a\nb\n", "", 0, change},
		"find -execdir":    {files + `find . -name one -execdir cat {} \;`, "a\n", "", 0, change},
		"find above":       {`find . -maxdepth 0 -exec helper do-change {} \;`, "", "find: not permitted: its class is change", 126, nil},
		"find above later": {`V=-delete; find . $V`, "", "find: not permitted: its class is destroy", 126, nil},
		"find -delete":     {files + `find . -name one -delete; ls`, "two\n", "", 0, destroy},
		"find outside":     {`find /etc -name passwd`, "", "not permitted in a playbook", 1, nil},
		"find beside":      {`find .. -name web`, "", "not permitted in a playbook", 1, nil},
		"find of no class": {`find . -maxdepth 0 -exec ./script \;`, "", "find: not permitted", 126, nil},
		"sudo":             {`sudo -n helper do-say x; sudo echo y`, "x\ny\n", "sudo: nothing runs with more rights here\n", 0, nil},
		"sudo above":       {`sudo helper do-change`, "", "sudo: not permitted: its class is change", 126, nil},
		"sudo other":       {`U=postgres; sudo -u $U helper do-say x`, "", "nothing runs as", 126, nil},
		"watch above":      {`watch -t 'helper do-change'`, "", "watch: not permitted: its class is change", 126, nil},
		"watch text":       {`V='helper do-change'; watch -t "$V"`, "", "watch: not permitted", 126, nil},
		"watch process":    {`watch -t 'cat <(echo x)'`, "", "not permitted", 126, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.text, func(s *supervisor.Spec) {
				if c.spec != nil {
					c.spec(s)
				}
			})
			wrong := r.exit.Code != c.code || c.stdout != "" && r.stdout != c.stdout || !strings.Contains(r.stderr, c.stderr) || c.stderr == "" && r.stderr != ""
			if wrong {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestWatchIsAStream: it interprets its text again and again with the variables of the run, and its end by the time limit is a success.
func TestWatchIsAStream(t *testing.T) {
	t.Parallel()
	r := run(t, `export POD=api; watch -t -n 0.1 'for i in 1 2; do helper do-say "$POD $i" | tr a-z A-Z; done; cat none'`, func(s *supervisor.Spec) { s.Timeout = 2 * time.Second })
	if r.exit.Code != 0 || r.exit.Reason != supervisor.ReasonTimeout || !strings.HasPrefix(r.stdout, "API 1\nAPI 2\n\nAPI 1\nAPI 2\n\n") || !strings.HasPrefix(r.stderr, "cat: none: No such file or directory\n") {
		t.Errorf("%+v", r)
	}
}
