package shell_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestHostileText(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"too long":        "echo " + strings.Repeat("x", 64<<10),
		"deep":            strings.Repeat("(", 101) + "ls" + strings.Repeat(")", 101),
		"deep in quotes":  strings.Repeat("\"$(\")\"", 2000),
		"deep functions":  strings.Repeat("f(){ ", 200) + "ls" + strings.Repeat("; }", 200),
		"bidi":            "echo \u202e ls",
		"zero width":      "ls\u200b",
		"escape":          "ls \x1b[2J",
		"carriage return": "ls\rrm",
		"delete":          "ls \x7f",
		"private use":     "kubectl \ue000\ue100 pod",
		"not UTF-8":       "ls \xff",
		"empty":           "",
		"comment":         "# rm -rf /",
		"tag characters":  "ls \U000e0041",
	}
	for name, text := range cases {
		a := onLocal.Analyse(text)
		if a.Risk != shell.Unknown || a.Runnable || len(a.Problems) == 0 {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestRiskText(t *testing.T) {
	t.Parallel()
	for r := shell.Read; r <= shell.Unknown; r++ {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back shell.Risk
		if err := json.Unmarshal(text, &back); err != nil || back != r {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
	}
	if _, err := shell.ParseRisk("harmless"); err == nil {
		t.Error("harmless is no risk")
	}
}

// What is shown and what is enforced must agree: a literal command's start is
// never worse at run time than its analysis said.
func FuzzAnalyse(f *testing.F) {
	for _, text := range []string{
		"kubectl get pods -n octollm", "docker compose exec redis redis-cli ping", "V=delete; kubectl $V pod x", "sh -c 'ls | xargs rm'", "echo x > y", "f(){ f; }; f",
		`psql -c "SELECT 1"`, "curl -XDELETE http://x", "cat <<EOF\nx\nEOF", "echo {a,b} $'\\x41' \"$(ls)\" <x-y> [service]",
	} {
		f.Add(text)
	}
	for _, c := range labelledCommands(f) {
		f.Add(c.Command)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := onLocal.Analyse(text)
		if a.Why == "" || a.Runnable && (a.Risk >= shell.Interactive || a.Refused != "") {
			t.Fatalf("%q: %+v", text, a)
		}
		fields := strings.Fields(text)
		// A declaration has no words to start: the same words behind quotes are a program of that name, which is unknown.
		if len(fields) == 0 || slices.Contains([]string{"export", "declare", "local", "readonly", "typeset", "nameref", "let", "time"}, fields[0]) || strings.Join(fields, " ") != text || strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -./:") != "" {
			return
		}
		if c := onLocal.Classify(fields); c.Risk > a.Risk && a.Risk != shell.Unknown {
			t.Fatalf("%q is shown as %s and starts as %s", text, a.Risk, c.Risk)
		}
	})
}

func BenchmarkAnalyse(b *testing.B) {
	commands := []string{
		"docker compose ps", "kubectl describe pod <pod-name> -n octollm", "docker compose exec orchestrator nc -zv postgres 5432",
		"docker compose exec orchestrator env | grep POSTGRES", "for port in 8100 8101 8102; do curl -sf http://localhost:$port/health && echo up; done",
		`docker compose exec postgres psql -U octollm -c "SELECT query, calls FROM pg_stat_statements ORDER BY calls DESC LIMIT 10;"`,
	}
	for i := 0; b.Loop(); i++ {
		onDocker.Analyse(commands[i%len(commands)])
	}
}
