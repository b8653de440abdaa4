package shell_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"wardroom/internal/errs"
	"wardroom/internal/shell"
)

func TestParams(t *testing.T) {
	t.Parallel()
	cases := map[string][]shell.Param{
		"kubectl logs <pod-name> -n $NAMESPACE": {
			{Name: "pod-name", Text: "<pod-name>", Label: "pod"}, {Name: "namespace", Text: "$NAMESPACE", Label: "namespace"},
		},
		"kubectl logs ${PODNAME} -c {{ container }}": {
			{Name: "podname", Text: "${PODNAME}", Label: "pod"}, {Name: "container", Text: "{{ container }}", Label: "container"},
		},
		"docker compose restart [service]":                               {{Name: "service", Text: "[service]", Label: "service"}},
		"kubectl get pods -n <value of namespace label from alert>":      {{Name: "value-of-namespace-label-from-alert", Text: "<value of namespace label from alert>", Label: "namespace"}},
		"kubectl delete pod <pod> && kubectl get pod <pod> # and <that>": {{Name: "pod", Text: "<pod>", Label: "pod"}},
		`curl -H "Authorization: Bearer $OPENAI_API_KEY" http://x`:       {{Name: "openai-api-key", Text: "$OPENAI_API_KEY", Secret: true}},
		"echo <password> <node-name>":                                    {{Name: "password", Text: "<password>", Secret: true}, {Name: "node-name", Text: "<node-name>", Label: "node"}},
		`psql -c "SELECT '<task-id>'"`:                                   {{Name: "task-id", Text: "<task-id>"}},
		"cat <file":                                                      nil,
		"cat < file > out":                                               nil,
		"cat <in>out":                                                    nil,
		"sort <in 2>err":                                                 nil,
		"cat <<EOF\nx\nEOF":                                              nil,
		`psql -c "SELECT a<b AND c>d"`:                                   nil,
		"POD=x; echo $POD":                                               nil,
		"for P1 in a b; do echo $P1; done":                               nil,
		"read LINE1; echo $LINE1":                                        nil,
		"echo $HOME $1 $? $lower ${X:-y}":                                nil,
		"ls [a-z]*":                                                      nil,
		"openssl x509 -in {my_certs.crt}":                                {{Name: "my-certs-crt", Text: "{my_certs.crt}"}},
		"kubectl scale deploy web --replicas=N":                          {{Name: "n", Text: "N"}},
		"systemctl status ${{ values.serviceName }}":                     {{Name: "values-servicename", Text: "${{ values.serviceName }}"}},
		`psql -c "SELECT pg_cancel_backend([PID]) FROM t_[name]"`:        {{Name: "pid", Text: "[PID]"}, {Name: "name", Text: "[name]"}},
		`psql -c "EXPLAIN [your query]"`:                                 {{Name: "your-query", Text: "[your query]"}},
		`psql -c "SELECT a[i], b FROM t WHERE c ~ '[abc]'"`:              nil,
		`grep "[ERROR]" log`:                                             nil,
		"kubectl get pod x -o jsonpath={status.phase}":                   nil,
		"git show stash@{upstream} {a,b} {1..3} -n N":                    nil,
		"[ -f x ]":                                    nil,
		`curl 'http://x?query=rate(a[5m])'`:           nil,
		"docker inspect -f '{{.State}}{{end}}' x":     nil,
		`docker exec web sh -c 'echo $POSTGRES_USER'`: nil,
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, shell.Params(text)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	fixed := shell.Policy{Platform: shell.Kubernetes, Fixed: map[string]string{"namespace": "octollm"}, Namespaces: []string{"octollm"}}
	cases := []struct {
		name, text string
		values     map[string]string
		want       string // the bound text
		risk       shell.Risk
		err        string // or a part of the error
	}{
		{name: "plain", text: "kubectl logs <pod-name> # of <pod-name>", values: map[string]string{"pod-name": "web-0"}, want: "kubectl logs web-0 # of <pod-name>"},
		{name: "fixed beats a label", text: "kubectl get pods -n $NAMESPACE", values: map[string]string{"namespace": "kube-system"}, want: "kubectl get pods -n octollm"},
		{name: "fixed by its label", text: "kubectl get pods -n <value of namespace label from alert>", want: "kubectl get pods -n octollm"},
		{name: "another namespace", text: "kubectl get pods -n <ns-2>", values: map[string]string{"ns-2": "kube-system"}, want: "kubectl get pods -n kube-system", risk: shell.Unknown},
		{name: "missing", text: "kubectl logs <pod-name>", err: "give a value for <pod-name>"},
		{name: "empty", text: "kubectl logs <pod>", values: map[string]string{"pod": ""}, err: "empty"},
		{name: "dash", text: "kubectl logs <pod>", values: map[string]string{"pod": "--kubeconfig=x"}, err: "dash"},
		{name: "two words", text: "kubectl logs <pod>", values: map[string]string{"pod": "a b"}, err: "only letters"},
		{name: "newline", text: "echo <x-y>", values: map[string]string{"x-y": "a\nb"}, err: "control"},
		{name: "bidi", text: "echo <x-y>", values: map[string]string{"x-y": "a\u202eb"}, err: "invisible"},
		{name: "zero width", text: "echo <x-y>", values: map[string]string{"x-y": "a\u200bb"}, err: "invisible"},
		{name: "private use", text: "echo <x-y>", values: map[string]string{"x-y": "\ue000\ue100"}, err: "invisible"},
		{name: "data is quoted", text: "echo <x-y>", values: map[string]string{"x-y": "a'; rm -rf $(x) #"}, want: `echo 'a'\''; rm -rf $(x) #'`},
		{name: "data in double quotes", text: `echo "is <x-y> ok"`, values: map[string]string{"x-y": "\"$(id)`\\"}, want: `echo "is \"\$(id)` + "\\`\\\\" + ` ok"`},
		{name: "data in single quotes", text: `grep '<x-y>' log`, values: map[string]string{"x-y": "it's"}, want: `grep 'it'\''s' log`},
		{name: "a placeholder as a value", text: "echo <x-y>", values: map[string]string{"x-y": "<pod>"}, err: "placeholder"},
		{name: "remote shell, strict", text: "kubectl exec web -- sh -c 'ls <dir>'", values: map[string]string{"dir": "logs"}, want: "kubectl exec web -- sh -c 'ls logs'"},
		{name: "remote shell, injection", text: "kubectl exec web -- sh -c 'ls <dir>'", values: map[string]string{"dir": "x;rm"}, err: "only letters"},
		{name: "remote shell, substitution", text: `kubectl exec web -- sh -c "ls <dir>"`, values: map[string]string{"dir": "$(id)"}, err: "only letters"},
		{name: "SQL, injection", text: `psql -c "SELECT '<task>'"`, values: map[string]string{"task": "x'; DROP"}, err: "only letters"},
		{name: "URL", text: "curl http://<service>/health", values: map[string]string{"service": "evil/@x"}, err: "only letters"},
		{name: "header", text: `curl -H "X-Tag: <tag-name>" http://x/`, values: map[string]string{"tag-name": `a/b+c="$(id)`}, want: `curl -H "X-Tag: a/b+c=\"\$(id)" http://x/`},
		{name: "header's name", text: `curl -H "<header-name>: x" http://x/`, values: map[string]string{"header-name": "a/b"}, err: "only letters"},
		{name: "behind a header", text: `curl -H X:y http://x/<path-name>`, values: map[string]string{"path-name": "a/b"}, err: "only letters"},
		{name: "verb", text: "kubectl <verb> pod x", values: map[string]string{"verb": "get"}, want: "kubectl get pod x", risk: shell.Unknown},
		{name: "type", text: "kubectl get <type>", values: map[string]string{"type": "pods"}, want: "kubectl get pods", risk: shell.Unknown},
		{name: "redirection", text: "echo x > <file>", values: map[string]string{"file": "out"}, want: "echo x > out", risk: shell.Unknown},
		{name: "program", text: "<program> x", values: map[string]string{"program": "ls"}, want: "ls x", risk: shell.Unknown},
		{name: "arithmetic", text: "echo $((<n-m> + 1))", values: map[string]string{"n-m": "a[$(id)]"}, err: "number"},
		{name: "here-document end", text: "cat <<EOF\n<x-y>\nEOF", values: map[string]string{"x-y": "EOF"}, err: "meaning"},
		{name: "not shell", text: "kubectl logs <pod> $(", values: map[string]string{"pod": "x"}, err: "not valid shell"},
		{name: "change stays change", text: "kubectl delete pod <pod>", values: map[string]string{"pod": "web-0"}, want: "kubectl delete pod web-0", risk: shell.Change},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bound, err := fixed.Bind(c.text, c.values)
			if c.err != "" {
				if err == nil || errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("got %q, %v; want an invalid error with %q", bound.Text, err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if bound.Text != c.want || bound.Analysis.Risk != c.risk {
				t.Errorf("got %s: %s\nwant %s: %s", bound.Analysis.Risk, bound.Text, c.risk, c.want)
			}
			if len(bound.Analysis.Params) > 0 {
				t.Errorf("params left: %v", bound.Analysis.Params)
			}
		})
	}
}

// The runtime half of the rule about labels: a start in a namespace that the
// environment does not permit is refused however it came about.
func TestClassifyNamespace(t *testing.T) {
	t.Parallel()
	p := shell.Policy{Platform: shell.Kubernetes, Namespaces: []string{"octollm"}}
	if c := p.Classify([]string{"kubectl", "-n", "octollm", "get", "pods"}); c.Refused != "" || c.Risk != shell.Read {
		t.Errorf("permitted namespace: %+v", c)
	}
	for _, argv := range [][]string{
		{"kubectl", "-n", "kube-system", "get", "pods"},
		{"kubectl", "get", "pods", "--namespace=kube-system"},
		{"kubectl", "get", "pods", "-nkube-system"},
		{"kubectl", "get", "pods", "-A"},
		{"timeout", "5", "kubectl", "get", "pods", "-A"},
	} {
		if c := p.Classify(argv); c.Refused == "" {
			t.Errorf("%v is not refused: %+v", argv, c)
		}
	}
}

// placeholder is a way to write one, and the name that it has.
type placeholder struct {
	text, name string
	bare       bool // without a mark: it counts outside quotes only
	quoted     bool // with quotes of its own
}

var forms = []placeholder{
	{text: "<v-v>", name: "v-v"},
	{text: "{{ v-v }}", name: "v-v"},
	{text: "{{ $labels.v-v }}", name: "v-v"},
	{text: "${{ values.v }}", name: "values-v"},
	{text: "[V_V]", name: "v-v"},
	{text: "<value of v-v label from alert>", name: "value-of-v-v-label-from-alert"},
	{text: "NAMESPACE", name: "namespace", bare: true},
	{text: "POD_NAME", name: "pod-name", bare: true},
	{text: "YOUR_V", name: "your-v", bare: true},
	{text: "web-xxxxx", name: "web-xxxxx", bare: true},
	{text: "web-xxxxxxxxxx-xxxxx", name: "web-xxxxxxxxxx-xxxxx", bare: true},
	{text: "{v}", name: "v", bare: true},
	{text: "{VALUE_V}", name: "value-v", bare: true},
	{text: `'<"Used by:" field from the output>'`, name: "used-by-field-from-the-output", quoted: true},
	{text: `"<name (of the pod)>"`, name: "name-of-the-pod", quoted: true},
}

// places are where a placeholder of any form may stand, at @.
var places = []string{
	"ls @", "ls a/@", "ls x=@ y", "kubectl logs @ -n x", "kubectl -n @ get pods", "kubectl get svc/@ -o yaml", "kubectl get pods -l app=@",
	"cat -n @ x | wc -l", "cat @ && ls", "x=@; echo $x", "kubectl exec x -- ls @", "ls $(cat @)", "(ls @)", "! ls @ &", "if test @; then ls; fi",
	"f() { ls @; }; f", "curl http://@/health", "ls @,b", "kubectl scale deploy x --replicas=@", "ls `cat @`",
}

// markedPlaces are where only one with a mark is no plain word, and quotedPlaces those in quotes.
var (
	markedPlaces = []string{"echo @", "grep -e @ x", "for i in @; do echo $i; done", "export X=@", "case @ in a) ls;; esac"}
	quotedPlaces = []string{`echo "a @ b"`, "echo 'a @ b'", `psql -c "SELECT @"`, `kubectl exec x -- sh -c 'ls @'`, "cat <<EOF\nx @\nEOF\n"}
)

func placesOf(form placeholder) []string {
	switch {
	case form.bare:
		return places
	case form.quoted:
		return slices.Concat(places, markedPlaces)
	}
	return slices.Concat(places, markedPlaces, quotedPlaces)
}

// Every form is a placeholder wherever it may stand, and the only one.
func TestFormsOfPlaceholders(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		for _, place := range placesOf(form) {
			text := strings.ReplaceAll(place, "@", form.text)
			if params := shell.Params(text); len(params) != 1 || params[0].Name != form.name {
				t.Errorf("%s: %v, want %s", text, params, form.name)
			}
		}
	}
}

// contexts are places for a value; the flag says that the expanded word must be
// exactly before+value+after.
var contexts = []string{
	"echo <v-v>", "echo a<v-v>/b", `echo "a <v-v> b"`, "echo 'a <v-v> b'", `echo "$(grep <v-v> x)"`, "echo {{v-v}}",
	"echo $V_V", `echo "${V_V}x"`, "grep -e <v-v> x | wc -l", "cat <v-v> && ls", "for i in <v-v>; do echo $i; done", "x=<v-v>; echo $x",
	"if test <v-v>; then ls; fi", "case <v-v> in a) ls;; esac", "f() { echo <v-v>; }; f", "cat <<EOF\nx <v-v>\nEOF\n", "echo ${x:-<v-v>}",
	"echo `grep <v-v>`", "echo {<v-v>,b}", "kubectl get pods -l app=<v-v>", "kubectl exec x -- sh -c 'ls <v-v>'", "echo $'<v-v>'", "(echo <v-v>)", "! echo <v-v> &",
}

func TestBindKeepsTheShape(t *testing.T) {
	t.Parallel()
	evil := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-c'"$\x60(){};|&<>\\*?~#! =.,:/-]{1,12}`), rapid.StringMatching(`[A-Za-z0-9._-]{1,20}`))
	rapid.Check(t, func(t *rapid.T) {
		text, name := rapid.SampledFrom(contexts).Draw(t, "text"), "v-v"
		written := text
		if rapid.Bool().Draw(t, "any form") {
			form := rapid.SampledFrom(forms).Draw(t, "form")
			place := rapid.SampledFrom(placesOf(form)).Draw(t, "place")
			text, written, name = strings.ReplaceAll(place, "@", "<v-v>"), strings.ReplaceAll(place, "@", form.text), form.name
		}
		value := evil.Draw(t, "value")
		bound, err := onKubernetes.Bind(written, map[string]string{name: value})
		if err != nil {
			return
		}
		want, got := shell.Outline(text, value), shell.Outline(bound.Text, "")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q with %q became %q\n%s", written, value, bound.Text, diff)
		}
	})
}

func FuzzBind(f *testing.F) {
	for _, text := range contexts {
		f.Add(text, "web-0")
		f.Add(text, "'; rm -rf / #")
	}
	for i, form := range forms {
		f.Add(strings.ReplaceAll(places[i%len(places)], "@", form.text), "$(id)")
		f.Add(strings.ReplaceAll(quotedPlaces[i%len(quotedPlaces)], "@", form.text), "web-0")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		values := map[string]string{}
		for _, p := range shell.Params(text) {
			values[p.Name] = value
		}
		bound, err := onKubernetes.Bind(text, values)
		if err != nil {
			return
		}
		if len(shell.Params(bound.Text)) > 0 {
			t.Fatalf("%q has placeholders left", bound.Text)
		}
		again := onKubernetes.Analyse(bound.Text)
		if again.Risk > bound.Analysis.Risk {
			t.Fatalf("%q is %s when read again, was %s", bound.Text, again.Risk, bound.Analysis.Risk)
		}
	})
}
