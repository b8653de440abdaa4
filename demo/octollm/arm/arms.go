package arm

import "slices"

// Orchestrator is the name of the service that routes tasks to the arms, and OrchestratorPort where it usually listens.
const (
	Orchestrator     = "orchestrator"
	OrchestratorPort = 8000
)

// Capability is what an arm tells the orchestrator about itself.
type Capability struct {
	Name     string   `json:"name"`
	Domain   string   `json:"domain"`
	Keywords []string `json:"keywords"`
	URL      string   `json:"url"`
}

// Kind is one sort of arm.
type Kind struct {
	Name     string
	Port     int // where it usually listens
	Domain   string
	Keywords []string
}

// Kinds are the six arms.
func Kinds() []Kind {
	return []Kind{
		{"planner-arm", 8100, "planning", []string{"plan", "decompose", "break down", "steps"}},
		{"executor-arm", 8101, "execution", []string{"run", "execute", "call", "deploy"}},
		{"coder-arm", 8102, "code", []string{"code", "function", "bug", "refactor"}},
		{"judge-arm", 8103, "validation", []string{"check", "validate", "compare", "score"}},
		{"guardian-arm", 8104, "safety", []string{"policy", "personal data", "redact", "safe"}},
		{"retriever-arm", 8105, "retrieval", []string{"find", "search", "document", "look up"}},
	}
}

// Find returns the kind of that name.
func Find(name string) (Kind, bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}
