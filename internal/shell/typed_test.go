package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/internal/shell"
)

// texts gives the commands of a fence, each with its language where it is not the shell's.
func texts(lines []shell.Line) []string {
	var all []string
	for _, l := range lines {
		if l.In != "" {
			l.Text = l.In + " " + l.Text
		}
		all = append(all, l.Text)
	}
	return all
}

func TestCommandsAreToldFromOutput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fence string
		want  []string
	}{
		"a pod":                {"kubectl get pods\nNAME    READY   STATUS\nweb-0   1/1     Running", []string{"kubectl get pods"}},
		"a message":            {"kubectl delete pod web-0\npod \"web-0\" deleted", []string{"kubectl delete pod web-0"}},
		"an object":            {"kubectl apply -f x.yaml\ndeployment.apps/web configured\nsecret/tls unchanged", []string{"kubectl apply -f x.yaml"}},
		"a word":               {"systemctl is-active web\nactive", []string{"systemctl is-active web"}},
		"a number":             {"wc -l x\n12 x\ntotal 12", []string{"wc -l x"}},
		"an error":             {"curl x\ncurl: (7) Failed to connect", []string{"curl x"}},
		"a log":                {"tail app.log\nlevel=info ts=1 msg=\"a b\"\ntime=\"2031\" level=warn\n2031-01-01T00:00:00Z started", []string{"tail app.log"}},
		"a date":               {"notAfter=Aug  6 13:11:20 2031 GMT", nil},
		"YAML":                 {"kubectl get x -o yaml\nspec:\n  args:\n  - sleep 5\n  name: x\nkubectl get y", []string{"kubectl get x -o yaml", "kubectl get y"}},
		"JSON":                 {"curl -s x\n{\n  \"a\": [\n    1\n  ]\n}", []string{"curl -s x"}},
		"a table of psql":      {"psql -c 'SELECT 1'\n id | name\n----+------\n  1 | a\n(1 row)", []string{"psql -c 'SELECT 1'"}},
		"top":                  {"top -b -n1\ntop - 10:00:01 up 3 days\nTasks: 12 total", []string{"top -b -n1"}},
		"files":                {"find / -name x\n/etc/x\n/var/lib/x", []string{"find / -name x"}},
		"a sentence":           {"docker ps\nthe daemon is not running", []string{"docker ps"}},
		"ls":                   {"ls -l\n-rw-r--r-- 1 root root 0 Jan 1 x\ndrwxr-xr-x 2 root root 0 Jan 1 d", []string{"ls -l"}},
		"unknown programs":     {"odfctl ls --stale\nrun_me.sh now\nceph-mon -i a\nk get pods", []string{"odfctl ls --stale", "run_me.sh now", "ceph-mon -i a", "k get pods"}},
		"shell":                {"for i in 1 2; do echo $i; done\n{ ls; }\nX=1\nA=1 ls\n./x.sh a\n~/bin/x a\n> /tmp/x\n\\ls", []string{"for i in 1 2; do echo $i; done", "{ ls; }", "X=1", "A=1 ls", "./x.sh a", "~/bin/x a", "> /tmp/x"}},
		"redirected":           {"ls \\\n  > out.txt\ncat out.txt", []string{"ls > out.txt", "cat out.txt"}},
		"sentence as root":     {"# watch the rollout\nkubectl get pods\n# kill the stuck process\nps aux", []string{"kubectl get pods", "ps aux"}},
		"curl's progress":      {"$ curl -o x http://x\n  % Total    % Received % Xferd\n100  12k", []string{"curl -o x http://x"}},
		"psql":                 {"db=# select 1\ndb-# ;\n ?column?\ndb=> \\dt\nls", []string{"sql select 1\n;", "sql \\dt"}},
		"redis":                {"127.0.0.1:6379> INFO\nredis_version:7", []string{"other INFO"}},
		"arrows":               {"> slowlog get 5\n1) 1\n> kubectl get pods", []string{"other slowlog get 5", "kubectl get pods"}},
		"queries":              {"sum(rate(x_total[5m]))\n  / 2\nup == 0\nls", []string{"promql sum(rate(x_total[5m]))\n  / 2", "promql up == 0", "ls"}},
		"keys of YAML":         {"sum(x_total)\n\nserver_side_limits:\n  max_series_count: <int>", []string{"promql sum(x_total)"}},
		"a function":           {"count() { ls; }\ncount", []string{"count() { ls; }", "count"}},
		"exposition":           {"curl -s x/metrics\nup{job=\"a\"} 1", []string{"curl -s x/metrics"}},
		"typed into redis-cli": {"redis-cli -h r\n\n# memory\nINFO memory\nused_memory:1\nSLOWLOG GET 10", []string{"redis-cli -h r", "other INFO memory", "other SLOWLOG GET 10"}},
		"no redis-cli":         {"ls\nINFO memory", []string{"ls"}},
		"paths":                {"/usr/bin/id\n/var/lib/x # keep", []string{"/usr/bin/id", "/var/lib/x # keep"}},
		"quoted here-document": {"cat <<'X'\na b c\nX\nls", []string{"cat <<'X'\na b c\nX", "ls"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, texts(shell.Commands(c.fence))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	got, remarks := shell.Queries("# a\nsum(x) # not {\n/\nsum(y)\n\n# b\nrate(z{a=\"(\"}[5m])\n\nx\n# else wait\n")
	want := []shell.Line{
		{Text: "sum(x) # not {\n/\nsum(y)", Caption: "a", Line: 2, In: shell.InPromQL},
		{Text: "rate(z{a=\"(\"}[5m])", Caption: "b", Line: 7, In: shell.InPromQL},
		{Text: "x", Line: 9, In: shell.InPromQL},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]shell.Remark{{Lines: []string{"else wait"}, Line: 10}}, remarks); diff != "" {
		t.Error(diff)
	}
}

// A fence costs time in proportion to its length, however its lines hang together.
func TestCommandsOfHostileFences(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"sum(\n", "(\n", "> a\n", "a=# b\n", "$ a '\n", "--a\n", "# find x\n", "a:\n b\n", "x_y_z\n", "| ls\n", "ls\n| ls\n"} {
		fence := strings.Repeat(piece, (1<<18)/len(piece))
		if lines := shell.Commands(fence); len(lines) > len(fence) {
			t.Errorf("%q: %d lines", piece, len(lines))
		}
		shell.Queries(fence)
	}
}

func TestPlaceholdersWithoutAMark(t *testing.T) {
	t.Parallel()
	capitals := strings.Repeat("X", 5) // how runbooks write the random end of a pod's name
	for text, want := range map[string]string{
		"kubectl -n NAMESPACE logs POD_NAME":             "NAMESPACE POD_NAME",
		"kubectl get svc/MAIN-HOST-rw --context=MY_CTX":  "MAIN-HOST MY_CTX",
		"kubectl logs dns-default-xxxxx -n dns":          "dns-default-xxxxx",
		"kubectl delete pod/web-7f9c-" + capitals:        "web-7f9c-" + capitals,
		"kubectl -n {namespace} logs {pod_name}":         "{namespace} {pod_name}",
		"kubectl logs {{ $labels.pod }}":                 "{{ $labels.pod }}",
		"X='<\"Used by\" of the output>'":                "<\"Used by\" of the output>",
		"curl 'http://x/q?a=[METRIC_NAME]'":              "[METRIC_NAME]",
		"kubectl scale d/x --replicas=[N]":               "[N]",
		"export POD_NAME=x":                              "",
		"grep -v NAMESPACE":                              "",
		"docker run -e NODE_NAME x":                      "",
		"kubectl get x -o custom-columns=POD:.a,NODE:.b": "",
		"kubectl set env d/x POD_NAME-":                  "",
		"redis-cli CLUSTER INFO":                         "",
		"curl -X POST x":                                 "",
		"docker images | grep '<none>'":                  "",
		"xargs -I {} echo {}":                            "",
		"echo ${NAMESPACE:-x} \"POD_NAME\" 'POD_NAME'":   "",
		"git rev-parse HEAD@{upstream}":                  "",
		"echo xxxxx axxxxx":                              "",
	} {
		var got []string
		for _, p := range shell.Params(text) {
			got = append(got, p.Text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %q, want %q", text, s, want)
		}
	}
	for text, label := range map[string]string{"ls {{ $labels.pod }}": "pod", "ls NAMESPACE": "namespace", "ls POD_NAME": "pod"} {
		if p := shell.Params(text); len(p) != 1 || p[0].Label != label {
			t.Errorf("%s: %+v, want the label %s", text, p, label)
		}
	}
}
