package playbooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"wardroom/internal/errs"
)

// publish makes the files that were read the catalogue that is seen.
func (c *Catalogue) publish() {
	next := &snapshot{byID: map[string]*entry{}, hidden: map[string]*Playbook{}}
	hidden := map[string]bool{}
	for _, at := range slices.SortedFunc(maps.Keys(c.files), uppermost) { // who comes first keeps the identity
		if hidden[at.path] {
			continue
		}
		hidden[at.path] = true
		for i := range c.files[at].shown {
			next.add(&c.files[at].shown[i], at.layer)
		}
	}
	slices.SortStableFunc(next.entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.playbook.Title, b.playbook.Title), cmp.Compare(a.playbook.ID, b.playbook.ID))
	})
	for id, e := range next.byID {
		c.remember(id, e.playbook)
	}
	next.past = maps.Clone(c.past)
	c.current.Store(next)
}

func uppermost(a, b place) int {
	return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.path, b.path))
}

// add gives a playbook its place. A shipped one yields to another of the same
// identity; two that are not shipped are both kept, the second under a number.
func (s *snapshot) add(p *Playbook, layer Layer) {
	if _, taken := s.byID[p.ID]; taken {
		if layer == Shipped {
			s.hide(p)
			return
		}
		renamed := *p
		for n := 2; taken; n++ {
			renamed.ID = fmt.Sprintf("%s-%d", p.ID, n)
			_, taken = s.byID[renamed.ID]
		}
		renamed.Problems = append(slices.Clone(p.Problems), Problem{
			Message: fmt.Sprintf("another file has the identity %s too; this one is %s", p.ID, renamed.ID),
		})
		p = &renamed
	}
	e := &entry{playbook: p, layer: layer}
	for _, text := range p.Match {
		if matchers, err := parseMatchers(text); err == nil { // else it stands in Problems
			e.matchers = append(e.matchers, matchers)
		}
	}
	s.entries = append(s.entries, e)
	s.byID[p.ID] = e
}

// hide leaves a shipped playbook out and says so where people look for it: in the one
// that has its identity.
func (s *snapshot) hide(p *Playbook) {
	if s.hidden[p.ID] == nil {
		s.hidden[p.ID] = p
	}
	e := s.byID[p.ID]
	if e.layer == Shipped {
		return
	}
	above := *e.playbook
	above.Problems = append(slices.Clone(above.Problems), Problem{
		Message: fmt.Sprintf("the shipped playbook “%s” (%s) has the identity %s too and is hidden by this one", p.Title, p.Path, p.ID),
	})
	e.playbook = &above
}

// remember keeps the last revisions of a playbook. The slices that a snapshot
// holds are never written to.
func (c *Catalogue) remember(id string, p *Playbook) {
	past := slices.DeleteFunc(slices.Clone(c.past[id]), func(q *Playbook) bool { return q.Revision == p.Revision })
	past = append(past, p)
	c.past[id] = past[max(0, len(past)-keptRevisions):]
}

// All lists the playbooks by title. They must not be changed.
func (c *Catalogue) All() []*Playbook {
	entries := c.current.Load().entries
	all := make([]*Playbook, len(entries))
	for i, e := range entries {
		all[i] = e.playbook
	}
	return all
}

// ByID finds the current revision of a playbook.
func (c *Catalogue) ByID(id string) (*Playbook, bool) {
	e, found := c.current.Load().byID[id]
	if !found {
		return nil, false
	}
	return e.playbook, true
}

// Rival finds the playbook of another file that has, or would have, the identity of one
// at the path; hides says that it is a shipped one, which is then not shown.
func (c *Catalogue) Rival(path, id string) (other *Playbook, hides, found bool) {
	now := c.current.Load()
	if e := now.byID[id]; e != nil && e.playbook.Path != path {
		return e.playbook, e.layer == Shipped, true
	}
	other = now.hidden[id]
	return other, true, other != nil && other.Path != path
}

// LayerOf tells where the current revision of a playbook comes from; Shipped when
// there is none.
func (c *Catalogue) LayerOf(id string) Layer {
	if e, found := c.current.Load().byID[id]; found {
		return e.layer
	}
	return Shipped
}

// Text reads a file as it is at this moment, from the uppermost layer that has it:
// also one whose last edit is not in use. It is errs.NotFound when no layer has it,
// errs.Invalid when it cannot be read.
func (c *Catalogue) Text(name string) (source string, layer Layer, err error) {
	if !fs.ValidPath(name) {
		return "", Shipped, errs.Newf(errs.NotFound, "There is no file %q.", name)
	}
	for layer, fsys := range c.layers() {
		source, err := readSource(fsys, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", layer, errs.Wrap(errs.Invalid, fmt.Sprintf("The file %s cannot be read.", name), err)
		default:
			return source, layer, nil
		}
	}
	return "", Shipped, errs.Newf(errs.NotFound, "There is no file %q.", name)
}

// ByRevision finds a revision of a playbook, the current one or one of the last
// that were replaced or deleted while this process ran.
func (c *Catalogue) ByRevision(id, revision string) (*Playbook, bool) {
	for _, p := range c.current.Load().past[id] {
		if p.Revision == revision {
			return p, true
		}
	}
	return nil, false
}

// Start looks for changed files until Stop, or until ctx ends. It may be called
// once, after Load.
func (c *Catalogue) Start(ctx context.Context) {
	ctx, c.cancel = context.WithCancel(ctx)
	c.polling.Go(func() {
		ticker := time.NewTicker(c.config.Every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				c.poll(ctx)
			}
		}
	})
}

func (c *Catalogue) poll(ctx context.Context) {
	changed, err := c.Reload(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil: // the folder may come back: a remount, a new ConfigMap
		c.config.Log.WarnContext(ctx, "the playbooks cannot be looked at", "err", err)
	case changed:
		c.config.Log.InfoContext(ctx, "playbooks reloaded", "count", len(c.All()))
	}
}

// Stop ends what Start began and waits for it. It may be called more than once,
// and without Start.
func (c *Catalogue) Stop() {
	if c.cancel != nil {
		c.cancel()
	}
	c.polling.Wait()
}
