package playbooks_test

import (
	"fmt"
	"strings"
	"testing"

	"wardroom/internal/playbooks"
)

// The kinds of item that OctoLLM's own troubleshooting document has.
const (
	symptom    = "symptom"
	diagnosis  = "diagnosis"
	scenario   = "scenario"
	prevention = "prevention"
	quick      = "quick"
	emergency  = "emergency"
	levels     = "levels"
)

// An item of the reference and where it lives. Of each playbook the sections of the
// item's kind are searched; with a step only that one, which must be there.
type item struct {
	playbook, kind, name string
	step                 string
	says                 []string
}

// sectionOf is the kind of section in which an item of that kind has to be.
var sectionOf = map[string]string{
	symptom: playbooks.Symptoms, diagnosis: playbooks.Diagnosis, scenario: playbooks.Resolution, prevention: playbooks.Prevention,
	quick: playbooks.Other, emergency: playbooks.Other, levels: playbooks.Other,
}

// Every item of the reference has its place: none may be dropped without this table
// saying so, nor may the table lose a row.
func TestEveryItemOfTheReferenceHasItsPlace(t *testing.T) {
	t.Parallel()
	books := map[string]*playbooks.Playbook{}
	for _, p := range shippedPlaybooks(t) {
		books[p.ID] = &p
	}
	counts := map[string]int{}
	for _, list := range [][]item{referenceSymptoms, referenceDiagnosis, referenceScenarios, referencePrevention, referenceDocuments} {
		for _, i := range list {
			counts[i.kind]++
			if p := books[i.playbook]; p == nil {
				t.Errorf("%s: it does not ship", i.playbook)
			} else if problem := i.missing(p); problem != "" {
				t.Errorf("%s, %s, %s: %s", i.playbook, i.kind, i.name, problem)
			}
		}
	}
	want := "map[diagnosis:59 emergency:8 levels:14 prevention:54 quick:7 scenario:73 symptom:41]"
	if got := fmt.Sprint(counts); got != want {
		t.Errorf("the table has %s items, want %s", got, want)
	}
}

// missing says what of the item is not where it should be.
func (i item) missing(p *playbooks.Playbook) string {
	var b strings.Builder
	found := i.step == ""
	for _, section := range p.Sections {
		if section.Kind != sectionOf[i.kind] {
			continue
		}
		if i.step == "" {
			b.WriteString(section.Text + "\n")
		}
		for _, step := range section.Steps {
			if i.step == "" || step.Title == i.step {
				found = true
				writeStep(&b, &step)
			}
		}
	}
	if !found {
		return "there is no step " + i.step
	}
	text := flat(b.String())
	for _, want := range i.says {
		if !strings.Contains(text, flat(want)) {
			return fmt.Sprintf("%q is not there", want)
		}
	}
	return ""
}

func writeStep(b *strings.Builder, step *playbooks.Step) {
	b.WriteString(step.Title + "\n" + step.Text + "\n")
	for _, block := range step.Blocks {
		if block.Command != nil {
			b.WriteString(block.Command.Caption + "\n" + block.Command.Text + "\n")
		}
	}
}

// flat takes line breaks and emphasis out, which are nobody's meaning.
func flat(text string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "").Replace(text)), " ")
}
