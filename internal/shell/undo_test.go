package shell_test

import (
	"strings"
	"testing"

	"wardroom/internal/shell"
)

func TestHowAChangeIsTakenBack(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"kubectl scale deploy/api --replicas=0":                                          "Scale back to",
		"kubectl -n octollm rollout restart deploy/api":                                  "Nothing to take back: the pods",
		"oc rollout undo dc/api":                                                         "kubectl rollout undo once more",
		"kubectl cordon scale":                                                           "kubectl uncordon.",
		"kubectl get nodes -o name | xargs kubectl cordon":                               "kubectl uncordon.",
		"docker compose -f a.yml restart api":                                            "Nothing to take back: the services",
		"docker compose restart api && docker compose stop db":                           "Nothing to take back: the services | compose start.",
		"redis-cli CONFIG SET maxmemory 1gb":                                             "CONFIG SET with",
		`psql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = 1"`: "Nothing to take back: the client connects",
		`psql -d octollm -c "CREATE INDEX CONCURRENTLY i ON t (a)"`:                      "DROP INDEX.",
		"kubectl get pods":                                                               "",
		"kubectl delete pod/api-0 -n octollm":                                            "Nothing to take back: its owner",
		"kubectl -n set scale deploy/api --replicas=2":                                   "Scale back to",
		"kubectl exec redis-0 -- redis-cli CONFIG SET maxmemory 1gb":                     "",
		"docker exec web systemctl restart nginx":                                        "",
		"redis-cli -h cache -p 6379 CONFIG SET maxmemory 1gb":                            "CONFIG SET with",
		`psql -c "ALTER TABLE t ADD COLUMN vacuum int"`:                                  "",
		`psql -c "INSERT INTO t SELECT * FROM analyze"`:                                  "",
		`psql -c "VACUUM t; ALTER SYSTEM SET work_mem = '8MB'"`:                          "Nothing to take back: dead rows | ALTER SYSTEM SET with",
		"systemctl restart api":                                                          "Nothing to take back: the unit",
		"kubectl exec api-0 -- reboot":                                                   "",
		"systemctl status restart":                                                       "",
		"if":                                                                             "",
	} {
		got := shell.Policy{}.TakenBack(text)
		wants := strings.Split(want, " | ")
		if want == "" {
			wants = nil
		}
		if len(got) != len(wants) {
			t.Errorf("%s: %q, want %q", text, got, want)
			continue
		}
		for i := range wants {
			if !strings.HasPrefix(got[i], wants[i]) {
				t.Errorf("%s: %q, want %q", text, got, want)
			}
		}
	}
	if got := shell.TakenBackSQL("VACUUM (ANALYZE) events"); len(got) != 1 || !strings.Contains(got[0], "dead rows") {
		t.Errorf("%q", got)
	}
}
