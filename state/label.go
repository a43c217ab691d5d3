package state

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dubtop/api"
	"dubtop/api/text"
)

// MaxLabel is the most characters that a label may have.
const MaxLabel = 64

// checkLabel says what is wrong with a label, "" if nothing is. No label is
// none.
func checkLabel(label string) (Severity, string) {
	label = strings.TrimSpace(label)
	switch n := utf8.RuneCountInString(label); {
	case n > MaxLabel:
		return SeverityError, fmt.Sprintf("the label has %d characters; %d is the most", n, MaxLabel)
	case string(text.Clean(label, 4*MaxLabel)) != label:
		return SeverityError, "a label is one line of characters that can be seen"
	}
	return SeverityNone, ""
}

// LabelOf is the label of a job, a batch or a submission, "" without one.
func (s *Store) LabelOf(id api.ID) text.Text { return s.labels[string(id)] }

// Labelled reports whether anything has a label.
func (s *Store) Labelled() bool { return s.labelled > 0 }

// keepLabel takes a label in, and counts those that say anything.
func (s *Store) keepLabel(id string, label text.Text) {
	if s.labels[id] != "" {
		s.labelled--
	}
	if label != "" {
		s.labelled++
	}
	s.labels[id] = label
}

// SetLabel labels a job, a batch or a submission, in the lists and in the
// books; "" takes the label off.
func (s *Store) SetLabel(id api.ID, label string) {
	if s.labels == nil {
		s.labels = make(map[string]text.Text)
	}
	s.keepLabel(string(id), text.Clean(label, 4*MaxLabel))
	s.relabel(string(id))
}

// BringLabels takes in the labels that the journal has. Of several for one
// thing the first counts; an empty one says that it was taken off.
func (s *Store) BringLabels(all map[string][]string) {
	s.labels, s.labelled = make(map[string]text.Text, len(all)), 0
	for id, labels := range all {
		if len(labels) > 0 {
			s.keepLabel(id, text.Clean(labels[0], 4*MaxLabel))
			s.relabel(id)
		}
	}
}

// Relabel puts the labels that the journal has, by the id of the job or the
// batch, in the place of those that were booked.
func (l *Ledger) Relabel(all map[string][]string) {
	for e := range l.All() {
		labels := all[e.Key()]
		if len(labels) == 0 {
			continue
		}
		if label := text.Clean(labels[0], 4*MaxLabel); label != e.Label {
			l.rows.Amend(e.Key(), func(e *LedgerEntry) { e.Label = text.Of(string(label)); e.index() })
		}
	}
}

// label gives a job that comes in its label.
func (s *Store) label(g *Generation) {
	if label := s.labels[g.Key()]; label != g.Label() {
		g.setLabel(label)
	}
}

func (s *Store) relabel(id string) {
	label := s.labels[id]
	if g, ok := s.Generations.Find(id); ok && g.Label() != label {
		s.Generations.Amend(id, func(g *Generation) { g.setLabel(label) })
	}
	if e, ok := s.Ledger.rows.Find(id); ok && e.Label != label {
		s.Ledger.rows.Amend(id, func(e *LedgerEntry) { e.Label = text.Of(string(label)); e.index() })
	}
}
