package playbooks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A reader turns one heading of a document and all below it into a playbook.
type reader struct {
	doc            *document
	playbook       *Playbook
	inlineCommands bool              // code spans of this section are commands
	drafts         [][]*draft        // of each section
	parts          []int             // of each section, the index of the one that it goes on with: its own when it does not
	flagLists      map[ast.Node]bool // lists, and whether they explain flags
	bare           map[ast.Node][]span
	bareLists      map[ast.Node]bool
	stepIDs        map[string]int
	commandIDs     map[string]int
}

// read arranges a playbook's headings into sections and steps.
func (r *reader) read(top *heading) {
	kind := Other
	if sectionKind(top.title) == Diagnosis && !holdsSection(top) {
		kind = Diagnosis // a file under "Troubleshooting" alone is that as a whole
	}
	if len(top.blocks) > 0 {
		r.section(kind, "", top, nil)
	}
	for _, h := range top.kids {
		r.section(cmp.Or(sectionKind(h.title), kind), h.title, h, h.kids)
	}
	r.stepIDs, r.commandIDs = map[string]int{}, map[string]int{}
	for i := range r.playbook.Sections {
		r.finish(&r.playbook.Sections[i], r.drafts[i], r.stepsBefore(i))
	}
	r.settleKinds()
	r.checkDirectives()
}

// section reads a heading's own blocks and the headings below it. One that is the
// name of a section itself opens its own; any other is a step. Steps behind an inner
// section stand in a further part of this one, so that the document's order stays.
func (r *reader) section(kind, title string, h *heading, kids []*heading) {
	root := kind
	if sectionKind(title) == "" && title != "" || kind == Other {
		root = title
	}
	s := &openSection{kind: kind, title: title, line: h.line, path: []string{identityPart(root)}}
	r.part(s)
	r.drafts[s.part] = r.steps(&draft{path: s.path, line: h.line}, false, h.blocks)
	for _, kid := range kids {
		if inner := sectionKind(kid.title); inner != "" {
			r.section(inner, kid.title, kid, kid.kids)
			s.parted = true
			continue
		}
		r.headingSteps(s, kid, s.path, "")
	}
}

// An openSection is a section while the headings below it are read.
type openSection struct {
	kind, title string
	line        int
	path        []string
	part        int  // index of the part that takes the next step
	parted      bool // another section was read since
}

// part begins a section, or goes on with it behind another one.
func (r *reader) part(s *openSection) {
	of := len(r.drafts)
	if s.parted {
		of = r.parts[s.part]
	}
	s.part, s.parted = len(r.drafts), false
	r.playbook.Sections = append(r.playbook.Sections, Section{Kind: s.kind, Title: s.title, Line: s.line})
	r.drafts, r.parts = append(r.drafts, nil), append(r.parts, of)
	r.inlineCommands = s.kind == Diagnosis || s.kind == Resolution || s.kind == Verification || s.kind == Other
}

// headingSteps makes a step of a heading, and of each heading below it. One that
// only groups others lends them its name.
func (r *reader) headingSteps(s *openSection, h *heading, path []string, prefix string) {
	title := prefix + h.title
	if len(h.blocks) > 0 || len(h.kids) == 0 {
		if s.parted {
			s.line = h.line
			r.part(s)
			r.drafts[s.part] = []*draft{{path: s.path, line: h.line}}
		}
		lead := &draft{title: title, name: h.title, id: h.id, path: path, line: h.line}
		r.drafts[s.part] = append(r.drafts[s.part], r.steps(lead, true, h.blocks)...)
		prefix = ""
	} else {
		prefix = title + ": "
	}
	inner := slices.Concat(path, []string{identityPart(h.title)})
	for _, kid := range h.kids {
		if kind := sectionKind(kid.title); kind != s.kind && (kind == Diagnosis || kind == Resolution || kind != "" && s.kind == Other) {
			r.section(kind, h.title+": "+kid.title, kid, kid.kids)
			s.parted = true
			continue
		}
		r.headingSteps(s, kid, inner, prefix)
	}
}

// stepsBefore counts the steps in the earlier parts of a section.
func (r *reader) stepsBefore(index int) (count int) {
	for i := range index {
		if r.parts[i] == r.parts[index] {
			count += len(r.playbook.Sections[i].Steps)
		}
	}
	return count
}

// finish turns drafts into a section's text and its steps, numbered behind those before.
func (r *reader) finish(s *Section, drafts []*draft, before int) {
	for _, d := range drafts {
		d.settle()
	}
	lead, steps := drafts[0], drafts[1:]
	toDo := s.Kind == Diagnosis || s.Kind == Resolution || s.Kind == Verification
	runnable := lead.runnable()
	for _, d := range steps {
		runnable = runnable || d.runnable()
	}
	switch {
	case !toDo && !runnable: // nothing to do here: all of it is text
		s.Text, s.Directives = r.sectionText(drafts)
		return
	case lead.runnable() || len(steps) == 0 && len(lead.blocks) > 0:
		lead.title = s.Title
		if lead.title == "" {
			lead.title = r.playbook.Title
		}
		lead.path = lead.path[:len(lead.path)-1]
		steps = drafts
	default:
		s.Text, s.Directives = r.sectionText(drafts[:1])
	}
	for _, d := range steps {
		s.Steps = append(s.Steps, r.step(d, before+len(s.Steps)+1))
	}
}

// sectionText puts drafts that hold nothing to do together again.
func (r *reader) sectionText(drafts []*draft) (text string, directives []Directive) {
	var parts []string
	for _, d := range drafts {
		if d.title != "" && !d.item {
			parts = append(parts, "**"+d.title+"**")
		}
		for _, b := range d.blocks {
			switch {
			case b.Text != "":
				parts = append(parts, b.Text)
			case b.Command != nil:
				code := b.Command.Text
				if b.Command.Caption != "" {
					code = "# " + b.Command.Caption + "\n" + code
				}
				parts = append(parts, fenced(b.Command.Language, code))
			case b.Directive != nil:
				directives = append(directives, *b.Directive)
			}
		}
	}
	return r.doc.withReferences(strings.Join(parts, "\n\n")), directives
}

// fenced writes a code block whose fence is longer than any run of backticks in it.
func fenced(language, text string) string {
	run, longest := 0, 2
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	return fence + language + "\n" + text + "\n" + fence
}

// step gives a draft its number and identity.
func (r *reader) step(d *draft, number int) Step {
	d.nameByCommand()
	title := stepTitle(d.title)
	if title == "" {
		title = fmt.Sprintf("Step %d", number)
	}
	s := Step{
		ID: unique(r.identity(d), r.stepIDs), Number: number, Title: title, Text: r.doc.withReferences(d.text()),
		Manual: !d.runnable(), Line: d.line, Blocks: joinTexts(d.blocks),
	}
	count := 0
	for i, b := range s.Blocks {
		if b.Command == nil {
			s.Blocks[i].Text = r.doc.withReferences(b.Text)
			continue
		}
		count++
		id := b.Command.ID
		if id == "" {
			id = fmt.Sprintf("%s-c%d", s.ID, count)
		}
		b.Command.ID = unique(id, r.commandIDs)
	}
	return s
}

// identity is what keeps a step the same step when the file is edited: the
// author's id, or the words of the headings above it without their numbers.
func (r *reader) identity(d *draft) string {
	if d.id != "" {
		return d.id
	}
	for _, b := range d.blocks {
		if b.Command != nil && b.Command.ID != "" {
			return b.Command.ID
		}
	}
	parts := slices.Concat(d.path, []string{identityPart(cmp.Or(d.name, d.title))})
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	if len(parts) == 0 {
		return "step"
	}
	return strings.Join(parts, "-")
}

// identityPart is what a heading lends to the identity of the steps below it.
func identityPart(title string) string {
	_, rest := splitOrdinal(title)
	return slug(rest)
}

// unique appends -2, -3, … to an identity that was given out before.
func unique(id string, used map[string]int) string {
	candidate := id
	for used[candidate] > 0 {
		used[id]++
		candidate = fmt.Sprintf("%s-%d", id, used[id])
	}
	used[candidate] = 1
	return candidate
}
