package playbooks

import "slices"

// titleHeading is the heading that names the file: its first, when nothing of
// equal rank is a section's name and it is not one itself.
func titleHeading(root *heading) *heading {
	if len(root.kids) == 0 {
		return nil
	}
	first := root.kids[0]
	if len(root.kids) == 1 && len(first.kids) > 0 {
		return first
	}
	if first.level == 10 && sectionKind(first.title) == "" {
		for _, other := range root.kids[1:] {
			if sectionKind(other.title) != "" {
				return first
			}
		}
		if len(first.kids) > 0 || len(root.kids) == 1 {
			return first
		}
	}
	return nil
}

// playbookHeadings finds the headings that each have a set of sections below
// them, or are named after an alert as most of their siblings are. Beside two or more of
// these, their siblings that hold code or a section are playbooks too.
func playbookHeadings(root *heading) []*heading {
	var found []*heading
	title := titleHeading(root)
	var search func(h *heading)
	search = func(h *heading) {
		if isPlaybook(h) {
			found = append(found, h)
			return
		}
		if named := alertHeadings(h.kids); len(named) > 1 && 2*len(named) >= len(h.kids) {
			found = append(found, named...)
			return
		}
		for _, kid := range h.kids {
			if sectionKind(kid.title) == "" || kid == title {
				search(kid)
			}
		}
	}
	search(root)
	if len(found) < 2 {
		return found
	}
	return withSiblings(root, found)
}

// alertHeadings gives the headings with something below them that are named after alerts.
func alertHeadings(headings []*heading) (named []*heading) {
	for _, h := range headings {
		if name := titledAlert(h.title); (surelyAlert(name) || isShouted(name)) && len(h.blocks)+len(h.kids) > 0 {
			named = append(named, h)
		}
	}
	return named
}

func withSiblings(root *heading, found []*heading) []*heading {
	chosen := map[*heading]bool{}
	for _, h := range found {
		chosen[h] = true
	}
	var all []*heading
	var visit func(h *heading)
	visit = func(h *heading) {
		among := false
		for _, kid := range h.kids {
			among = among || chosen[kid] || holdsChosen(kid, chosen)
		}
		for _, kid := range h.kids {
			if chosen[kid] || among && !holdsChosen(kid, chosen) && (holdsAnyCode(kid) || holdsSection(kid) && sectionKind(kid.title) == "") {
				all = append(all, kid)
				continue
			}
			visit(kid)
		}
	}
	visit(root)
	return all
}

func holdsChosen(h *heading, chosen map[*heading]bool) bool {
	return slices.ContainsFunc(h.kids, func(kid *heading) bool { return chosen[kid] || holdsChosen(kid, chosen) })
}

func holdsSection(h *heading) bool {
	return slices.ContainsFunc(h.kids, func(kid *heading) bool { return sectionKind(kid.title) != "" || holdsSection(kid) })
}

func holdsAnyCode(h *heading) bool {
	return slices.ContainsFunc(h.blocks, func(b block) bool { return holdsCode(b.Node) }) ||
		slices.ContainsFunc(h.kids, holdsAnyCode)
}

func isPlaybook(h *heading) bool {
	kinds := map[string]bool{}
	for _, kid := range h.kids {
		kinds[sectionKind(kid.title)] = true
	}
	delete(kinds, "")
	return len(kinds) >= 2 && (kinds[Diagnosis] || kinds[Resolution])
}
