package timeline

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestEveryKindHasASentence(t *testing.T) {
	t.Parallel()
	exit, due := 1, time.Date(2026, 11, 23, 3, 27, 54, 0, time.UTC)
	id := uuid.Must(uuid.NewV7())
	arm := SymptomData{Name: "ArmDown", Service: "coder-arm", Source: "alertmanager-eu"}
	run := RunData{Number: 3, Title: "Check logs", Risk: "read"}
	typed := RunData{Number: 4, Title: "Check logs", Risk: "read", Source: "typed", Text: "kubectl get pods\nkubectl get events"}
	edited := RunData{Number: 5, Title: "Check logs", Risk: "change", Source: "edited", Text: "kubectl scale deployment/api --replicas=0"}
	offer := HandoffData{From: "Ana", To: "Bo"}
	tests := []struct {
		kind Kind
		data any
		text string
		want string
	}{
		{Declared, DeclaredData{Severity: 2, Environment: "prod"}, "t", "Ana started the incident as SEV2 in prod"},
		{Declared, DeclaredData{Severity: 3}, "t", "Ana started the incident as SEV3"},
		{StatusChanged, StatusData{From: "open", To: "acknowledged"}, "", "Ana acknowledged the incident"},
		{StatusChanged, StatusData{From: "open", To: "mitigated"}, "", "Ana marked the incident as mitigated"},
		{StatusChanged, StatusData{From: "open", To: "resolved"}, "", "Ana resolved the incident"},
		{StatusChanged, StatusData{From: "resolved", To: "closed"}, "", "Ana closed the incident"},
		{StatusChanged, StatusData{From: "closed", To: "open"}, "", "Ana reopened the incident"},
		{StatusChanged, StatusData{To: "frozen"}, "", "Ana: status changed"},
		{SeverityChanged, SeverityData{From: 3, To: 2}, "", "Ana raised the severity from SEV3 to SEV2"},
		{SeverityChanged, SeverityData{From: 2, To: 4}, "", "Ana lowered the severity from SEV2 to SEV4"},
		{TitleChanged, nil, "coder-arm down", "Ana renamed the incident to “coder-arm down”"},
		{TitleChanged, nil, "", "Ana renamed the incident"},
		{LeadChanged, LeadData{To: "Ana"}, "", "Ana leads now"},
		{LeadChanged, LeadData{From: "Kim", To: "Bo"}, "", "Ana made Bo the lead, instead of Kim"},
		{LeadChanged, LeadData{From: "Kim"}, "", "Ana took the lead from Kim; nobody leads now"},
		{Joined, nil, "", "Ana joined"},
		{Joined, PersonData{UserID: id, Name: "Bo"}, "", "Ana brought in Bo"},
		{Left, nil, "", "Ana left"},
		{SymptomAdded, arm, "", "Ana added ArmDown for coder-arm"},
		{SymptomFired, arm, "", "ArmDown for coder-arm fired"},
		{SymptomFired, SymptomData{Name: "ArmDown", Count: 412}, "", "412 symptoms, the worst of them ArmDown, fired"},
		{SymptomResolved, arm, "", "ArmDown for coder-arm cleared"},
		{SymptomUnknown, arm, "", "ArmDown for coder-arm is unknown: alertmanager-eu is silent"},
		{PlaybookAttached, PlaybookData{Title: "Latency", Reason: "ArmDown"}, "", "Ana attached the playbook Latency (ArmDown)"},
		{PlaybookDetached, PlaybookData{Title: "Latency"}, "", "Ana detached the playbook Latency"},
		{PlaybookSwitched, PlaybookData{Title: "Memory", Replaced: "Latency"}, "", "Ana switched from the playbook Latency to Memory"},
		{RunStarted, run, "", "Ana started Check logs, run 3 (read)"},
		{RunStarted, RunData{Number: 3, Risk: "change", ActsAs: "wardroom:ana"}, "", "Ana started run 3 (change, as wardroom:ana)"},
		{RunEnded, RunData{Number: 3, State: "failed", ExitCode: &exit, DurationMS: 1840}, "", "run 3 failed with exit 1 after 1.8 s"},
		{RunEnded, RunData{Number: 3, State: "refused", Reason: "rm is not permitted"}, "", "run 3 was refused: rm is not permitted"},
		{RunStarted, typed, "", "Ana started “kubectl get pods…”, typed run 4 (read)"},
		{RunStarted, edited, "", "Ana started “kubectl scale deployment/api --replicas=0”, edited run 5 of Check logs (change)"},
		{RunEnded, edited, "", "“kubectl scale deployment/api --replicas=0”, edited run 5 of Check logs (change) ended"},
		{RunEnded, typed, "", "“kubectl get pods…”, typed run 4 ended"},
		{RunStarted, RunData{Number: 5, Title: "Check logs", Source: "edited"}, "", "Ana started Check logs, edited run 5"},
		{ProposalSetAside, typed, "", "Ana does not propose “kubectl get pods…”, typed run 4 for the playbook"},
		{ProposalRestored, edited, "", "Ana proposes “kubectl scale deployment/api --replicas=0”, edited run 5 of Check logs for the playbook again"},
		{RunStopAsked, run, "", "Ana asked to stop Check logs, run 3"},
		{RunInterrupted, run, "", "Check logs, run 3 was interrupted, outcome unknown"},
		{RunNoted, run, "looks fine", "Ana noted on Check logs, run 3"},
		{StepDone, run, "", "Ana marked Check logs as done"},
		{StepDone, RunData{Title: "Check logs", State: "stopped"}, "", "Ana moved on from Check logs"},
		{ScratchEmptied, nil, "", "Ana emptied the scratch folder"},
		{VariableSet, VariableData{Name: "POD"}, "api-0", "Ana set the value of POD"},
		{VariableSet, VariableData{Name: "POD", Removed: true}, "", "Ana removed the value of POD"},
		{EscalationStarted, EscalationData{To: 1, DueAt: &due}, "", "Escalation started at L1, next at 03:27:54 UTC"},
		{Escalated, EscalationData{From: 1, To: 2}, "", "Ana escalated to L2"},
		{Escalated, EscalationData{To: 2, ByTimer: true, Minutes: 15, LateSeconds: 90}, "", "15 min without a fix: escalated to L2, 1 min 30 s late"},
		{EscalationHeld, EscalationData{To: 2}, "", "Ana is on it at L2"},
		{EscalationExtended, EscalationData{Minutes: 15, DueAt: &due}, "", "Ana gave it 15 more minutes, next at 03:27:54 UTC"},
		{EscalationStopped, EscalationData{Reason: "the incident is mitigated"}, "", "Escalation stopped: the incident is mitigated"},
		{HandoffOffered, offer, "", "Ana offered the incident to Bo"},
		{HandoffAccepted, offer, "", "Ana accepted the handoff from Ana and leads now"},
		{HandoffDeclined, offer, "", "Ana declined the handoff from Ana"},
		{HandoffRevoked, offer, "", "Ana revoked the handoff link to Bo"},
		{Noted, nil, "hm", "Ana noted"},
		{"from_the_future", nil, "", "Ana: from the future"},
	}
	said := map[Kind]bool{}
	for _, test := range tests {
		said[test.kind] = true
		data := json.RawMessage("{}")
		if test.data != nil {
			var err error
			if data, err = json.Marshal(test.data); err != nil {
				t.Fatal(err)
			}
		}
		if got := Sentence(Record{Kind: test.kind, Actor: "Ana", Data: data, Text: test.text}); got != test.want {
			t.Errorf("%s: %q, want %q", test.kind, got, test.want)
		}
	}
	for kind := range sayings {
		if !said[kind] {
			t.Errorf("%s is not tested", kind)
		}
		if kind.Group() == "" {
			t.Errorf("%s is found under no filter", kind)
		}
	}
}

// TestNoKindIsForgotten reads the kinds where they are declared.
func TestNoKindIsForgotten(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "kinds.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, named := spec.Type.(*ast.Ident); named && typ.Name == "Kind" {
			kinds++
			word, unquoteErr := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if _, said := sayings[Kind(word)]; !said || unquoteErr != nil {
				t.Errorf("%s has no sentence", spec.Names[0])
			}
		}
		return true
	})
	if kinds != len(sayings) {
		t.Errorf("%d kinds, %d sentences", kinds, len(sayings))
	}
}

func TestUnreadableDataIsStillASentence(t *testing.T) {
	t.Parallel()
	for kind := range sayings {
		for _, data := range []string{"", "[1]", `{"to": {}}`, "{}"} {
			if Sentence(Record{Kind: kind, Actor: "Ana", Data: json.RawMessage(data)}) == "" {
				t.Errorf("%s with %q says nothing", kind, data)
			}
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 940 * time.Millisecond: "0.9 s", 2 * time.Second: "2 s", 9990 * time.Millisecond: "10 s",
		40 * time.Second: "40 s", 136 * time.Second: "2 min 16 s", 64 * time.Minute: "1 h 4 min", 75 * time.Hour: "3 days 3 h",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
