package playbooks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

const (
	maxClosest = 3
	minClosest = 4       // the score of a step's name that few have
	maxSpoken  = 8 << 10 // bytes of a playbook's symptoms that are compared
)

// Matches is Candidates for somebody who asks which playbook there is: where none was named for the
// alert, those that come near follow, three playbooks in all.
func (c *Catalogue) Matches(labels, annotations map[string]string) (found, near []Candidate) {
	found = c.Candidates(labels, annotations)
	if len(found) >= maxClosest || len(found) > 0 && found[0].Confident() {
		return found, nil
	}
	near = c.Closest(labels, annotations)
	return found, near[:min(len(near), maxClosest-len(found))]
}

// Closest gives the playbooks that come nearest to an alert by its words, three at most:
// none of Candidates, and nothing to open without somebody's choice.
func (c *Catalogue) Closest(labels, annotations map[string]string) []Candidate {
	said := map[string]string{} // each term as it was written
	for _, text := range []string{humps(labels["alertname"]), labels["service"], annotations["summary"], annotations["description"]} {
		for _, word := range words(text) {
			if term := loosely(word); !stopWords[word] && !weakWords[word] {
				said[term] = word
			}
		}
	}
	entries := c.current.Load().entries
	of, among := make([]map[string]int, len(entries)), map[string]int{}
	for i, e := range entries {
		if score, _ := e.rank(labels, annotations); score > 0 {
			continue
		}
		of[i] = e.terms(said)
		for term := range of[i] {
			among[term]++
		}
	}
	var all []Candidate
	for i, found := range of {
		score, named := 0, false
		var shared []string
		for term, weight := range found {
			score += weight * len(entries) / (among[term] + len(entries)/4) // what few speak of tells more
			named = named || weight > spoken
			shared = append(shared, said[term])
		}
		if !named || score < minClosest {
			continue
		}
		slices.Sort(shared)
		all = append(all, Candidate{
			Playbook: entries[i].playbook, Score: min(score, scoreClosest),
			Reason: fmt.Sprintf("It speaks of “%s”, which is not enough to be sure.", strings.Join(shared, "” and “")),
		})
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Playbook.Title, b.Playbook.Title), cmp.Compare(a.Playbook.ID, b.Playbook.ID))
	})
	return all[:min(len(all), maxClosest)]
}

// What a term is worth by where the playbook has it.
const (
	titled  = 4 // its title or an alert's name
	stepped = 2 // the name of a step
	spoken  = 1 // its symptoms
)

// terms weighs those of the terms that the playbook has.
func (e *entry) terms(said map[string]string) map[string]int {
	found := map[string]int{}
	add := func(text string, weight int) {
		for _, word := range words(text) {
			if term := loosely(word); said[term] != "" {
				found[term] = max(found[term], weight)
			}
		}
	}
	add(e.playbook.Title, titled)
	for _, name := range e.playbook.Alerts {
		add(humps(name), titled)
	}
	for _, s := range e.playbook.Sections {
		if s.Kind == Symptoms {
			add(s.Text[:min(len(s.Text), maxSpoken)], spoken)
		}
		for _, step := range s.Steps {
			add(step.Title, stepped)
		}
	}
	return found
}

// loosely is stem for what need not be sure: "corrupted" meets "corruption".
func loosely(word string) string {
	term := stem(word)
	if same := nearlySame[term]; same != "" {
		return same
	}
	const enough = 7
	return term[:min(len(term), enough)]
}

var (
	nearlySame = map[string]string{
		"slow": "latency", "slowness": "latency", "slower": "latency", "delay": "latency", "down": "unavailable", "outage": "unavailable",
		"unreachable": "unavailable", "volume": "disk", "mysql": "database", "mariadb": "database", "memcached": "cache", "evicted": "eviction",
		"processor": "cpu", "load": "cpu", "leaking": "leak", "crashing": "crash", "crashed": "crash",
	}
	weakWords = wordsOf("high low usage use used too many much more has have had not no with by from at its it rate alert alerts error errors " +
		"off out up very was been are be this that above below over under than")
)
