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
// A word that is no filter is searched for.
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

// holds says whether the playbook, which has these facets, is among what was asked for.
func (f shelf) holds(p *playbooks.Playbook, has []string) bool {
	for _, facet := range f.facets {
		if !slices.Contains(has, facet) {
			return false
		}
	}
	return contains(searchable(p), f.words)
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

// counters offers the filters that would leave some of the rows, but not all of them.
func (f shelf) counters(counts map[string]int, rows int) (all []views.Counter) {
	owners := 0
	for _, facet := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return f.order(counts, a, b) }) {
		on := slices.Contains(f.facets, facet)
		if strings.HasPrefix(facet, "owner:") && !on {
			if owners++; owners > maxOwners {
				continue
			}
		}
		if on || counts[facet] < rows {
			all = append(all, views.Counter{Text: facet, Count: counts[facet], On: on, Path: f.toggled(facet)})
		}
	}
	return all
}

// order sorts by kind and name, and owners by how much is theirs.
func (shelf) order(counts map[string]int, a, b string) int {
	kindA, _, _ := strings.Cut(a, ":")
	kindB, _, _ := strings.Cut(b, ":")
	byCount := 0
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
