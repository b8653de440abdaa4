package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFoldersAreComparedWithoutAProgram(t *testing.T) {
	t.Parallel()
	live, merged := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(live, "same"): "a\n", filepath.Join(merged, "same"): "a\n",
		filepath.Join(live, "changed"): "a: 1\nb: 2\n", filepath.Join(merged, "changed"): "a: 1\nb: 3\n",
		filepath.Join(merged, "new"): "c\n", filepath.Join(live, "gone"): "d\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs strings.Builder
	if code := compareFolders(&out, &errs, live, merged); code != 1 || errs.Len() > 0 {
		t.Errorf("code %d: %s", code, errs.String())
	}
	for _, want := range []string{"--- live/changed\n+++ merged/changed\n", " a: 1\n-b: 2\n+b: 3\n", "+++ merged/new\n@@ -0,0 +1 @@\n+c\n", "--- live/gone\n", "-d\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "same") {
		t.Errorf("what is the same is shown:\n%s", out.String())
	}
	if code := compareFolders(&out, &errs, live, live); code != 0 {
		t.Errorf("code %d for the same folder", code)
	}
	if code := compareFolders(&out, &errs, live, filepath.Join(live, "none")); code != 2 {
		t.Errorf("code %d for no folder", code)
	}
}

// The program is what it is started as, not what a command makes it.
func TestAComparisonIsNoVerb(t *testing.T) {
	t.Parallel()
	if out, code := kubectl(t, []string{compares + "=yes"}, t.TempDir(), t.TempDir()); code != 0 || out != "" {
		t.Errorf("code %d: %s", code, out)
	}
	if out, code := kubectl(t, nil, t.TempDir(), t.TempDir()); code == 0 {
		t.Errorf("without being told to: %s", out)
	}
}
