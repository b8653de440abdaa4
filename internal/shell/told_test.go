package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

// TestToldBeforeItRuns holds what a run would refuse by a literal word: no button offers it.
func TestToldBeforeItRuns(t *testing.T) {
	t.Parallel()
	p := shell.Policy{
		Platform: shell.Local, Programs: ofTheHost,
		Hosts: []string{"api", "localhost"}, Servers: []string{"cache", "db.internal"},
	}
	labelled(t, p, `
		read+dr   | cat /etc/passwd
		read+dr   | cat < /etc/passwd
		read+dr   | echo "$(</etc/passwd)"
		read+r    | grep -c error /var/log/syslog
		read      | grep -c /var/log/syslog list
		read+r    | grep -e a -e b /var/log/syslog
		read      | awk '/x/ {print $1}' list
		read+r    | awk '{print}' /var/log/syslog
		read      | sed -n '/a/,/b/p' list
		read+r    | sed -n 1p /var/log/syslog
		read+r    | ls -l /var/log
		read+r    | ls /var/log/*.log
		read+r    | test -f /etc/hosts && echo there
		read+r    | [ -d /srv/data ] || echo gone
		read      | [ /srv = /srv ]
		read+r    | cd /etc && ls
		change+r  | echo x > /tmp/out
		change+r  | sort -o /tmp/out list
		change+r  | curl -o /tmp/out http://api/
		read      | ls 2>/dev/null
		read      | cat /dev/stdin
		read      | cat list > /dev/null
		read      | cat "$FILE"
		read      | df -h /var
		read      | curl -s http://api:8000/health
		read      | curl -s localhost:8000/health
		read+r    | curl -s http://elsewhere:8000/health
		read      | curl -s "http://$HOST/health"
		read+r    | curl -s http://cache/health
		read      | nc -z cache 6379
		read+r    | nc -z elsewhere 6379
		read      | redis-cli -h cache PING
		read      | redis-cli PING
		read+r    | redis-cli -h elsewhere PING
		read      | psql -h db.internal -c "SELECT 1"
		read+r    | psql -h elsewhere -c "SELECT 1"
		read+r    | psql postgresql://elsewhere/x -c "SELECT 1"
		read+r    | pg_isready -h elsewhere
		read+r    | dig +short elsewhere
		read      | dig +short API AAAA
		read+r    | nslookup elsewhere
		read+r    | ping -c 1 elsewhere
		read      | ping -c 1 api
		read+r    | nc -z <host> 80; cat /etc/hostname
	`)
	labelled(t, onDocker, `
		read+d    | docker exec api cat /etc/passwd
		read      | docker exec api sh -c 'cat /var/log/app.log > /dev/null'
		read      | docker exec api curl -s http://elsewhere/
		read      | curl -s http://elsewhere/
	`)
	p.Servers = nil // a file of its own says where one is
	labelled(t, p, `
		read      | redis-cli -h elsewhere PING
		read+r    | curl -s http://elsewhere/
	`)
	if a := p.Analyse("cat /etc/hostname"); !strings.Contains(a.Refused, "/etc/hostname lies outside the run's own folder") {
		t.Errorf("%+v", a)
	}
	// As it starts, a word may be the run's own folder.
	if class := p.Classify([]string{"cat", "/var/lib/wardroom/scratch/list"}); class.Refused != "" {
		t.Errorf("%+v", class)
	}
}

func TestHostName(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://api": "api", "https://api:8000/x": "api", "api:8000": "api", "api": "api", "postgres://u:p@db/x": "db", "[::1]:80": "::1", "http://[::1]:80/": "::1", "": "",
	} {
		if got := shell.HostName(address); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
