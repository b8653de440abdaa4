package shell_test

import (
	"slices"
	"strings"
	"testing"

	"wardroom/internal/shell"
)

// What people see and what is recorded holds the mask, what runs holds the secret.
func TestSecretsAreBoundAndMasked(t *testing.T) {
	t.Parallel()
	const command = `curl -H "Authorization: Bearer <api-key>" http://<host-name>/ | grep '<api-key>'`
	bound, err := shell.Policy{}.Bind(command, map[string]string{"api-key": "s3cr3t.v4lue", "host-name": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `curl -H "Authorization: Bearer ‹api-key›" http://x/ | grep '‹api-key›'`; bound.Shown != want {
		t.Errorf("shown as %s", bound.Shown)
	}
	if want := `curl -H "Authorization: Bearer s3cr3t.v4lue" http://x/ | grep 's3cr3t.v4lue'`; bound.Text != want {
		t.Errorf("runs as %s", bound.Text)
	}
	if bound.Analysis.Risk != shell.Read || !bound.Analysis.Runnable || !slices.Equal(bound.SecretsTo, []string{"curl", "grep"}) {
		t.Errorf("%+v", bound)
	}
}

// A password has any letters, and curl takes it as they are.
func TestASecretOfCurlsUser(t *testing.T) {
	t.Parallel()
	bound, err := shell.Policy{}.Bind("curl -su elastic:<password> http://x/", map[string]string{"password": "it's $ecret!"})
	if err != nil || bound.Shown != "curl -su elastic:‹password› http://x/" || bound.Text != `curl -su elastic:'it'\''s $ecret!' http://x/` || !bound.Analysis.Runnable {
		t.Errorf("%+v, %v", bound, err)
	}
	if bound, err = (shell.Policy{}).Bind("curl -u elastic:<name> http://x/", map[string]string{"name": "recorded"}); err != nil || bound.Analysis.Runnable {
		t.Errorf("%+v, %v: what is no secret is recorded", bound, err)
	}
}

// What is said of a text names a secret by its mask, whether it is given or not.
func TestASecretIsMaskedInWhatIsSaid(t *testing.T) {
	t.Parallel()
	for _, values := range []map[string]string{nil, {"api-key": "hunter22", "password": "hunter22"}} {
		for command, want := range map[string]string{
			"<api-key> get":        "no table tells what ‹api-key› does",
			"redis-cli <password>": "what ‹password› does here is not known",
			"kubectl <api-key>":    "kubectl ‹api-key› is not permitted in a playbook",
		} {
			bound, err := shell.Policy{}.Bind(command, values)
			if err != nil || bound.Analysis.Why != want || slices.ContainsFunc(bound.Analysis.Programs, func(name string) bool { return strings.Contains(name, "value") || name == "hunter22" }) {
				t.Errorf("%s: %+v, %v", command, bound.Analysis, err)
			}
		}
	}
}

func TestASecretIsShownBeforeItIsGiven(t *testing.T) {
	t.Parallel()
	bound, err := shell.Policy{}.Bind("redis-cli -h cache AUTH <password>", nil)
	if err != nil || bound.Shown != "redis-cli -h cache AUTH ‹password›" {
		t.Errorf("%q, %v", bound.Shown, err)
	}
}

func TestASecretOfSQLIsAParameter(t *testing.T) {
	t.Parallel()
	bound, err := shell.Policy{}.BindSQL("SELECT 1 FROM t WHERE v = '<token>'", map[string]string{"token": "it's secret"})
	if err != nil || strings.Contains(bound.Text, "it") || !strings.HasSuffix(bound.Shown, "$1 = '‹token›'") || !slices.Equal(bound.Params, []string{"it's secret"}) {
		t.Errorf("%+v, %v", bound, err)
	}
	if _, err = (shell.Policy{}).BindPromQL(`up{x="<token>"}`, map[string]string{"token": "s3cr3t"}); err == nil {
		t.Error("a query takes a secret")
	}
}
