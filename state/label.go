package state

import (
	"slices"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/take"
	"dubtop/state/verdict"
)

// LabelOf returns the label of a job, batch or submission, or "".
func (s *Store) LabelOf(id api.ID) text.Text { return s.labels[string(id)] }

// Labelled reports whether anything has a label.
func (s *Store) Labelled() bool { return s.labelled > 0 }

// keepLabel stores a label and counts the non-empty ones.
func (s *Store) keepLabel(id string, label text.Text) {
	if s.labels[id] != "" {
		s.labelled--
	}
	if label != "" {
		s.labelled++
	}
	s.labels[id] = label
}

// SetLabel labels a job, batch or submission, in the lists and the ledger; ""
// removes the label.
func (s *Store) SetLabel(id api.ID, label string) {
	if s.labels == nil {
		s.labels = make(map[string]text.Text)
	}
	s.keepLabel(string(id), draft.CleanLabel(label))
	s.relabel(string(id))
}

// BringLabels loads the journal's labels. If there are several for an id the
// first counts; an empty one means that the label was removed.
func (s *Store) BringLabels(all map[string][]string) {
	s.labels, s.labelled = make(map[string]text.Text, len(all)), 0
	for id, labels := range all {
		if len(labels) > 0 {
			s.keepLabel(id, draft.CleanLabel(labels[0]))
			s.relabel(id)
		}
	}
}

// LabelFor returns the label of a submission: the latest one, also if it was
// removed, or else that of its draft.
func (s *Store) LabelFor(sub *outbox.Submission) string {
	return s.LabelSince(api.ID(sub.ID), sub.Draft.Label)
}

// LabelSince returns the label of a job, batch or submission: the latest one, also
// if it was removed, or else the one that it was sent with.
func (s *Store) LabelSince(id api.ID, sent string) string {
	if label, known := s.labels[string(id)]; known {
		return string(label)
	}
	return sent
}

// Labeled returns submissions with the labels that were set later.
func (s *Store) Labeled(subs []outbox.Submission) []outbox.Submission {
	out := slices.Clone(subs)
	for i := range out {
		out[i].Draft.Label = s.LabelFor(&out[i])
	}
	return out
}

// SetVerdict replaces the verdict on a job; a zero one removes it.
func (s *Store) SetVerdict(id string, given verdict.Given) {
	s.Verdicts.set(id, given)
	s.retag(id)
}

// dress adds to a new row the facts that the server does not tell with it: the
// label, the set, and the names of the project and of the asset.
func (s *Store) dress(g *Generation) {
	s.stack(g)
	s.Tell(g)
}

// Tell adds them to a row that stays outside the store.
func (s *Store) Tell(g *Generation) {
	t := s.tagsOf(g)
	s.nameProject(&t.origin)
	if s.nameAfterAsset(g, &t.origin) || t != g.own() {
		g.setTags(t)
	}
}

// tagsOf returns the tags of a row as they should be.
func (s *Store) tagsOf(g *Generation) tags {
	t := tags{label: s.labels[g.Key()], verdict: s.Verdicts.Of(g.Key()).Verdict, origin: g.own().origin}
	if m := s.Sets.members[g.Key()]; m != nil {
		t.set, t.lang = m.set, m.lang
	}
	return t
}

// retag updates the row of a job or submission.
func (s *Store) retag(id string) {
	g, ok := s.Generations.Find(id)
	if !ok {
		return
	}
	if t := s.tagsOf(&g); g.own() != t {
		s.Generations.Amend(id, func(g *Generation) { g.setTags(t) })
	}
}

func (s *Store) relabel(id string) {
	s.retag(id)
	s.Ledger.SetLabel(id, s.labels[id])
}

// stack adds a new row to its stack of takes.
func (s *Store) stack(g *Generation) {
	if g.MadeFrom == 0 {
		return
	}
	if old, ok := s.Generations.Find(g.Key()); ok && old.MadeFrom == g.MadeFrom {
		return
	}
	s.takes.Add(g.MadeFrom, take.Job{ID: g.ID, At: g.Rank()})
}
