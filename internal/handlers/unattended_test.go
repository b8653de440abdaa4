package handlers_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/internal/authz"
	"wardroom/internal/config"
)

// Whatever a playbook would have done by itself, nothing of it is: to look is not to run.
func TestNothingRunsWithoutAClick(t *testing.T) {
	t.Parallel()
	asked, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer asked.Close()
	accepted := make(chan struct{})
	go func() {
		if conn, acceptErr := asked.Accept(); acceptErr == nil {
			_ = conn.Close()
			close(accepted)
		}
	}()
	text := "# Eager\n\n## Symptoms\n\n~~~probe\nname: up\nhttp: http://" + asked.Addr().String() + "/\ninterval: 10s\n~~~\n\n## Diagnosis\n\n### Count\n\n" +
		"~~~sh {id=count}\nseq 1 2\n~~~\n\n~~~finding\nwhen: {regex: '2'}\nsay: two\n~~~\n\n## Resolution\n\n### Mend\n\n~~~sh {id=mend}\nseq 1 3\n~~~\n\n" +
		"~~~verify\nhttp: http://" + asked.Addr().String() + "/\nexpect: \"== 200\"\n~~~\n"
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "eager.md"), []byte(text), 0o600))
	h := setup(t, func(s *config.Settings) { s.PlaybooksWrite = folder })
	ana := h.person(t, "Ana", authz.Author)
	h.declaredWith(t, ana, "eager")
	b := h.browser(t, ana)
	room := b.get(t, "/incidents/1").want(t, http.StatusOK)
	if !strings.Contains(room.text(), "seq 1 2") || len(find(room.doc, ".problems")) > 0 {
		t.Fatalf("the playbook is not read: %.500s", room.text())
	}
	for _, path := range []string{"/", "/incidents", "/playbooks", "/playbooks/eager", "/incidents/1/review"} {
		b.get(t, path).want(t, http.StatusOK)
	}
	select {
	case <-accepted:
		t.Error("its probe has asked")
	default:
	}
	if n := h.count(t, "SELECT count(*) FROM runs"); n != 0 {
		t.Errorf("%d runs", n)
	}
}
