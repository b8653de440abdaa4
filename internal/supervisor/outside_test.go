package supervisor_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
	"wardroom/internal/supervisor"
)

// TestAWrongNoIsNoAnswer: a test, a pattern or a cd outside the run's folder says so, once, and the run does not end well.
func TestAWrongNoIsNoAnswer(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		`[ -f /etc/passwd ] && echo yes || echo no`:               "/etc/passwd",
		`if test -e /etc/passwd; then echo yes; else echo no; fi`: "/etc/passwd",
		`[[ -r /etc/passwd && -r /etc/passwd ]] || echo no`:       "/etc/passwd",
		`[ -f /etc/passwd ] 2>/dev/null || echo no`:               "/etc/passwd",
		`cd /etc || echo no`:                                      "/etc",
		`cd -P /etc; echo no`:                                     "/etc",
		`builtin cd ../..; echo no`:                               "../..",
		`for f in /var/log/*.log; do echo no; done`:               "/var",
		`echo no /var/log/*.log`:                                  "/var",
		`X=/etc/passwd; [ -s $X ] || echo no`:                     "/etc/passwd",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := run(t, text)
			want := "not permitted in a playbook: " + path + " lies outside the run's own folder\n"
			if r.exit.Code != 126 || strings.Count(r.stderr, want) != 1 || strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stdout, "no") {
				t.Errorf("%+v", r)
			}
			refused := false
			for _, p := range r.programs {
				refused = refused || !p.Permitted
			}
			if !refused {
				t.Error("no refusal is recorded")
			}
		})
	}
	r := run(t, `echo "$(</etc/passwd)"; echo no`)
	if r.exit.Code != 126 || strings.Count(r.stderr, "not permitted in a playbook") != 1 {
		t.Errorf("%+v", r)
	}
	if r = run(t, `echo /etc/passwd | xargs test -f`); r.exit.Code == 0 || !strings.Contains(r.stderr, "/etc/passwd: not permitted in a playbook") {
		t.Errorf("%+v", r)
	}
}

// TestWhatTheInterpreterLooksAtItself is no question of the text.
func TestWhatTheInterpreterLooksAtItself(t *testing.T) {
	t.Parallel()
	text := `echo x > a; [ -f a ] && [ ! -e none ] && cd . && cd "$HOME" && cd - >/dev/null && cd && pushd . >/dev/null; ls *; echo "$HOME"/* | grep -q /a && echo "$(<a)" >/dev/null; command -v ls; type ls; [ -e /dev/null ] && cat < /dev/null; [[ -d . ]]; helper do-say x`
	r := run(t, text, func(s *supervisor.Spec) { s.Confirmed = shell.Change })
	if r.exit.Code != 0 || r.stderr != "" {
		t.Errorf("%+v", r)
	}
}
