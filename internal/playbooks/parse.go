package playbooks

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"wardroom/internal/errs"
)

// MaxSource is the longest file that is read.
const MaxSource = 512 << 10

// maxNesting bounds quotes within quotes and lists within lists, which cost the
// Markdown parser more than linear time.
const maxNesting = 100

// Parse reads one Markdown file. It returns at least one playbook for any text:
// what it does not understand stays text, and is listed in Problems. The only
// error is errs.TooLarge, for a source above MaxSource.
func Parse(name, source string) ([]Playbook, error) {
	if len(source) > MaxSource {
		return nil, errs.Newf(errs.TooLarge, "%s is larger than 512 KiB", name)
	}
	sum := sha256.Sum256([]byte(source))
	base := Playbook{Path: name, Source: source, Revision: hex.EncodeToString(sum[:])}

	clean, problems := normalise(source)
	front, body, lines := splitFrontMatter(clean)
	fm, frontProblems := parseFrontMatter(front)
	base.Owner, base.Reviewed = fm.Owner, fm.Reviewed
	base.Level, base.Severity = fm.Level, fm.Severity

	doc := newDocument(body, 1+lines)
	doc.problems = append(append(problems, frontProblems...), doc.problems...)
	tops := playbookHeadings(doc.root)
	if len(tops) > 1 {
		return severalPlaybooks(doc, base, tops, fm), nil
	}
	p := onePlaybook(doc, base, fm)
	return []Playbook{p}, nil
}

// normalise makes any bytes fit for a Markdown parser, without moving a line.
func normalise(source string) (string, []Problem) {
	var problems []Problem
	if !utf8.ValidString(source) || strings.Contains(source, "\x00") {
		problems = append(problems, Problem{Message: "the file is not UTF-8 text", Severe: true})
		source = strings.ReplaceAll(strings.ToValidUTF8(source, "\uFFFD"), "\x00", "\uFFFD")
	}
	source = strings.TrimPrefix(source, "\uFEFF")
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	if strings.TrimSpace(source) == "" {
		problems = append(problems, Problem{Message: "the file is empty", Severe: true})
	}
	lines := strings.Split(source, "\n")
	plainMarkdown(lines)
	for i, line := range lines {
		if nesting(line) > maxNesting {
			problems = append(problems, Problem{Line: i + 1, Message: "nested too deeply; the line was left out", Severe: true})
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n"), problems
}

// nesting counts the quote and list markers at the head of a line.
func nesting(line string) int {
	depth := 0
	for i := range len(line) {
		switch line[i] {
		case '>':
			depth++
		case '-', '*', '+', ')', '.':
			if next := i + 1; next < len(line) && line[next] != ' ' && line[next] != '\t' {
				return depth
			}
			depth++
		case ' ', '\t', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		default:
			return depth
		}
	}
	return depth
}

func onePlaybook(doc *document, base Playbook, fm frontMatter) Playbook {
	p := base
	p.ID = idOf(p.Path)
	top := doc.root
	p.Title = fm.Title
	if h := titleHeading(doc.root); h != nil {
		if p.Title == "" {
			p.Title = h.title
		}
		top = merge(doc.root, h)
	}
	if p.Title == "" {
		p.Title = titleOf(p.Path)
	}
	r := &reader{doc: doc, playbook: &p}
	r.read(top)
	p.Alerts = alertNames(doc, append([]string{p.Title}, headingTitle(top)...), top, fm.Alerts)
	p.Match = fm.Match
	p.Problems = doc.listed()
	return p
}

// merge puts what stands above the title, badges and the like, below it.
func merge(root, title *heading) *heading {
	merged := *title
	merged.blocks = slices.Concat(root.blocks, title.blocks)
	merged.kids = slices.Concat(title.kids, root.kids[1:])
	return &merged
}

func headingTitle(h *heading) []string {
	if h.title == "" {
		return nil
	}
	return []string{h.title}
}

func severalPlaybooks(doc *document, base Playbook, tops []*heading, fm frontMatter) []Playbook {
	if fm.Title != "" || len(fm.Alerts) > 0 || len(fm.Match) > 0 {
		doc.problem(1, false, "title, alerts and match are for one playbook; this file holds several")
	}
	file, used := idOf(base.Path), map[string]int{}
	all := make([]Playbook, len(tops))
	for i, top := range tops {
		p := &all[i]
		*p = base
		p.Title = stepTitle(top.title)
		p.ID = unique(strings.Trim(file+"-"+slug(p.Title), "-"), used)
		r := &reader{doc: doc, playbook: p}
		r.read(top)
		p.Alerts = alertNames(doc, []string{p.Title}, top, nil)
	}
	problems := doc.listed()
	for i := range all {
		all[i].Problems = problems
	}
	return all
}

// idOf makes an identity from a path: alerts/KubePodCrashLooping.md is
// alerts-kubepodcrashlooping.
func idOf(name string) string {
	switch id := slug(strings.TrimSuffix(name, path.Ext(name))); id {
	case "":
		return "playbook"
	case "new", "match", "draft": // pages beside the playbooks'
		return id + "-playbook"
	default:
		return id
	}
}

func titleOf(name string) string {
	name = strings.TrimSuffix(path.Base(name), path.Ext(name))
	title := strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if title == "" {
		return "Playbook"
	}
	r, size := utf8.DecodeRuneInString(title)
	return strings.ToUpper(string(r)) + title[size:]
}
