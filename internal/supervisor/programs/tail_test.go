package programs_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTailFollows lets a file grow, be replaced and come to be while it is followed, and ends the run when all of that has been seen.
func TestTailFollows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"-f -n 1 log", "^(b|grown)\\n(grown\\n)+$"},
		{"-f log other", "^==> log <==\\na\\nb\\n(grown\\n)*\\n==> other <==\\nx\\n\\n==> log <==\\n(grown\\n)+$"},
		{"-F -q later", "^(new\\n)+$"},
		{"--follow=name --retry -q later", "^(new\\n)+$"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, map[string]string{"log": "a\nb\n", "other": "x\n"})
			ctx, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			out := &hangUp{re: regexp.MustCompile(c.want), end: end}
			go func() {
				for ctx.Err() == nil {
					if file, err := f.files.Create("log", true); err == nil {
						_, _ = file.Write([]byte("grown\n"))
						_ = file.Close()
					}
					_ = f.files.root.WriteFile("later", []byte("new\n"), 0o600)
					<-time.After(20 * time.Millisecond)
				}
			}()
			var problems strings.Builder
			code := f.start(ctx, t, append([]string{"tail", "-s", "0.05"}, strings.Fields(c.args)...), strings.NewReader(""), out, &problems)
			if code != 143 || ctx.Err() != context.Canceled {
				t.Errorf("ended with %d: %.500q %s", code, out.text.String(), problems.String())
			}
		})
	}
	got := newFixture(t, nil).run(t.Context(), t, "", "tail", "-f", "none")
	if got.Code != 1 || !strings.Contains(got.Stderr, "No such file or directory") {
		t.Errorf("%+v", got)
	}
}

// TestSortWritesAFile may write the one that it reads.
func TestSortWritesAFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t, map[string]string{"list": "b\na\n"})
	if got := f.run(t.Context(), t, "", "sort", "-o", "list", "list"); got.Code != 0 || got.Stdout != "" {
		t.Errorf("%+v", got)
	}
	if got := f.run(t.Context(), t, "", "cat", "list"); got.Stdout != "a\nb\n" {
		t.Errorf("%+v", got)
	}
}

func TestTimesOfFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t, map[string]string{"one": "x"})
	when := time.Date(2026, 11, 23, 12, 0, 5, 0, time.Local)
	if err := f.files.root.Chtimes("one", when, when); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		"date -r one +%F.%T":                    "2026-11-23.12:00:05\n",
		"ls -l --time-style=long-iso one":       "-rw-------        1 2026-11-23 12:00 one\n",
		"ls -l --time-style=+%H.%M one":         "-rw-------        1 12.00 one\n",
		"ls -l --time-style=iso --color=always": "-rw-------        1 11-23 12:00 one\n",
		"ls --full-time one":                    "-rw-------        1 " + when.Format("2006-01-02 15:04:05.000000000 -0700") + " one\n",
		"ls -l -h one":                          "-rw-------        1 Nov 23 12:00 one\n",
	} {
		if got := f.run(t.Context(), t, "", strings.Fields(command)...); got.Stdout != want {
			t.Errorf("%s: %+v", command, got)
		}
	}
}
