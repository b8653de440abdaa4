package handlers

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wardroom/internal/playbooks"
	"wardroom/views"
)

// shelf chooses among the playbooks of the library: "owner:platform sev:1 is:stale some words".
// Of one kind of filter a playbook passes any, of different kinds all. A word that is no filter
// is searched for.
type shelf struct {
	facets []string // the filters, as they are written
	words  string
}

func parseShelf(query string) (f shelf) {
	var words []string
	for word := range strings.FieldsSeq(query) {
		if name, value, found := strings.Cut(word, ":"); found && value != "" && slices.Contains(facetKinds, strings.ToLower(name)) {
			f.facets = append(f.facets, strings.ToLower(word))
		} else {
			words = append(words, word)
		}
	}
	f.words = strings.Join(words, " ")
	return f
}

// tally counts the playbooks of each facet, as if nothing were asked of the facet's own kind:
// who has chosen one severity is offered the others.
type tally struct {
	facets map[string]int
	kinds  map[string]int // how many there are without the filters of the kind
}

// holds says whether the playbook, which has these facets, is among what was asked for: it
// has one of those asked for of each kind. On the way it counts the playbook's facets in counted.
func (f shelf) holds(p *playbooks.Playbook, has []string, counted tally) bool {
	if !contains(searchable(p), f.words) {
		return false
	}
	var missed []string
	for _, kind := range facetKinds {
		wanted := func(facet string) bool { return kindOf(facet) == kind && slices.Contains(f.facets, facet) }
		if f.asks(kind) && !slices.ContainsFunc(has, wanted) {
			missed = append(missed, kind)
		}
	}
	for _, kind := range facetKinds {
		if len(missed) > 1 || len(missed) == 1 && missed[0] != kind {
			continue
		}
		counted.kinds[kind]++
		for _, facet := range has {
			if kindOf(facet) == kind {
				counted.facets[facet]++
			}
		}
	}
	return len(missed) == 0
}

// asks says whether there is a filter of the kind.
func (f shelf) asks(kind string) bool {
	return slices.ContainsFunc(f.facets, func(facet string) bool { return kindOf(facet) == kind })
}

func kindOf(facet string) string {
	kind, _, _ := strings.Cut(facet, ":")
	return kind
}

// facetsOf are the filters that a playbook passes.
func facetsOf(p *playbooks.Playbook, row views.PlaybookRow) (all []string) {
	if p.Owner != "" {
		all = append(all, "owner:"+strings.ToLower(strings.Join(strings.Fields(p.Owner), "-")))
	}
	if p.Severity > 0 {
		all = append(all, "sev:"+strconv.Itoa(p.Severity))
	}
	if p.Level > 0 {
		all = append(all, "level:"+strconv.Itoa(p.Level))
	}
	if row.Stale {
		all = append(all, "is:stale")
	}
	if row.Errors > 0 {
		all = append(all, "is:broken")
	}
	return all
}

// facetKinds in the order in which they are offered.
var facetKinds = []string{"sev", "level", "is", "owner"}

// maxOwners is how many owners are offered as filters: those with the most playbooks.
const maxOwners = 6

// counters offers the filters that would tell some of the rows from the others, and all of a
// kind of which one is on: what was switched on can be switched off.
func (f shelf) counters(counted tally) (all []views.Counter) {
	for _, facet := range f.facets {
		counted.facets[facet] += 0 // what is on is offered also where it leaves nothing
	}
	owners := 0
	for _, facet := range slices.SortedFunc(maps.Keys(counted.facets), func(a, b string) int { return f.order(counted.facets, a, b) }) {
		kind, n, on := kindOf(facet), counted.facets[facet], slices.Contains(f.facets, facet)
		if kind == "owner" && !on {
			if owners++; owners > maxOwners {
				continue
			}
		}
		if f.asks(kind) || n < counted.kinds[kind] {
			all = append(all, views.Counter{Text: facet, Count: n, On: on, Path: f.toggled(facet)})
		}
	}
	return all
}

// order sorts by kind and name, and owners by how much is theirs.
func (shelf) order(counts map[string]int, a, b string) int {
	kindA, kindB, byCount := kindOf(a), kindOf(b), 0
	if kindA == "owner" {
		byCount = cmp.Compare(counts[b], counts[a])
	}
	return cmp.Or(cmp.Compare(slices.Index(facetKinds, kindA), slices.Index(facetKinds, kindB)), byCount, cmp.Compare(a, b))
}

// toggled is the library's address with the filter switched on, or off when it is on.
func (f shelf) toggled(facet string) string {
	facets := slices.DeleteFunc(slices.Clone(f.facets), func(on string) bool { return on == facet })
	if len(facets) == len(f.facets) {
		facets = append(facets, facet)
	}
	query := strings.TrimSpace(strings.Join(facets, " ") + " " + f.words)
	if query == "" {
		return "/playbooks"
	}
	return "/playbooks?" + url.Values{"q": {query}}.Encode()
}
