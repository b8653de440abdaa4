package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/config"
)

// files makes the files that the examples name, and gives the folder.
func files(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"token": strings.Repeat("a1", 16) + "\n", "short": "abc", "dsn": "postgres://reader:secret@db/octollm\n", "url": "redis://:secret@cache:6379\n", "kubeconfig": "{}",
		"acting": "users: [{name: ops, user: {token: secret, as: root, as-groups: [system:masters]}}, {name: dev, user: {token: secret}}]\n", "torn": "users: [secret",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "program"), nil, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// every is a file with each key that there is; docs/environments.md explains them.
const every = `
environments:
  - name: production
    platform: kubernetes
    kubernetes: {kubeconfig: DIR/kubeconfig, context: eu, namespaces: [octollm], impersonate: true, groups: [wardroom]}
    docker: {path: DIR/program, compose: DIR/program, host: "unix:///run/docker.sock", project: octollm, directory: /srv/octollm, files: [docker-compose.yml]}
    postgres: [{alias: octollm, dsn_file: DIR/dsn, role: diagnostics}]
    redis: [{alias: cache, url_file: DIR/url}]
    prometheus: https://prometheus.example.org
    alertmanager: [https://alertmanager.example.org]
    hosts: {api: https://api.example.org/v1, "localhost:9090": prometheus.internal:9090, db: db.internal}
    variables:
      namespace: {value: octollm, fixed: true}
      service: {allow: [planner-arm, coder-arm]}
    programs: [{name: octollm, path: DIR/program, verbs: {ps: read, restart: change}, env: {FORCE_COLOR: "1"}}]
    approvals: none
    adhoc: read
    unattended: [service-unavailable.md]
    auto_open: ['severity="critical"']
    sources: [eu]
sources:
  - {name: eu, kind: alertmanager, group: pair, url: "http://alertmanager:9093", token_file: DIR/token, silent: 90s}
`

func TestEveryKeyIsRead(t *testing.T) {
	t.Parallel()
	dir := files(t)
	got, err := config.ParseFile([]byte(strings.ReplaceAll(every, "DIR", dir)))
	if err != nil {
		t.Fatal(err)
	}
	want := config.File{
		Environments: []config.Environment{{
			Name: "production", Platform: "kubernetes",
			Kubernetes: &config.Kubernetes{Kubeconfig: dir + "/kubeconfig", Context: "eu", Namespaces: []string{"octollm"}, Impersonate: true, Groups: []string{"wardroom"}},
			Docker:     &config.Docker{Path: dir + "/program", Compose: dir + "/program", Host: "unix:///run/docker.sock", Project: "octollm", Directory: "/srv/octollm", Files: []string{"docker-compose.yml"}},
			Postgres:   []config.Postgres{{Alias: "octollm", DSNFile: dir + "/dsn", Role: "diagnostics"}},
			Redis:      []config.Redis{{Alias: "cache", URLFile: dir + "/url"}},
			Prometheus: "https://prometheus.example.org", Alertmanager: []string{"https://alertmanager.example.org"},
			Hosts:     map[string]string{"api": "https://api.example.org/v1", "localhost:9090": "prometheus.internal:9090", "db": "db.internal"},
			Variables: map[string]config.Variable{"namespace": {Value: "octollm", Fixed: true}, "service": {Allow: []string{"planner-arm", "coder-arm"}}},
			Programs:  []config.Program{{Name: "octollm", Path: dir + "/program", Verbs: map[string]string{"ps": "read", "restart": "change"}, Env: map[string]string{"FORCE_COLOR": "1"}}},
			Approvals: "none", Adhoc: "read", Unattended: []string{"service-unavailable.md"}, AutoOpen: []string{`severity="critical"`}, Sources: []string{"eu"},
		}},
		Sources: []config.Source{{Name: "eu", Kind: "alertmanager", Group: "pair", URL: "http://alertmanager:9093", TokenFile: dir + "/token", Silent: config.Duration(90 * time.Second)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, err := config.ParseFile([]byte("environments: [{name: here, platform: local}]\nsources: [{name: eu, kind: alertmanager, url: http://a}]"))
	if err != nil {
		t.Fatal(err)
	}
	want := config.File{
		Environments: []config.Environment{{Name: "here", Platform: "local", Approvals: "second-person", Adhoc: "off"}},
		Sources:      []config.Source{{Name: "eu", Kind: "alertmanager", Group: "eu", URL: "http://a", Silent: config.Duration(time.Minute)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, empty := range []string{"", "# nothing yet\n", "environments:\n"} {
		if got, err := config.ParseFile([]byte(empty)); err != nil || len(got.Environments) != 0 {
			t.Errorf("%q: %v %v", empty, got, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	dir := files(t)
	environment := func(more string) string { return "environments:\n- {name: a, platform: local, " + more + "}" }
	source := func(more string) string { return "sources:\n- {name: s, kind: alertmanager, " + more + "}" }
	impersonating := func(kubeconfig string) string {
		return environment("kubernetes: {impersonate: true, kubeconfig: " + kubeconfig + "}")
	}
	for name, c := range map[string]struct{ text, want string }{
		"not YAML":             {"environments: [", "line 1: sequence end token ']' not found"},
		"two documents":        {"environments: []\n---\nsources: []", "the file holds more than one document (separated by ---)"},
		"too large":            {strings.Repeat("#", 300<<10), "the file is larger than 256 KiB"},
		"not keys":             {"[a]", "line 1: the file: keys with values are wanted (key: value)"},
		"unknown key":          {"environment: []", "line 1: environment is not a key here; these are: environments, sources"},
		"unknown key within":   {environment("programs: [{title: x}]"), "3 mistakes:\n  line 2: environments[0].programs[0].title is not a key here; these are: env, name, path, verbs\n  environment \"a\": programs[0]: name \"\" is not a name of letters, digits, dots, dashes and underscores\n  environment \"a\": programs[0]: path is missing"},
		"a key twice":          {"environments: []\nenvironments: []", `line 2: mapping key "environments" already defined at [1:1]`},
		"a word for a list":    {environment("alertmanager: http://a"), "line 2: environments[0].alertmanager: a list is wanted: [a, b] or lines that begin with a dash"},
		"a list for a word":    {environment("adhoc: [read]"), "line 2: environments[0].adhoc: a single value is wanted"},
		"a word for keys":      {environment("hosts: api"), "line 2: environments[0].hosts: keys with values are wanted (key: value)"},
		"not a truth":          {environment("variables: {v: {fixed: maybe}}"), "line 2: environments[0].variables.v.fixed: true or false is wanted"},
		"not a duration":       {source("url: http://a, silent: soon"), `line 2: sources[0].silent: "soon" is not a duration like 90s or 5m`},
		"negative duration":    {source("url: http://a, silent: -5s"), `source "s": silent -5s is not a time`},
		"anchor":               {"environments: &x []\nsources: *x", "2 mistakes:\n  line 1: environments: anchors, aliases and tags are not read here; write the value out\n  line 2: sources: anchors, aliases and tags are not read here; write the value out"},
		"merge":                {"<<: {sources: []}", "line 1: the file: a key must be a plain word"},
		"no name":              {"environments:\n- {platform: local}", `environments[0]: name "" is not a name of letters, digits, dots, dashes and underscores`},
		"name with a line":     {`environments: [{name: "a\nb", platform: local}]`, `environments[0]: name "a\nb" is not a name of letters, digits, dots, dashes and underscores`},
		"platform":             {"environments: [{name: a, platform: nomad}]", `environment "a": platform "nomad" is none of docker, kubernetes, local`},
		"approvals":            {environment("approvals: maybe"), `environment "a": approvals "maybe" is none of second-person, none`},
		"adhoc":                {environment("adhoc: destroy"), `environment "a": adhoc "destroy" is none of off, read, change`},
		"environment twice":    {"environments: [{name: a, platform: local}, {name: a, platform: local}, {name: a, platform: local}]", `environment "a" stands twice`},
		"prometheus":           {environment("prometheus: prometheus:9090"), `environment "a": prometheus "prometheus:9090" is not http(s)://host`},
		"alertmanager":         {environment("alertmanager: [ftp://x]"), `environment "a": alertmanager "ftp://x" is not http(s)://host`},
		"kubeconfig":           {environment("kubernetes: {kubeconfig: kube.yml}"), `environment "a": kubernetes: kubeconfig "kube.yml" is not an absolute path`},
		"no kubeconfig":        {environment("kubernetes: {kubeconfig: DIR/none}"), `environment "a": kubernetes: kubeconfig: there is no file DIR/none`},
		"no file of contexts":  {environment("kubernetes: {context: eu}"), `environment "a": kubernetes: context: "eu" is in no kubeconfig; say in which`},
		"system group":         {impersonating("DIR/kubeconfig, groups: ['system:masters']"), `environment "a": kubernetes: groups: "system:masters" begins with system:, which may not be impersonated`},
		"hidden system group":  {impersonating("DIR/kubeconfig, groups: [' System:masters']"), `environment "a": kubernetes: groups: " System:masters" begins with system:, which may not be impersonated`},
		"no group":             {impersonating("DIR/kubeconfig, groups: ['a b']"), `environment "a": kubernetes: groups: "a b" is not the name of a group`},
		"groups of nobody":     {environment("kubernetes: {kubeconfig: DIR/kubeconfig, groups: [a]}"), `environment "a": kubernetes: groups mean nothing without impersonate: true`},
		"nobody to act":        {environment("kubernetes: {impersonate: true}"), `environment "a": kubernetes: impersonate: there is no kubeconfig whose user could act as others`},
		"acts already":         {impersonating("DIR/acting"), "2 mistakes:\n  environment \"a\": kubernetes: impersonate: user \"ops\" of DIR/acting sets as, and would act as somebody else already\n  environment \"a\": kubernetes: impersonate: user \"ops\" of DIR/acting sets as-groups, and would act as somebody else already"},
		"no YAML":              {impersonating("DIR/torn"), `environment "a": kubernetes: kubeconfig DIR/torn cannot be read as YAML`},
		"host":                 {environment("hosts: {api: 'two words'}"), `environment "a": hosts: "api": "two words" is not host:port, a host or http(s)://host`},
		"host scheme":          {environment("hosts: {api: 'file:///etc'}"), `environment "a": hosts: "api": "file:///etc" is not host:port, a host or http(s)://host`},
		"fixed without value":  {environment("variables: {namespace: {fixed: true}}"), `environment "a": variables: namespace is fixed but has no value`},
		"value not allowed":    {environment("variables: {service: {value: x, allow: [y]}}"), `environment "a": variables: service: its value "x" is not in its allow list`},
		"no dsn":               {environment("postgres: [{alias: p}]"), `environment "a": postgres[0]: one of dsn and dsn_file must be given`},
		"both dsn":             {environment("postgres: [{alias: p, dsn: 'postgres://p', dsn_file: DIR/dsn}]"), `environment "a": postgres[0]: one of dsn and dsn_file must be given`},
		"dsn is not repeated":  {environment("postgres: [{alias: p, dsn: 'mysql://u:secret@h'}]"), `environment "a": postgres[0]: dsn is not an address of the form postgres://…`},
		"no dsn file":          {environment("postgres: [{alias: p, dsn_file: DIR/none}]"), `environment "a": postgres[0]: dsn_file DIR/none: no such file or directory`},
		"redis":                {environment("redis: [{alias: r, url: 'http://r'}, {alias: r, url: 'redis://r'}]"), "2 mistakes:\n  environment \"a\": redis alias \"r\" stands twice\n  environment \"a\": redis[0]: url is not an address of the form redis://…"},
		"engine":               {environment("docker: {host: 'ssh://me@h'}"), `environment "a": docker: host: "ssh://me@h" is not unix:///path or tcp://host:port`},
		"relative socket":      {environment("docker: {host: 'unix://run/x.sock'}"), `environment "a": docker: host: "unix://run/x.sock" is not unix:///path or tcp://host:port`},
		"compose":              {environment("docker: {compose: DIR/none}"), `environment "a": docker: compose: there is no file DIR/none`},
		"files in no folder":   {environment("docker: {files: [docker-compose.yml]}"), `environment "a": docker: files: a relative file lies in directory, which is not given`},
		"relative program":     {environment("programs: [{name: x, path: bin/x}]"), `environment "a": program x: path "bin/x" is not an absolute path`},
		"not a program":        {environment("programs: [{name: x, path: DIR/token}]"), `environment "a": program x: there is no program DIR/token`},
		"class":                {environment("programs: [{name: x, path: DIR/program, verbs: {ps: harmless}}]"), `environment "a": program x: verb ps: class "harmless" is none of read, change, destroy`},
		"variable's name":      {environment("programs: [{name: x, path: DIR/program, env: {A=B: c}}]"), `environment "a": program x: env: "A=B" is not the name of a variable`},
		"program twice":        {environment("programs: [{name: x, path: DIR/program}, {name: x, path: DIR/program}]"), `environment "a": program "x" stands twice`},
		"no such source":       {environment("sources: [eu]"), `environment "a": sources: there is no source "eu"`},
		"kind":                 {"sources: [{name: s, kind: nagios, url: http://a}]", `source "s": kind "nagios" is not alertmanager`},
		"source without a way": {"sources: [{name: s, kind: alertmanager}]", `source "s": neither url (polled) nor token_file (webhook) is given`},
		"source's address":     {source("url: alertmanager"), `source "s": url "alertmanager" is not http(s)://host`},
		"short token":          {source("token_file: DIR/short"), `source "s": token_file: the token is shorter than 32 characters`},
		"no token":             {source("token_file: DIR/none"), `source "s": token_file DIR/none: no such file or directory`},
		"token of another":     {source("token_file: DIR/token") + "\n- {name: t, kind: alertmanager, token_file: DIR/token}", `source "t": token_file: the token is also that of source "s"`},
		"source twice":         {source("url: http://a") + "\n- {name: s, kind: alertmanager, url: http://b}", `source "s" stands twice`},
		"everything at once": {"environments:\n- {name: a, platform: nomad, adhok: off}\n- {platform: local, approvals: x}\nsources: [{name: s}]", `6 mistakes:
  line 2: environments[0].adhok is not a key here; these are: adhoc, alertmanager, approvals, auto_open, docker, hosts, kubernetes, name, platform, postgres, programs, prometheus, redis, sources, unattended, variables
  environment "a": platform "nomad" is none of docker, kubernetes, local
  environments[1]: name "" is not a name of letters, digits, dots, dashes and underscores
  environments[1]: approvals "x" is none of second-person, none
  source "s": kind "" is not alertmanager
  source "s": neither url (polled) nor token_file (webhook) is given`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.ParseFile([]byte(strings.ReplaceAll(c.text, "DIR", dir)))
			if err == nil {
				t.Fatal("no mistake found")
			}
			if diff := cmp.Diff(c.want, strings.ReplaceAll(err.Error(), dir, "DIR")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "environments.yml")
	if _, err := config.ReadFile(path); err == nil || err.Error() != "environments file "+path+": no such file or directory" {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("x: 1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadFile(path); err == nil || !strings.HasPrefix(err.Error(), "environments file "+path+": line 1: x is not a key") {
		t.Errorf("wrong file: %v", err)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	f := config.File{Environments: []config.Environment{{Name: "a", Sources: []string{"eu", "us"}}, {Name: "b", Sources: []string{"us"}}}}
	if diff := cmp.Diff([]string{"a", "b"}, f.ForSource("us")); diff != "" {
		t.Error(diff)
	}
	if e, ok := f.Environment("b"); !ok || e.Name != "b" {
		t.Error("b is not found")
	}
	if _, ok := f.Environment("c"); ok {
		t.Error("c is found")
	}
}

// Whatever bytes the file holds, there is an answer, and what is accepted satisfies the
// rules that everything else relies on.
func FuzzParseFile(f *testing.F) {
	f.Add([]byte(every))
	f.Add([]byte("environments: [{name: a, platform: local, hosts: {a: b}}]"))
	f.Add([]byte("sources: &a [*a]"))
	f.Add([]byte("? [a]\n: b\n<<: *x\n!!str x: |\n  y"))
	f.Add([]byte(strings.Repeat("[", 1000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := config.ParseFile(data)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("a mistake without words")
			}
			return
		}
		for _, e := range file.Environments {
			if e.Name == "" || e.Platform != "docker" && e.Platform != "kubernetes" && e.Platform != "local" {
				t.Errorf("accepted %+v", e)
			}
			for _, source := range e.Sources {
				if !strings.Contains(strings.Join(file.ForSource(source), " "), e.Name) {
					t.Errorf("source %q does not lead to %q", source, e.Name)
				}
			}
		}
	})
}
