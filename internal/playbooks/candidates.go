package playbooks

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Candidate is a playbook that may fit an alert.
type Candidate struct {
	Playbook *Playbook
	Score    int
	Reason   string // one sentence, for people
}

// Confident reports that the playbook was named for the alert, by its name, a link or
// its labels, rather than guessed from words.
func (c Candidate) Confident() bool { return c.Score >= scoreMatcher }

// What each kind of match is worth. A matcher that holds as well decides between
// playbooks for the same alert.
const (
	scoreName    = 100
	scoreLink    = 90
	scoreGlob    = 80
	scoreMatcher = 60
	scoreTitle   = 40 // the most that the words of a title can reach
	scoreWords   = 30 // those of an alert's name
	scoreClosest = 19 // the most of what only comes near
	bonusMatcher = 5
)

// Candidates ranks the playbooks that fit an alert, the best first. Ties are
// broken by title, so that the order never changes by itself.
func (c *Catalogue) Candidates(labels, annotations map[string]string) []Candidate {
	var all []Candidate
	for _, e := range c.current.Load().entries {
		if score, reason := e.rank(labels, annotations); score > 0 {
			all = append(all, Candidate{Playbook: e.playbook, Score: score, Reason: reason})
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Playbook.Title, b.Playbook.Title), cmp.Compare(a.Playbook.ID, b.Playbook.ID))
	})
	return all
}

// rank says how well one playbook fits, and why.
func (e *entry) rank(labels, annotations map[string]string) (score int, reason string) {
	score, reason = e.rankName(labels["alertname"], annotations["runbook_url"])
	matched := e.matched(labels)
	switch {
	case matched == nil:
	case score > 0:
		return score + bonusMatcher, fmt.Sprintf("%s, and the labels match %s.", strings.TrimSuffix(reason, "."), describe(matched))
	default:
		return scoreMatcher, fmt.Sprintf("The labels match %s.", describe(matched))
	}
	if score > 0 {
		return score, reason
	}
	return e.rankTitle(labels, annotations)
}

func (e *entry) rankName(alert, runbook string) (score int, reason string) {
	if alert != "" && slices.Contains(e.playbook.Alerts, alert) {
		return scoreName, fmt.Sprintf("The alert %s is named in this playbook.", alert)
	}
	if link := linkedID(runbook); link != "" && (link == e.playbook.ID || strings.HasSuffix(e.playbook.ID, "-"+link)) {
		return scoreLink, "The alert's runbook link points to this playbook."
	}
	for _, glob := range e.playbook.Alerts {
		if matched, err := path.Match(glob, alert); err == nil && matched && alert != "" {
			return scoreGlob, fmt.Sprintf("The alert %s matches %s.", alert, glob)
		}
	}
	return 0, ""
}

// linkedID is the last part of a runbook_url as an identity: its fragment when it
// has one, else its file name.
func linkedID(link string) string {
	link, fragment, _ := strings.Cut(link, "#")
	if fragment != "" {
		return slug(fragment)
	}
	link, _, _ = strings.Cut(link, "?")
	name := path.Base(strings.TrimRight(link, "/"))
	return slug(strings.TrimSuffix(name, path.Ext(name)))
}

// matched returns the first alternative of which every matcher holds.
func (e *entry) matched(labels map[string]string) []matcher {
	for _, alternative := range e.matchers {
		if !slices.ContainsFunc(alternative, func(m matcher) bool { return !m.holds(labels) }) {
			return alternative
		}
	}
	return nil
}

func describe(matchers []matcher) string {
	parts := make([]string, len(matchers))
	for i, m := range matchers {
		parts[i] = m.String()
	}
	return strings.Join(parts, ", ")
}

// rankTitle compares the words of the title, and of each alert's name, with those of the
// alert: at least two in common, and half of the title or all of the name.
func (e *entry) rankTitle(labels, annotations map[string]string) (score int, reason string) {
	said := map[string]bool{}
	for _, text := range []string{humps(labels["alertname"]), annotations["summary"], annotations["description"]} {
		for _, word := range words(text) {
			said[stem(word)] = true
		}
	}
	shared, total := sharedWords(e.playbook.Title, said)
	if len(shared) >= 2 && 2*len(shared) >= total {
		return scoreTitle * len(shared) / total, fmt.Sprintf("Its title shares “%s” with the alert.", strings.Join(shared, "” and “"))
	}
	for _, name := range e.playbook.Alerts {
		shared, total := sharedWords(humps(name), said)
		if telling := slices.DeleteFunc(slices.Clone(shared), func(word string) bool { return weakWords[word] }); len(shared) == total && len(telling) >= 2 {
			return scoreWords, fmt.Sprintf("The words of its alert %s are all in this one.", name)
		}
	}
	return 0, ""
}

// sharedWords gives the words of a text that were said, and how many it has that count.
func sharedWords(text string, said map[string]bool) (shared []string, total int) {
	for _, word := range words(text) {
		if stopWords[word] {
			continue
		}
		total++
		if said[stem(word)] && !slices.Contains(shared, word) {
			shared = append(shared, word)
		}
	}
	return shared, total
}

var stopWords = map[string]bool{
	"a": true, "an": true, "the": true, "and": true, "or": true, "of": true, "in": true, "on": true, "to": true, "for": true,
	"is": true, "issues": true, "issue": true, "problems": true, "problem": true, "how": true,
}

// stem lets "leaks" meet "leak", and the names of one thing each other.
func stem(word string) string {
	if len(word) > 3 {
		word = strings.TrimSuffix(word, "s")
	}
	if same := sameThings[word]; same != "" {
		return same
	}
	return word
}

var sameThings = map[string]string{
	"postgre": "database", "postgresql": "database", "pg": "database", "db": "database", "psql": "database",
	"redi": "cache", "caching": "cache", "oom": "memory", "oomkilled": "memory", "ram": "memory", "k8": "kubernetes", "k8s": "kubernetes",
	"filesystem": "disk", "storage": "disk",
}

// humps splits HighRequestLatency into words.
func humps(name string) string {
	var b strings.Builder
	previous := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		previous = r
	}
	return b.String()
}
