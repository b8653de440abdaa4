package playbooks

import (
	"slices"
	"strings"

	"wardroom/internal/errs"
)

// Move says whether the step below a heading can change places with the one above and with the one below it.
type Move struct {
	Title    string // of the heading, as the text has it
	Up, Down bool
}

// Moves finds the headings of a text that are steps with neighbours in their section, by the heading's line.
func Moves(source string) map[int]Move {
	_, all := neighbours(source)
	moves := map[int]Move{}
	for _, group := range all {
		for i, s := range group {
			if m := (Move{s.title, canSwap(group, i-1), canSwap(group, i)}); m.Up || m.Down {
				moves[s.from] = m
			}
		}
	}
	return moves
}

// MoveStep lets the step whose heading stands on the line change places with its neighbour above or below, and gives the line on which
// it stands then. The blank lines between them stay where they are, and so does everything else. It fails with errs.Invalid where the
// heading is not that one, has no such neighbour, or where the text would be read otherwise.
func MoveStep(source string, line int, title string, up bool) (moved string, now int, err error) {
	lines, all := neighbours(source)
	for _, group := range all {
		i := slices.IndexFunc(group, func(s stretch) bool { return s.from == line && s.title == title })
		if i < 0 {
			continue
		}
		if up {
			i--
		}
		if !canSwap(group, i) {
			return "", 0, errs.New(errs.Invalid, "This section has no step to change places with.")
		}
		upper, lower := group[i], group[i+1]
		above, below := lines[upper.from-1:upper.to-1], lines[lower.from-1:lower.to-1]
		moved = strings.Join(slices.Concat(lines[:upper.from-1], []string{swap(above, below)}, lines[lower.to-1:]), "")
		if !up {
			upper.from += len(below) - blankAtEnd(below) + blankAtEnd(above)
		}
		group[i], group[i+1] = group[i+1], group[i]
		if _, after := neighbours(moved); !sameTitles(after, all) || leavesFoldOpen(above) || leavesFoldOpen(below) {
			return "", 0, errs.New(errs.Invalid, "Moved, the text around this step would be read otherwise. Move it by hand.")
		}
		return moved, upper.from, nil
	}
	return "", 0, errs.New(errs.Invalid, "The text is not the one of the preview. Check it, then move the step.")
}

// A stretch is the lines of a heading and of all below it. They are counted from 1; to is the first behind it.
type stretch struct {
	title    string
	from, to int
	step     bool
}

// canSwap reports that the heading and the next of its group are steps.
func canSwap(group []stretch, i int) bool {
	return i >= 0 && i+1 < len(group) && group[i].step && group[i+1].step
}

// neighbours gives the lines of a text with their ends, and the headings that stand beside each other below another.
func neighbours(source string) (lines []string, groups [][]stretch) {
	lines = linesOf(source)
	clean, _ := normalise(source)
	_, body, above := splitFrontMatter(clean)
	root := newDocument(body, 1+above).root
	n := neighbourhood{tops: playbookHeadings(root)}
	if len(n.tops) < 2 {
		n.tops = []*heading{root, titleHeading(root)}
	}
	n.visit(root, n.rank(root, others), len(lines)+1)
	return lines, n.groups
}

// linesOf splits a text behind the line ends that the reader knows.
func linesOf(source string) (lines []string) {
	start := 0
	for i := range len(source) {
		if c := source[i]; c == '\n' || c == '\r' && (i+1 == len(source) || source[i+1] != '\n') {
			lines, start = append(lines, source[start:i+1]), i+1
		}
	}
	if start < len(source) {
		lines = append(lines, source[start:])
	}
	return lines
}

// A rank is what a heading is in its playbook.
type rank int

const (
	others rank = iota // outside of any playbook, or above several
	top                // the playbook's own
	part               // a section
	aStep              // a step
)

// A neighbourhood gathers the headings of a document, ranked as reader.read arranges them.
type neighbourhood struct {
	tops   []*heading
	groups [][]stretch
}

func (n *neighbourhood) rank(h *heading, parent rank) rank {
	switch {
	case slices.Contains(n.tops, h):
		return top
	case parent == top, parent == part && sectionKind(h.title) != "":
		return part
	case parent == part, parent == aStep:
		return aStep
	}
	return others
}

// visit goes through the headings below h, which ends before the line end.
func (n *neighbourhood) visit(h *heading, own rank, end int) {
	var group []stretch
	for i, kid := range h.kids {
		to := end
		if i+1 < len(h.kids) {
			to = h.kids[i+1].line
		}
		r := n.rank(kid, own)
		group = append(group, stretch{kid.title, kid.line, to, r == aStep})
		n.visit(kid, r, to)
	}
	n.groups = append(n.groups, group)
}

// sameTitles reports that the same headings stand beside each other in both. Groups below steps move with them.
func sameTitles(a, b [][]stretch) bool {
	titles := func(groups [][]stretch) (all []string) {
		for _, group := range groups {
			var b strings.Builder
			for _, s := range group {
				b.WriteString(s.title + "\n")
			}
			all = append(all, b.String())
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(titles(a), titles(b))
}

// swap puts what is below above. The line end and the blank lines behind each stay in their place, so that the last line of a file may
// go without an end.
func swap(above, below []string) string {
	first, between := cutBlank(strings.Join(above, ""))
	second, behind := cutBlank(strings.Join(below, ""))
	return second + between + first + behind
}

func cutBlank(text string) (written, blank string) {
	end := len(strings.TrimRight(text, " \t\r\n"))
	if line := strings.IndexAny(text[end:], "\r\n"); line >= 0 {
		return text[:end+line], text[end+line:]
	}
	return text, ""
}

// blankAtEnd counts the blank lines behind the last that is not.
func blankAtEnd(lines []string) (n int) {
	for n < len(lines) && strings.Trim(lines[len(lines)-1-n], " \t\r\n") == "" {
		n++
	}
	return n
}

// leavesFoldOpen reports that a <details> begins or ends here whose other end stands elsewhere.
func leavesFoldOpen(lines []string) bool {
	text := strings.ToLower(strings.Join(lines, ""))
	return strings.Count(text, "<details") != strings.Count(text, "</details")
}
