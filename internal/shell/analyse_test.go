package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

// verdict writes an analysis the way the tables below do: the risk and the marks
// d (discloses), s (stream), r (refused).
func verdict(a shell.Analysis) string {
	marks := ""
	if a.Discloses {
		marks += "d"
	}
	if a.Stream {
		marks += "s"
	}
	if a.Refused != "" {
		marks += "r"
	}
	if marks != "" {
		marks = "+" + marks
	}
	return a.Risk.String() + marks
}

// labelled checks a table of "verdict | command" lines.
func labelled(t *testing.T, p shell.Policy, table string) {
	t.Helper()
	for line := range strings.Lines(table) {
		want, command, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok {
			continue
		}
		command = strings.ReplaceAll(strings.TrimSpace(command), "⏎", "\n")
		a := p.Analyse(command)
		if got := verdict(a); got != strings.TrimSpace(want) {
			t.Errorf("%s\n got %s (%s; refused: %s)\nwant %s", command, got, a.Why, a.Refused, want)
		}
		if a.Why == "" {
			t.Errorf("%s: no reason", command)
		}
		if a.Runnable != (a.Risk < shell.Interactive && a.Refused == "") {
			t.Errorf("%s: runnable = %t", command, a.Runnable)
		}
	}
}

var (
	onDocker     = shell.Policy{Platform: shell.Docker}
	onKubernetes = shell.Policy{Platform: shell.Kubernetes}
	onLocal      = shell.Policy{Platform: shell.Local, Programs: append([]shell.HostProgram{{
		Name: "octollm", Path: "/usr/local/bin/octollm",
		Verbs: map[string]shell.Risk{"ps": shell.Read, "logs": shell.Read, "restart": shell.Change},
	}}, ofTheHost...)}
	ofTheHost = []shell.HostProgram{
		{Name: "df"}, {Name: "free"}, {Name: "journalctl"}, {Name: "ping"}, {Name: "ps"}, {Name: "systemctl"}, {Name: "top"}, {Name: "uptime"},
	}
)

func TestShell(t *testing.T) {
	t.Parallel()
	labelled(t, onLocal, `
		read        | echo hello
		read        | true && false || echo no
		read        | POD=web; echo $POD
		read        | cat notes.txt | grep -i error | sort | uniq -c | head -20
		read        | for port in 8100 8101; do curl -sf http://localhost:$port/health && echo up || echo down; done
		read        | while read -r line; do echo "$line"; done
		read        | if test -f x; then cat x; fi
		read        | f() { ls; }; f
		read        | ls 2>&1
		read        | ls > /dev/null 2>&1
		read        | ls &> /dev/null
		read        | cat <<EOF⏎hello⏎EOF
		read        | cat <<< hello
		read        | export LEVEL=debug
		read        | set -euo pipefail
		read        | X=$((1 + 2)); echo $X
		read        | [[ -n $X ]] && echo set
		read        | case x in x) echo y;; esac
		read        | time ls
		read        | timeout 5 ls
		read        | printf '%s\n' a b
		read        | seq 3 | xargs -n1 echo
		read        | date +%s
		read        | date -u
		read        | eval 'ls -l'
		read        | ls # with a comment; rm -rf /
		read+d      | env
		read+d      | env | grep PASSWORD
		read+dr     | cat /run/secrets/db
		read+d      | cat < .env
		read+s      | tail -f app.log
		change      | echo x > out.txt
		change      | echo x >> out.txt
		change      | ls | tee out.txt
		change      | sort -o out.txt in.txt
		change      | uniq in.txt out.txt
		destroy     | > out.txt
		destroy     | : > out.txt
		destroy+r   | echo x > /dev/sda
		read        | ls | tee /dev/null
		unknown+r   | rm -rf $(
		unknown     | V=ls; $V
		unknown     | $(echo rm) -rf /
		unknown     | eval "$X"
		unknown     | source ./lib.sh
		unknown     | . ./lib.sh
		unknown+r   | ./scripts/healthcheck.sh
		destroy+r   | trap 'rm x' EXIT
		unknown     | alias ls=rm
		unknown     | echo x > $FILE_$$
		unknown     | cat < "$(echo x)"
		read+r      | diff <(ls) <(ls -a)
		read+r      | cat < /dev/tcp/10.0.0.1/80
		unknown+r   | PATH=/tmp ls
		unknown+r   | LD_PRELOAD=/tmp/x.so ls
		unknown+r   | export LD_LIBRARY_PATH=/tmp
		read+r      | KUBECONFIG=x; ls
		read+r      | export DOCKER_HOST=tcp://x
		unknown+r   | HOME=/tmp ls
		read+r      | PGPASSWORD=x ls
		read+r      | https_proxy=http://x curl http://y
		unknown+r   | GIT_SSH_COMMAND=x ls
		unknown+r   | read PATH
		unknown+r   | printf -v PATH x
		unknown+r   | for PATH in /tmp; do ls; done
		unknown+r   | echo ${PATH:=/tmp}
		unknown+r   | (( PATH = 1 ))
		unknown+r   | env LD_PRELOAD=x ls
		unknown+r   | env -S 'ls'
		unknown     | declare -n ref=PATH
		unknown     | export "$X"
		unknown     | echo ${X@P}
		unknown     | ls() { echo; }; ls
		unknown     | curl() { echo; }; curl http://x
		unknown     | date 010100002030
		change+r    | date -s tomorrow
		unknown     | timeout $T ls
		unknown+r   | nosuchprogram
		unknown     | exec 3>&1 {fd}>x
		unknown     | X='-o out'; sort $X in
		change      | sort {-o,out} in
		read        | f(){ f; }; f
		read        | x=$x$x
		read        | command -v ls
		read        | exec ls
		destroy+r   | sudo rm -rf /var/x
		destroy+r   | nice -n 5 rm x
		destroy+r   | ls | xargs rm
		destroy+r   | find . -name '*.log' -exec rm {} \;
		destroy+r   | find /backups -mtime +30 -delete
		read        | find . -name '*.log' -mtime +1
		change+r    | find . -fprint out
		read+r      | sh -c 'ls; date'
		destroy+r   | bash -c 'rm -rf /'
		unknown+r   | sh -c "$X"
		unknown+r   | ls | xargs -I{} sh -c 'cat {}'
		interactive+r | bash
		read+r      | echo ls | bash
		interactive+r | sudo -n vi x
		read+s      | watch -n 5 'ls | wc -l'
		destroy+sr  | watch rm x
	`)
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read      | echo '{}' | jq .
		read      | cat x | jq -r '.items[] | .name'
		read+d    | echo 1 | jq '$ENV'
		unknown+r | jq -f prog.jq
		read+r    | jq --rawfile a /etc/passwd .
		read      | awk '{print $1}' x
		read      | awk -F: '$3 > 80 {print $1}' x
		read      | awk '/Evicted|Error/{print $1}' x
		read      | awk '$3 ~ /a|b/ || /getline|x@y/ {print "system | sh"}' x
		unknown   | awk '/a/{print | "sh"}' x
		unknown   | awk '/[/|]/ { x = "/ } { print | "sh" }' x
		unknown   | awk '{ "date" | getline d; print d }' x
		unknown   | awk 'BEGIN{system("rm x")}'
		unknown   | awk '{print > "out"}' x
		unknown   | awk '{print | "sh"}' x
		read      | awk '{ if ($3 > 80) print $1 }' x
		read      | awk 'NR > 1 && $5+0 > 90 { print $1, ($2 > 3) }' x
		unknown   | awk '{ print($1) > "out" }' x
		unknown   | awk '{ printf "%s", $1 >> "out" }' x
		unknown   | awk '{ if ($1 > 2) print > "out" }' x
		unknown   | awk '/[/]/ { x = "/ } { print > "out" }' x
		unknown+r | awk -f x.awk
		read      | sed -n '1,5p' x
		read      | sed 's/a/b/g' x
		change    | sed -i 's/a/b/' x
		unknown   | sed 's/a/b/e' x
		unknown   | sed 'w out' x
		unknown   | sed -n '1p;w out' x
		unknown+r | python -m cProfile app.py
		unknown+r | python3 -c 'print(1)'
		interactive+r | python
	`)
}

func TestBracesThatAreWrittenOut(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read+r    | cat /proc/loadavg /proc/pressure/{cpu,io,memory}
		read      | cat a{,.old}
		read      | ls {1..3}
		unknown   | ls {1..1000000000}
		destroy   | kubectl delete {pvc,pod} x
		unknown   | kubectl get pods {--watch,$X}
		unknown   | cat {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}
	`)
}

func TestMongoThatIsWrittenOut(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read       | mongosh --quiet --eval "db.serverStatus().connections"
		read       | mongosh --quiet --eval "rs.status().members.forEach(m => print(m.name, m.stateStr))"
		unknown   | mongosh --quiet --eval "rs.status().members.forEach(m => db.x.drop())"
		unknown   | mongosh --quiet --eval "rs.status().members.forEach(m => x.y = 1)"
		destroy   | mongosh app --eval 'db.s.deleteMany({ seen: { $lt: new Date(Date.now() - 864e5) } })'
		destroy   | mongosh app --eval 'db.o.aggregate([{ $match: { year: 2023 } }, { $out: "o_2023" }])'
		unknown   | mongosh app --eval 'db.o.aggregate([{ $match: { $where: "1" } }])'
	`)
}

// People write MySQL into SQL fences too.
func TestMySQLsOwnStatements(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]shell.Risk{
		"SET GLOBAL read_only = OFF;":                  shell.Change,
		"PURGE BINARY LOGS BEFORE '2024-04-02 22:46';": shell.Destroy,
		"RESET MASTER":                              shell.Destroy,
		"RESET statement_timeout":                   shell.Read,
		"START SLAVE;":                              shell.Change,
		"STOP REPLICA FOR CHANNEL 'a'":              shell.Change,
		"KILL QUERY 12":                             shell.Change,
		"START TRANSACTION; SELECT 1":               shell.Read,
		"FLUSH TABLES WITH READ LOCK; DROP TABLE a": shell.Destroy,
	} {
		if class := shell.SQL(text); class.Risk != want {
			t.Errorf("%s: %v, %s", text, class.Risk, class.Why)
		}
	}
}
